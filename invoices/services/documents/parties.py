"""Seller and buyer of an e-invoice: the seller must be ourselves, the buyer one on record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from buyers.domain.parties import Candidate, Party, decide, own_codes_of, party_keys
from buyers.domain.registrations import check_number
from buyers.models import Buyer, BuyerCode
from buyers.queries.merges import get_survivor_ids
from buyers.queries.parties import find_candidates
from buyers.services.registrations import register_number
from buyers.services.registry import BuyerRow, upsert_buyers
from core.errors import DomainError
from core.models import User
from invoices.domain.einvoices import Held
from invoices.domain.own_sellers import OwnIdentity, Side, recognise
from invoices.models import IncomingDocument
from invoices.queries.own_sellers import own_identities
from invoices.services.documents.reading import Stop, identifier_of

_LONGEST_CODE = 60


def check_seller(seller: Party, buyer: Party) -> OwnIdentity:
    """Which of our companies sells; raises :class:`Stop` if none does for certain."""
    own = own_identities()
    found = recognise(seller, own)
    if found.side is Side.OURS and found.identity is not None:
        return found.identity
    if recognise(buyer, own).side is Side.OURS:
        raise Stop(Held(code="supplier_invoice", params={"value": buyer.name}, is_final=True))
    params = {"value": seller.name, "identifier": identifier_of(seller)}
    if found.identity is None:
        raise Stop(Held(code="seller_unknown", params=params))
    known = found.identity.vat_id or found.identity.registration
    raise Stop(Held(code="seller_doubtful", params={**params, "known": known}))


def find_buyer(row: IncomingDocument, party: Party, *, creates_buyers: bool) -> BuyerRow:
    """The buyer's row for the registry; what was considered stands in ``row.candidates``.

    A buyer that a person named counts; else the certain one; else a new one if ``creates_buyers`` and nobody on record
    is like it; else :class:`Stop`.
    """
    if row.buyer is not None:
        return _known_row(row, party, row.buyer.pk, row.buyer.code)
    found = find_candidates(party, source=row.source)
    row.candidates = [_shown(one) for one in found]
    certain = decide(found)
    if certain is not None:
        return _known_row(row, party, certain.buyer_id, certain.code)
    if creates_buyers and not found:
        return new_row(row, party)
    params = {"value": party.name, "identifier": identifier_of(party)}
    raise Stop(Held(code="buyer_doubtful" if found else "buyer_unmatched", params=params))


def _shown(one: Candidate) -> dict[str, object]:
    shown = asdict(one)
    return {"buyer": shown.pop("buyer_id"), **shown, "reason": one.reason.value}


def _known_row(row: IncomingDocument, party: Party, buyer_id: int, code: str) -> BuyerRow:
    key = next(_free_keys(row.source, party, buyer_id), f"document:{row.pk}")
    return BuyerRow(key, party.name, country=party.country, code=code)


def _free_keys(source: str, party: Party, buyer_id: int) -> Iterator[str]:
    """The party's keys that mean this buyer or nobody yet."""
    known = _known_keys(source, party)
    survivors = get_survivor_ids(known.values())
    for key in party_keys(party):
        if key not in known or buyer_id in (known[key], survivors[known[key]]):
            yield key


def _known_keys(source: str, party: Party) -> dict[str, int]:
    codes = BuyerCode.objects.filter(source=source, external_id__in=party_keys(party))
    return dict(codes.values_list("external_id", "buyer_id"))


def new_row(row: IncomingDocument, party: Party) -> BuyerRow:
    """A buyer made of the document's words, under a key that means nobody yet; its code is the first of its own code,
    VAT number and name that is free."""
    known = _known_keys(row.source, party)
    key = next((one for one in party_keys(party) if one not in known), f"document:{row.pk}")
    wanted = (*own_codes_of(party), party.vat_id.replace(" ", ""), party.name)
    return BuyerRow(key, party.name, country=party.country, code=next(filter(_is_free, wanted), ""))


def _is_free(code: str) -> bool:
    return 0 < len(code) <= _LONGEST_CODE and not Buyer.objects.filter(code=code).exists()


def remember_buyer(row: IncomingDocument, party: Party, buyer: Buyer, *, actor: User | None) -> None:
    """The next document of this party finds the buyer by itself: its keys, its spelling and its VAT number are kept.

    Raises ``registration_taken`` if another buyer has the VAT number on record.
    """
    rows = [
        BuyerRow(key, party.name, country=party.country, code=buyer.code)
        for key in _free_keys(row.source, party, buyer.pk)
    ]
    upsert_buyers(rows, row.source)
    kind = _vat_kind(party.vat_id)
    if kind:
        register_number(buyer, kind=kind, number=party.vat_id, actor=actor)


def _vat_kind(number: str) -> str:
    """The kind of a VAT number whose check digits are right; empty for any other."""
    for kind in ("vat", "gb_vat") if number else ():
        try:
            check_number(kind=kind, number=number)
        except DomainError:
            continue
        return kind
    return ""
