"""What the ledger knows that bank lines could mean: buyers and open items, for many lines by a few statements.

Every statement names its rows and finds them by index, so that the cost grows with the lines and not with the ledger.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from buyers.queries.spellings import Spellings, all_spellings
from core.queries.sql import fetch_all
from invoices.domain.bank import BANK_SOURCE
from invoices.domain.matching_names import NameIndex
from invoices.domain.matching_records import OpenItem, Payer, Payment
from invoices.domain.matching_text import SEPARATORS

# An item that was named is always there; of a buyer with very many the ones due first are looked at.
ITEMS_OF_A_BUYER = 100
_HITS_OF_A_NUMBER = 10
_MEMBERS_OF_A_GROUP = 100
_LEAST_NAME = 80.0

_PLAIN = f"upper(translate(i.number, '{SEPARATORS}', ''))"
_NUMBERS_SQL = f"""
SELECT t.place, i.id, i.buyer_id, i.currency = t.currency
FROM unnest(%(places)s::int[], %(tokens)s::text[], %(currencies)s::text[]) AS t(place, token, currency)
CROSS JOIN LATERAL (
    SELECT i.id, i.buyer_id, i.currency FROM invoices_invoice i
    WHERE {_PLAIN} = t.token AND i.open_amount <> 0 AND i.open_amount > 0
    ORDER BY i.currency <> t.currency, i.due_date, i.id LIMIT {_HITS_OF_A_NUMBER}
) i
"""
_ACCOUNTS_SQL = "SELECT account, buyer_id FROM invoices_payeraccount WHERE account = ANY(%(accounts)s)"
_MEMBERS_SQL = f"""
SELECT b.id, b.group_id FROM buyers_buyer b WHERE b.id = ANY(%(buyers)s)
UNION
SELECT m.id, m.group_id FROM (
    SELECT DISTINCT b.group_id FROM buyers_buyer b WHERE b.id = ANY(%(buyers)s) AND b.group_id IS NOT NULL
) g CROSS JOIN LATERAL (
    SELECT m.id, m.group_id FROM buyers_buyer m WHERE m.group_id = g.group_id ORDER BY m.id LIMIT {_MEMBERS_OF_A_GROUP}
) m
"""
_ITEM_COLUMNS = f"i.id, i.buyer_id, i.number, {_PLAIN}, i.open_amount, i.invoice_date, i.due_date, i.currency"
_ITEMS_SQL = f"""
SELECT i.* FROM unnest(%(buyers)s::bigint[]) AS b(id) CROSS JOIN LATERAL (
    SELECT {_ITEM_COLUMNS} FROM invoices_invoice i
    WHERE i.buyer_id = b.id AND i.open_amount <> 0 AND i.open_amount > 0 AND i.currency = ANY(%(currencies)s)
    ORDER BY i.due_date, i.id LIMIT {ITEMS_OF_A_BUYER}
) i
UNION
SELECT {_ITEM_COLUMNS} FROM invoices_invoice i WHERE i.id = ANY(%(named)s)
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Who may have sent a payment, what these have open in its currency, and what it names in other currencies."""

    payers: tuple[Payer, ...]
    items: tuple[OpenItem, ...]
    foreign_payers: tuple[Payer, ...] = ()
    foreign_items: tuple[tuple[OpenItem, str], ...] = ()


@dataclass(slots=True)
class _Found:
    """Buyers that numbers, accounts and names of the payments point to, each by the payment's place."""

    by_number: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    named: set[int] = field(default_factory=set)
    foreign: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    by_account: dict[str, list[int]] = field(default_factory=dict)
    by_name: dict[int, list[int]] = field(default_factory=dict)

    def buyers(self, place: int, account: str) -> set[int]:
        """All of one payment."""
        return self.by_number[place] | {*self.by_account.get(account, ()), *self.by_name.get(place, ())}


def gather(payments: Sequence[Payment], accounts: Sequence[str]) -> list[Evidence]:
    """The evidence for each payment; ``accounts`` are the payers' accounts in the same order, "" unknown."""
    names = all_names()
    found = _find(payments, accounts, names)
    buyers = {one for place, account in enumerate(accounts) for one in found.buyers(place, account)}
    groups = dict(fetch_all(_MEMBERS_SQL, {"buyers": sorted(buyers)}))
    members: defaultdict[int, list[int]] = defaultdict(list)
    for buyer_id, group_id in sorted(groups.items()):
        if group_id is not None:
            members[group_id].append(buyer_id)
    elsewhere = set().union(*found.foreign.values())
    items = _items(groups, found.named | elsewhere, {payment.currency for payment in payments})
    foreign = _foreign_items(items, elsewhere)
    return [
        _with_foreign(
            _evidence(place, payment, account, found, groups, members, items, names),
            payment,
            [foreign[one] for one in sorted(found.foreign[place])],
            names,
        )
        for place, (payment, account) in enumerate(zip(payments, accounts, strict=True))
    ]


def _find(payments: Sequence[Payment], accounts: Sequence[str], names: NameIndex) -> _Found:
    found = _Found()
    triples = [
        (place, token, payment.currency)
        for place, payment in enumerate(payments)
        for token in (*payment.tokens, *payment.references)
    ]
    places, tokens, currencies = [list(column) for column in zip(*triples, strict=True)] if triples else ([], [], [])
    params = {"places": places, "tokens": tokens, "currencies": currencies}
    for place, invoice_id, buyer_id, is_own_currency in fetch_all(_NUMBERS_SQL, params):
        if is_own_currency:
            found.by_number[place].add(buyer_id)
            found.named.add(invoice_id)
        else:
            found.foreign[place].add(invoice_id)
    known = sorted({account for account in accounts if account})
    for account, buyer_id in fetch_all(_ACCOUNTS_SQL, {"accounts": known}):
        found.by_account.setdefault(account, []).append(buyer_id)
    for place, payment in enumerate(payments):
        called = {one for name in _payer_names(payment) for one, _score in names.find(name, least=_LEAST_NAME, most=3)}
        found.by_name[place] = sorted(called)
    return found


def _payer_names(payment: Payment) -> Iterable[str]:
    return filter(None, dict.fromkeys((payment.payer_name, payment.payer_ultimate)))


def _items(
    groups: Mapping[int, int | None], named: set[int], currencies: set[str]
) -> dict[tuple[int, str], list[OpenItem]]:
    items: defaultdict[tuple[int, str], list[OpenItem]] = defaultdict(list)
    params = {"buyers": sorted(groups), "named": sorted(named), "currencies": sorted(currencies)}
    for *columns, currency in fetch_all(_ITEMS_SQL, params):
        item = OpenItem(*columns)
        items[item.buyer_id, currency].append(item)
    for found in items.values():
        found.sort(key=lambda item: (item.due_date, item.invoice_id))
    return items


def _foreign_items(
    items: Mapping[tuple[int, str], Iterable[OpenItem]], wanted: set[int]
) -> dict[int, tuple[OpenItem, str]]:
    """What payments name in other currencies than their own, by id."""
    found = ((item, currency) for (_buyer, currency), some in items.items() for item in some) if wanted else ()
    return {item.invoice_id: (item, currency) for item, currency in found if item.invoice_id in wanted}


def _with_foreign(
    evidence: Evidence, payment: Payment, items: Sequence[tuple[OpenItem, str]], names: NameIndex
) -> Evidence:
    if not items:
        return evidence
    payers = (
        Payer(buyer_id=one, name_score=_name_score(payment, one, names))
        for one in sorted({item.buyer_id for item, _currency in items})
    )
    return replace(evidence, foreign_payers=tuple(payers), foreign_items=tuple(items))


def _name_score(payment: Payment, buyer_id: int, names: NameIndex) -> float:
    return max((names.score(name, buyer_id) for name in _payer_names(payment)), default=0.0)


def _evidence(
    place: int,
    payment: Payment,
    account: str,
    found: _Found,
    groups: Mapping[int, int | None],
    members: Mapping[int, list[int]],
    items: Mapping[tuple[int, str], list[OpenItem]],
    names: NameIndex,
) -> Evidence:
    wanted = set(found.buyers(place, account))
    for group_id in {groups.get(one) for one in wanted} - {None}:
        wanted.update(members[group_id])  # type: ignore[index]
    of_account = found.by_account.get(account, [])
    families = {groups.get(one) or -one for one in of_account}
    payers = tuple(
        Payer(
            buyer_id=one,
            group_id=groups.get(one),
            name_score=_name_score(payment, one, names),
            is_account_known=one in of_account,
            is_shared=len(families) > 1,
        )
        for one in sorted(wanted)
    )
    open_items = tuple(item for one in sorted(wanted) for item in items.get((one, payment.currency), ()))
    return Evidence(payers, open_items)


def all_names() -> NameIndex:
    """Every buyer by all its names."""
    return _index_of(all_spellings())


@lru_cache(maxsize=1)
def _index_of(known: Spellings) -> NameIndex:
    return NameIndex(zip(known.buyer_ids, known.names, strict=True))


_DUPLICATES_SQL = f"""
SELECT t.place, r.id, r.source, r.external_id, r.received_on
FROM unnest(%(places)s::int[], %(buyers)s::bigint[], %(currencies)s::text[], %(amounts)s::numeric[], %(days)s::date[])
    AS t(place, buyer_id, currency, amount, day)
CROSS JOIN LATERAL (
    SELECT r.id, r.source, r.external_id, r.received_on FROM invoices_receipt r
    WHERE r.buyer_id = t.buyer_id AND r.received_on BETWEEN t.day - %(near)s AND t.day + %(near)s
        AND r.currency = t.currency AND r.amount = t.amount AND r.source NOT LIKE '{BANK_SOURCE}%%'
        AND NOT EXISTS (SELECT FROM invoices_receipt b WHERE b.reverses_id = r.id)
    ORDER BY r.received_on, r.id LIMIT 1
) r
"""


@dataclass(frozen=True, slots=True)
class Told:
    """A receipt of another source that may be the same payment."""

    receipt_id: int
    source: str
    external_id: str
    received_on: date


def find_duplicates(asked: Sequence[tuple[int, int, str, Decimal, date]], *, near_days: int) -> dict[int, Told]:
    """Receipts of other sources with the same buyer, currency and amount within some days; by the place asked for.

    ``asked``: place, buyer, currency, amount, day.
    """
    columns = [list(column) for column in zip(*asked, strict=True)] if asked else [[], [], [], [], []]
    names = ("places", "buyers", "currencies", "amounts", "days")
    params = dict(zip(names, columns, strict=True)) | {"near": near_days}
    return {row[0]: Told(*row[1:]) for row in fetch_all(_DUPLICATES_SQL, params)}
