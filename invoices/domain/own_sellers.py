"""Are we the seller of an e-invoice? By VAT number, registration and name, and never in silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from buyers.domain.names import name_key
from buyers.domain.parties import Party, normal_id


class Side(StrEnum):
    """Whose a party is."""

    OURS = "ours"
    DOUBTFUL = "doubtful"  # called like us, with another number
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnIdentity:
    """One of our own companies."""

    name: str
    vat_id: str = ""
    registration: str = ""
    series: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """Whose the party is, and the identity that it was compared with."""

    side: Side
    identity: OwnIdentity | None = None


def recognise(party: Party, own: Sequence[OwnIdentity]) -> Recognised:
    """Ours by the VAT number, or by the registration; the name alone counts where no number contradicts it.

    A number on record that the document gives otherwise makes it doubtful: a namesake, or a number that is new.
    """
    for identity in own:
        if _same(identity.vat_id, party.vat_id):
            return Recognised(side=Side.OURS, identity=identity)
    others = (party.registration, party.tax_number, party.endpoint, *(value for _, value in party.identifiers))
    for identity in own:
        if any(_same(identity.registration, value) for value in others):
            is_ours = not _differ(identity.vat_id, party.vat_id)
            return Recognised(side=Side.OURS if is_ours else Side.DOUBTFUL, identity=identity)
    called = [one for one in own if name_key(party.name) in {name_key(one.name)} - {""}]
    agreeing = [one for one in called if not _contradicts(one, party)]
    if agreeing:
        return Recognised(side=Side.OURS, identity=agreeing[0])
    return Recognised(side=Side.DOUBTFUL, identity=called[0]) if called else Recognised(side=Side.OTHER)


def _contradicts(identity: OwnIdentity, party: Party) -> bool:
    return _differ(identity.vat_id, party.vat_id) or _differ(identity.registration, party.registration)


def _same(left: str, right: str) -> bool:
    return bool(normal_id(left)) and normal_id(left) == normal_id(right)


def _differ(left: str, right: str) -> bool:
    return bool(normal_id(left) and normal_id(right)) and normal_id(left) != normal_id(right)
