"""Buyers as a source tells them: made, joined to our own code, filled where empty; and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from django.db import transaction

from buyers.services.registry import BuyerRow, upsert_buyers
from core.queries.sql import fetch_all


class Put(StrEnum):
    """What became of a buyer that a source put."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    CONTRADICTS = "contradicts"


_STATE_SQL = """
SELECT c.external_id, b.code, b.name, b.name_zh, b.country, b.currency, b.website, b.founded_on,
    (SELECT count(*) FROM buyers_buyeralias a WHERE a.buyer_id = b.id)
FROM buyers_buyercode c JOIN buyers_buyer b ON b.id = c.buyer_id
WHERE c.source = %(source)s AND c.external_id = ANY(%(ids)s)
"""


@transaction.atomic
def put_buyers(rows: Sequence[BuyerRow], source: str) -> dict[str, Put]:
    """Bring the registry to what the source says, by external id.

    What is on record stays and other spellings of a name are kept beside it: several sources speak of one buyer, and
    a person decides. A row whose ``code`` is not the code that its external id already means is not applied.
    """
    ids = [row.external_id for row in rows]
    before = _states(source, ids)
    contradicting = {
        row.external_id
        for row in rows
        if row.code and row.external_id in before and before[row.external_id][0] != row.code
    }
    upsert_buyers((row for row in rows if row.external_id not in contradicting), source)
    after = _states(source, ids)
    return {
        external_id: Put.CONTRADICTS if external_id in contradicting else _outcome(before.get(external_id), state)
        for external_id, state in after.items()
    }


def _states(source: str, ids: list[str]) -> dict[str, tuple[Any, ...]]:
    return {row[0]: tuple(row[1:]) for row in fetch_all(_STATE_SQL, {"source": source, "ids": ids})}


def _outcome(before: tuple[Any, ...] | None, after: tuple[Any, ...]) -> Put:
    if before is None:
        return Put.CREATED
    return Put.UNCHANGED if before == after else Put.UPDATED
