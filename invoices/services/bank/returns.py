"""Debits that take back a credit: which posted line they return."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from core.queries.sql import fetch_all
from invoices.domain.matching import confidence_of
from invoices.domain.matching_names import name_score
from invoices.domain.matching_records import Reason, ReasonCode
from invoices.models import BankLine

# A return comes within days; a direct debit may come back after thirteen months.
LONGEST_DAYS = 400
SAME_NAME = 90.0

_CREDITS_SQL = """
SELECT t.place, l.id, l.buyer_id, l.payer_account, l.payer_name, l."references" AS refs
FROM unnest(%(places)s::int[], %(accounts)s::bigint[], %(amounts)s::numeric[], %(days)s::date[])
    AS t(place, account_id, amount, day)
CROSS JOIN LATERAL (
    SELECT l.* FROM invoices_bankline l
    WHERE l.account_id = t.account_id AND l.day BETWEEN t.day - %(longest)s AND t.day AND l.amount = t.amount
        AND l.state = 'posted' AND NOT EXISTS (SELECT FROM invoices_receipt b WHERE b.reverses_id = l.receipt_id)
    ORDER BY l.day DESC, l.id DESC LIMIT 5
) l
ORDER BY t.place, l.day DESC, l.id DESC
"""
_EXACT = frozenset({"EndToEndId", "TxId", "UETR", "AcctSvcrRef", "bank"})


class _Credit(NamedTuple):
    """A posted line that could have been taken back."""

    line_id: int
    buyer_id: int
    payer_account: str
    payer_name: str
    references: frozenset[str]


def propose_returns(lines: Sequence[BankLine]) -> None:
    """For each debit the posted credit of the same amount that it takes back: by reference, else by payer.

    A credit whose receipt has bounced went back before.
    """
    params = {
        "places": list(range(len(lines))),
        "accounts": [line.account_id for line in lines],
        "amounts": [-line.amount for line in lines],
        "days": [line.day for line in lines],
        "longest": LONGEST_DAYS,
    }
    posted: dict[int, list[_Credit]] = {}
    for place, line_id, buyer_id, account, name, references in fetch_all(_CREDITS_SQL, params) if lines else ():
        exact = frozenset(one["value"] for one in json.loads(references) if one["kind"] in _EXACT)
        posted.setdefault(place, []).append(_Credit(line_id, buyer_id, account, name, exact))
    for place, line in enumerate(lines):
        _propose(line, posted.get(place, []))


def _propose(line: BankLine, posted: Sequence[_Credit]) -> None:
    own = {one["value"] for one in line.references if one["kind"] in _EXACT}
    by_reference = [one for one in posted if own & one.references]
    by_payer = [one for one in posted if _is_same_payer(line, one)]
    chosen = by_reference or by_payer or list(posted)
    line.proposal, line.confidence = None, None
    if chosen:
        code = ReasonCode.RETURN_REFERENCE if len(by_reference) == 1 else ReasonCode.RETURN_AMOUNT
        line.confidence = confidence_of([Reason(code)])
        line.proposal = {
            "buyer": chosen[0].buyer_id,
            "returns": chosen[0].line_id,
            "allocations": [],
            "unapplied": "0",
            "reasons": [Reason(code).as_json()],
            "alternatives": [{"buyer": one.buyer_id, "returns": one.line_id} for one in chosen[1:]],
        }


def _is_same_payer(line: BankLine, credit: _Credit) -> bool:
    if line.payer_account and credit.payer_account:
        return line.payer_account == credit.payer_account
    return bool(line.payer_name) and name_score(line.payer_name, credit.payer_name) >= SAME_NAME
