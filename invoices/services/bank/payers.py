"""Accounts that buyers pay from: learned from what was posted, and warned of where they change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone

from core.models import User
from core.queries.sql import fetch_all
from invoices.domain.bank import LineState, LineWarning
from invoices.domain.matching_names import name_score
from invoices.models import BankLine, PayerAccount

OTHER_NAME = 60.0
_PAYER_WARNINGS = frozenset({LineWarning.PAYER_ACCOUNT_CHANGED, LineWarning.PAYER_NOT_BUYER})

# Of each buyer with its group: the accounts that were paid from, and every name.
_KNOWN_SQL = """
WITH family AS (
    SELECT w.id AS wanted, m.id AS member FROM buyers_buyer w
    JOIN buyers_buyer m ON m.id = w.id OR m.group_id = w.group_id WHERE w.id = ANY(%(buyers)s)
)
SELECT f.wanted, 'account', p.account FROM family f JOIN invoices_payeraccount p ON p.buyer_id = f.member
UNION SELECT f.wanted, 'name', b.name FROM family f JOIN buyers_buyer b ON b.id = f.member
UNION SELECT f.wanted, 'name', b.name_zh FROM family f JOIN buyers_buyer b ON b.id = f.member WHERE b.name_zh <> ''
UNION SELECT f.wanted, 'name', a.name FROM family f JOIN buyers_buyeralias a ON a.buyer_id = f.member
"""


def payer_warnings(line: BankLine, buyer_id: int, *, rest: Sequence[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """The line's warnings with those on its payer as they stand now, if it is this buyer's."""
    (found,) = warn_of_payers([(line, buyer_id)])
    return [*(dict(one) for one in rest if one["code"] not in _PAYER_WARNINGS), *found]


def warn_of_payers(pairs: Sequence[tuple[BankLine, int]]) -> list[list[dict[str, Any]]]:
    """For each line and its buyer: the buyer paid from other accounts before, or the payer is called otherwise."""
    accounts: dict[int, set[str]] = {}
    names: dict[int, set[str]] = {}
    for buyer_id, kind, value in fetch_all(_KNOWN_SQL, {"buyers": sorted({buyer for _line, buyer in pairs})}):
        (accounts if kind == "account" else names).setdefault(buyer_id, set()).add(value)
    return [
        [*_changed(line, accounts.get(buyer, set())), *_other(line, names.get(buyer, set()))] for line, buyer in pairs
    ]


def _changed(line: BankLine, known: set[str]) -> Iterable[dict[str, Any]]:
    if line.payer_account and known and line.payer_account not in known:
        params = {"account": line.payer_account, "known": ", ".join(sorted(known)[:3])}
        yield {"code": LineWarning.PAYER_ACCOUNT_CHANGED.value, "params": params}


def _other(line: BankLine, names: set[str]) -> Iterable[dict[str, Any]]:
    payers = [name for name in (line.payer_name, line.payer_ultimate) if name]
    if payers and all(name_score(payer, name) < OTHER_NAME for payer in payers for name in names):
        yield {"code": LineWarning.PAYER_NOT_BUYER.value, "params": {"payer": payers[-1], "buyer": min(names)}}


def learn_payer(line: BankLine, buyer_id: int, *, actor: User | None) -> None:
    """The buyer pays from the line's account; a person's decision confirms it."""
    learn_payers([(line, buyer_id)])
    if actor is not None and line.payer_account:
        PayerAccount.objects.filter(account=line.payer_account, buyer_id=buyer_id, confirmed_by__isnull=True).update(
            confirmed_by=actor, confirmed_at=timezone.now()
        )


def learn_payers(pairs: Iterable[tuple[BankLine, int]]) -> None:
    """Note the accounts that these buyers paid from; one that is known stays as it is."""
    rows = [
        PayerAccount(
            account=line.payer_account, buyer_id=buyer_id, name=line.payer_name, line=line, first_seen_on=line.day
        )
        for line, buyer_id in pairs
        if line.payer_account
    ]
    PayerAccount.objects.bulk_create(rows, ignore_conflicts=True)


def forget_payer(line: BankLine) -> None:
    """An undone posting taught nothing: the account is unknown again, unless another posted line tells it, too."""
    for known in PayerAccount.objects.filter(line=line):
        same = BankLine.objects.filter(buyer_id=known.buyer_id, payer_account=known.account, state=LineState.POSTED)
        other = same.filter(amount__gt=0).exclude(pk=line.pk).order_by("id").first()
        if other is None:
            known.delete()
        else:
            known.line, known.name, known.first_seen_on = other, other.payer_name, other.day
            known.save(update_fields=["line", "name", "first_seen_on"])
