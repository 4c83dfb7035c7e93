"""Concentration: shares of all open receivables by buyer, group and country."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from alerts.domain.concentration import find_concentration
from alerts.domain.findings import Finding
from alerts.domain.settings import RuleSetting
from alerts.domain.states import Rule
from alerts.queries.signals.groups import MEMBERS_SQL
from core.queries.sql import fetch_all

_TOTAL_SQL = "SELECT coalesce(sum(base_open), 0) AS total, bool_or(base_open IS NULL) AS gaps FROM signal_item"

_LARGEST_SQL = {
    Rule.CONCENTRATION_BUYER: """
        SELECT b.id::text AS key, b.code || ' ' || b.name AS name, s.amount FROM (
            SELECT buyer_id, sum(base_open) AS amount FROM signal_item GROUP BY buyer_id) s
        JOIN buyers_buyer b ON b.id = s.buyer_id""",
    Rule.CONCENTRATION_GROUP: f"""
        SELECT g.id::text AS key, g.code || ' ' || g.name AS name, s.amount FROM (
            SELECT member.group_id, sum(i.base_open) AS amount
            FROM signal_item i JOIN ({MEMBERS_SQL}) member ON member.buyer_id = i.buyer_id
            GROUP BY member.group_id) s
        JOIN buyers_buyergroup g ON g.id = s.group_id""",
    Rule.CONCENTRATION_COUNTRY: """
        SELECT b.country AS key, b.country AS name, sum(i.base_open) AS amount
        FROM signal_item i JOIN buyers_buyer b ON b.id = i.buyer_id
        WHERE b.country <> '' GROUP BY b.country""",
}


def share_findings(setting: RuleSetting, *, as_of: date, known_at: datetime, base_currency: str) -> Iterator[Finding]:
    """One finding for each subject whose share comes near the rule's percentage."""
    ((total, gaps),) = fetch_all(_TOTAL_SQL)
    least = setting.number("percent") - setting.number("margin")
    params: dict[str, Any] = {"as_of": as_of, "known_at": known_at, "least": total * least / 100}
    sql = (
        f"SELECT key, name, amount FROM ({_LARGEST_SQL[setting.rule]}) t WHERE amount >= %(least)s ORDER BY amount DESC"
    )
    for key, name, amount in fetch_all(sql, params):
        finding = find_concentration(
            key=key,
            name=name,
            amount=amount,
            total=total,
            currency=base_currency,
            setting=setting,
            unconverted=bool(gaps),
        )
        if finding:
            yield finding
