"""How buyers pay: every credit invoice of the last years as arrays, and the signals that stand on them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from alerts.domain.behaviour import Behaviour, Payments, find_longer_payment, find_sudden_turn
from alerts.domain.findings import Finding, buyer_subject
from alerts.domain.settings import RuleSetting
from alerts.domain.states import Rule
from buyers.queries.merges import MERGE_MAP_SQL
from core.queries.frames import fetch_frame
from invoices.domain.kinds import CREDIT_TERMS
from invoices.models import Invoice

_NAMES = ("buyer_id", "invoice_id", "due", "days_late", "is_open")
_ORDINAL = "({0} - date '0001-01-01' + 1)::bigint"

# What was settled by the date and is not open as known at the moment asked for; and what is overdue and material.
_PAYMENTS_SQL = f"""
SELECT * FROM (
    SELECT coalesce(m.survivor_id, i.buyer_id) AS buyer_id, i.id AS invoice_id,
        {_ORDINAL.format("i.due_date")} AS due, (i.settled_on - i.due_date)::bigint AS days_late, 0::bigint AS is_open
    FROM invoices_invoice i LEFT JOIN ({MERGE_MAP_SQL}) m ON m.duplicate_id = i.buyer_id
    WHERE i.settled_on <= %(as_of)s AND i.due_date > %(first)s
      AND i.terms = ANY(%(terms)s) AND i.recorded_at <= %(known_at)s
      AND NOT EXISTS (SELECT 1 FROM signal_item o WHERE o.invoice_id = i.id)
    UNION ALL
    SELECT o.buyer_id, o.invoice_id, {_ORDINAL.format("o.due_date")}, o.days_past_due::bigint, 1::bigint
    FROM signal_item o WHERE o.is_material_overdue AND o.due_date > %(first)s AND o.terms = ANY(%(terms)s)
) p
"""


def read_payments(*, as_of: date, known_at: datetime, window_days: int) -> Payments:
    """All payments due in the window, sorted by buyer, due date and invoice."""
    params = {
        "as_of": as_of,
        "known_at": known_at,
        "first": as_of - timedelta(days=window_days),
        "terms": sorted(CREDIT_TERMS),
    }
    frame = fetch_frame(_PAYMENTS_SQL, params, dict.fromkeys(_NAMES, "int64"))
    columns = [frame[name].to_numpy() for name in _NAMES]
    order = np.lexsort((columns[1], columns[2], columns[0]))
    buyer, invoice, due, days, is_open = (column[order] for column in columns)
    return Payments(buyer, invoice, due, days, is_open.astype(bool))


def behaviour_findings(payments: Payments, setting: RuleSetting, *, as_of: date) -> Iterator[Finding]:
    """One finding for each buyer whose way of paying has changed as the rule says."""
    find = {Rule.PAYMENT_PERIOD: find_longer_payment, Rule.SUDDEN_TURN: find_sudden_turn}[setting.rule]
    found = find(payments=payments, as_of=as_of.toordinal(), setting=setting)
    numbers = _invoice_numbers(found)
    for position in range(len(found.buyer_id)):
        yield _finding(found, position, setting, numbers)


def _finding(found: Behaviour, position: int, setting: RuleSetting, numbers: dict[int, str]) -> Finding:
    buyer_id = int(found.buyer_id[position])
    figures = {name: _plain(column[position]) for name, column in found.figures.items() if name != "rows"}
    rows = [{"invoice": numbers[row["invoice_id"]], **row} for row in found.figures["rows"][position]]
    return Finding(
        subject=buyer_subject(setting.rule, buyer_id),
        level=Decimal(str(round(float(found.level[position]), 1))),
        severity=setting.severity,
        buyer_id=buyer_id,
        evidence={**figures, "threshold_days": setting.whole("days"), "rows": rows},
    )


def _plain(value: Any) -> int | str:
    """Counts as they are, medians (which may end in .5) as text."""
    number = value.item()
    return number if isinstance(number, int) else f"{number:.1f}"


def _invoice_numbers(found: Behaviour) -> dict[int, str]:
    ids = [row["invoice_id"] for rows in found.figures["rows"] for row in rows]
    return dict(Invoice.objects.filter(pk__in=ids).values_list("pk", "number"))
