"""Who a document means: its party's identifiers and names against the buyers on record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from buyers.domain.names import name_key

# Numbers with fewer characters say too little to name a legal entity across sources.
_SHORTEST = 5
LONGEST_KEY = 120
_OWN_CODE = "id:"
# An own code is believed where the name is at least like this; below, a person is asked.
_CODE_NAME_SCORE = 60


class MatchReason(StrEnum):
    """Why a buyer may be the party of a document."""

    REMEMBERED = "remembered"  # this source named the same identifier or name before, and it was settled then
    VAT = "vat"
    REGISTRATION = "registration"
    CODE = "code"  # our own code for the buyer
    NAME = "name"  # the same name
    SIMILAR = "similar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A party as a document words it; ``identifiers`` are (scheme, value), the scheme empty for our own code."""

    name: str
    trading_name: str = ""
    vat_id: str = ""
    registration: str = ""
    tax_number: str = ""
    endpoint: str = ""
    country: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A buyer that it may be; ``score`` 0-100 is the likeness of the names, 100 where an identifier speaks."""

    buyer_id: int
    code: str
    name: str
    score: int
    reason: MatchReason
    contradicts: bool = False


def normal_id(text: str) -> str:
    """Letters and digits in capitals. Example: ``DE 136.695-976`` gives ``DE136695976``."""
    return "".join(one for one in text.upper() if one.isalnum())


def numbers_of(party: Party) -> tuple[str, ...]:
    """Every number of the party that names a legal entity, in normal form, VAT number first."""
    given = (party.vat_id, party.registration, party.tax_number, *(value for _, value in party.identifiers))
    found = (normal_id(text) for text in given)
    return tuple(dict.fromkeys(one for one in found if len(one) >= _SHORTEST and any(map(str.isdigit, one))))


def own_codes_of(party: Party) -> tuple[str, ...]:
    """What may be our own code for the party: identifiers without a scheme (BT-46)."""
    return tuple(dict.fromkeys(value for scheme, value in party.identifiers if not scheme and value))


def party_keys(party: Party) -> tuple[str, ...]:
    """Under which keys a source's buyer codes remember the party, the strongest first.

    The name is a key only where there is no number: the same name with another VAT number is another legal entity.
    Example: VAT number DE123456789 and GLN 4304171000002 give ``vat:DE123456789`` and ``0088:4304171000002``.
    """
    keys = tuple(dict.fromkeys(key[:LONGEST_KEY] for key in _number_keys(party)))
    return keys or (f"name:{name_key(party.name)}:{party.country}"[:LONGEST_KEY],)


def is_own_code(key: str) -> bool:
    """True for the key of an identifier without a scheme: it may be short or a dummy, and counts as our code does."""
    return key.startswith(_OWN_CODE)


def _number_keys(party: Party) -> Iterator[str]:
    if _is_number(party.vat_id):
        yield f"vat:{normal_id(party.vat_id)}"
    for scheme, value in party.identifiers:
        if normal_id(value):
            yield f"{scheme}:{normal_id(value)}" if scheme else f"{_OWN_CODE}{normal_id(value)}"
    for kind, value in (("reg", party.registration), ("tax", party.tax_number)):
        if _is_number(value):
            yield f"{kind}:{party.country}:{normal_id(value)}"
    if len(party.endpoint) >= _SHORTEST:
        yield f"endpoint:{party.endpoint.lower()}"


def _is_number(text: str) -> bool:
    number = normal_id(text)
    return len(number) >= _SHORTEST and any(map(str.isdigit, number))


def decide(candidates: Sequence[Candidate]) -> Candidate | None:
    """The buyer that it certainly is; None if a person must say.

    Identifiers decide: all of them must mean one buyer. Our own code counts where the name is somewhat like. Without
    an identifier the same name decides, if one buyer only has it and no number or country contradicts. Likeness alone
    never decides.
    """
    strong = [one for one in candidates if _is_strong(one)]
    if strong:
        return strong[0] if len({one.buyer_id for one in strong}) == 1 else None
    same = [one for one in candidates if one.reason is MatchReason.NAME]
    is_one = len({one.buyer_id for one in same}) == 1
    return same[0] if is_one and not any(one.contradicts for one in same) else None


def _is_strong(one: Candidate) -> bool:
    if one.reason is MatchReason.CODE:
        return one.score >= _CODE_NAME_SCORE
    return one.reason in {MatchReason.REMEMBERED, MatchReason.VAT, MatchReason.REGISTRATION}


def best_of(candidates: Iterable[Candidate], *, limit: int) -> list[Candidate]:
    """Each buyer once, by its strongest reason, then by likeness."""
    order = list(MatchReason)
    found: dict[int, Candidate] = {}
    for one in sorted(candidates, key=lambda one: (order.index(one.reason), -one.score, one.buyer_id)):
        found.setdefault(one.buyer_id, one)
    return list(found.values())[:limit]
