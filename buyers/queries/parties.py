"""Buyers on record that a document's party may be: by what the source called them, by numbers, by names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz import fuzz, process

from buyers.domain.names import name_key, name_score, ordered_words
from buyers.domain.parties import (
    Candidate,
    MatchReason,
    Party,
    best_of,
    is_own_code,
    normal_id,
    numbers_of,
    own_codes_of,
    party_keys,
)
from buyers.models import Buyer, BuyerCode, BuyerRegistration
from buyers.queries.merges import get_survivor_ids
from buyers.queries.spellings import all_spellings

_VAT_KINDS = frozenset({"vat", "gb_vat"})
_CUTOFF, _MOST = 70, 5


def find_candidates(party: Party, *, source: str) -> list[Candidate]:
    """At most five buyers, the likeliest first; merged records are shown as the one they are read under.

    Names are compared only where no identifier speaks.
    """
    reasons = _by_identifiers(party, source)
    found = _candidates(reasons, party) if reasons else _by_names(party)
    return best_of(found, limit=_MOST)


def _by_identifiers(party: Party, source: str) -> list[tuple[int, MatchReason]]:
    codes = BuyerCode.objects.filter(source=source, external_id__in=party_keys(party))
    told = codes.values_list("buyer_id", "external_id")
    known = [(pk, MatchReason.CODE if is_own_code(key) else MatchReason.REMEMBERED) for pk, key in told]
    registered = BuyerRegistration.objects.filter(number__in=numbers_of(party)).values_list("buyer_id", "kind")
    numbers = [(pk, MatchReason.VAT if kind in _VAT_KINDS else MatchReason.REGISTRATION) for pk, kind in registered]
    own = Buyer.objects.filter(code__in=own_codes_of(party)).values_list("pk", flat=True)
    return [*known, *numbers, *((pk, MatchReason.CODE) for pk in own)]


def _candidates(reasons: Sequence[tuple[int, MatchReason]], party: Party) -> Iterator[Candidate]:
    survivors = get_survivor_ids(pk for pk, _ in reasons)
    shown = [(survivors[pk], reason) for pk, reason in reasons]
    buyers = Buyer.objects.prefetch_related("aliases").in_bulk([pk for pk, _ in shown])
    for pk, reason in dict.fromkeys(shown):
        buyer = buyers[pk]
        names = (buyer.name, buyer.name_zh, *(one.name for one in buyer.aliases.all()))
        score = max(name_score(party.name, name) for name in names)
        is_number = reason is not MatchReason.CODE
        yield Candidate(buyer_id=pk, code=buyer.code, name=buyer.name, score=100 if is_number else score, reason=reason)


def _by_names(party: Party) -> Iterator[Candidate]:
    scores = similar_names([name for name in (party.name, party.trading_name) if name], cutoff=_CUTOFF, limit=_MOST)
    survivors = get_survivor_ids(pk for pk, _ in scores)
    best: dict[int, int] = {}
    for pk, score in scores:
        best[survivors[pk]] = max(score, best.get(survivors[pk], 0))
    buyers = Buyer.objects.prefetch_related("registrations").in_bulk(best)
    for pk, score in best.items():
        buyer = buyers[pk]
        yield Candidate(
            buyer_id=pk,
            code=buyer.code,
            name=buyer.name,
            score=score,
            reason=MatchReason.NAME if score == 100 else MatchReason.SIMILAR,
            contradicts=_contradicts(buyer, party),
        )


def _contradicts(buyer: Buyer, party: Party) -> bool:
    """Another country, or a VAT number that is not the one on record."""
    vat_ids = {one.number for one in buyer.registrations.all() if one.kind in _VAT_KINDS}
    other_country = bool(buyer.country and party.country and buyer.country != party.country)
    return other_country or bool(vat_ids and party.vat_id and normal_id(party.vat_id) not in vat_ids)


def similar_names(names: Iterable[str], *, cutoff: int, limit: int) -> list[tuple[int, int]]:
    """(buyer id, likeness 0-100) of the buyers whose names or other spellings are like one of these; merges not
    followed."""
    wanted = [words for words in dict.fromkeys(ordered_words(name_key(name)) for name in names) if words]
    if not wanted:
        return []
    known = all_spellings()
    found: list[tuple[int, int]] = []
    for words in wanted:
        hits = process.extract(words, known.words, scorer=fuzz.ratio, score_cutoff=cutoff, limit=limit * 3)
        found += [(known.buyer_ids[place], int(score)) for _, score, place in hits]
    return found
