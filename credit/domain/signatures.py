"""Signing a request for a limit: four eyes, authority, substitutes, and who is still needed (domain.md section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.domain.roles import Permission, Role, is_granted
from core.errors import Denied
from core.words import Sentence
from core.words import sentence as _
from credit.domain.authority import Authority


@dataclass(frozen=True, slots=True)
class Asking:
    """A request as authority sees it: who entered it, who owns the buyers it is for, and what it counts for.

    ``counted`` is in the authority's currency (:func:`credit.domain.authority.counted_uninsured`).
    """

    entered_by: frozenset[int]
    owners: frozenset[int]
    counted: Decimal
    grade: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a role."""

    user_id: int
    role: str


@dataclass(frozen=True, slots=True)
class StandIn:
    """``deputy_id`` may decide in place of ``principal`` from a date to a date, both included."""

    principal: Person
    deputy_id: int
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature given: by whom, and in whose place if not their own."""

    person: Person
    principal: Person | None = None

    @property
    def authority_of(self) -> Person:
        """Whose authority it uses."""
        return self.principal or self.person

    @property
    def people(self) -> frozenset[int]:
        """Everybody who has thereby spoken."""
        return frozenset({self.person.user_id, self.authority_of.user_id})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a request is: ``roles`` could give the next signature; ``needs_authority``: it must cover the amount."""

    needed: int
    given: int
    needs_authority: bool
    roles: tuple[Role, ...]

    @property
    def is_complete(self) -> bool:
        """True if the limit may be stored."""
        return self.given >= self.needed and not self.needs_authority


def progress_of(*, asking: Asking, authority: Authority, given: Sequence[Signature]) -> Progress:
    """Who is still needed: as many people as the amount asks for, and one of them with authority over all of it.

    Example: 600k of grade A at the default delegation: two signatures, one of them a finance director's.
    """
    needed = authority.signatures(amount=asking.counted)
    covered = any(_covers(signature, asking, authority) for signature in given)
    must_cover = not covered and len(given) >= needed - 1
    roles = tuple(role for role in Role if _may_sign(role, asking, authority, must_cover=must_cover))
    is_complete = covered and len(given) >= needed
    return Progress(needed, len(given), not covered, () if is_complete else roles)


def check_signature(
    *,
    person: Person,
    asking: Asking,
    authority: Authority,
    given: Sequence[Signature],
    as_of: date,
    stand_in: StandIn | None = None,
) -> Signature:
    """The signature, if this person may give it now; raises :class:`Denied` with a stable code otherwise.

    ``role_may_not_decide`` · ``own_request`` (they, or whom they stand in for, entered it) · ``own_buyer`` (either owns
    the buyer) · ``substitute_not_in_force`` · ``already_signed`` · ``authority_exceeded``. A deputy uses the authority
    of whom they stand in for, and must be somebody who decides on limits in their own right.
    """
    if not is_granted(person.role, Permission.LIMIT_DECIDE):
        raise _denied("role_may_not_decide", _("Your role does not decide on limits."), person)
    signature = Signature(person, _principal(person, stand_in, as_of))
    if signature.people & asking.entered_by:
        raise _denied("own_request", _("Nobody approves what they entered; somebody else must sign."), person)
    if signature.people & asking.owners:
        raise _denied("own_buyer", _("Nobody decides on a buyer whom they look after in sales."), person)
    if any(signature.people & other.people for other in given):
        raise _denied("already_signed", _("You, or whom you stand in for, have signed already."), person)
    _check_amount(signature, asking, authority, given)
    return signature


def _principal(person: Person, stand_in: StandIn | None, as_of: date) -> Person | None:
    if stand_in is None:
        return None
    in_force = stand_in.starts_on <= as_of <= stand_in.ends_on
    if not in_force or stand_in.deputy_id != person.user_id:
        raise _denied(
            "substitute_not_in_force", _("You do not stand in for this person on %(as_of)s.", as_of=as_of), person
        )
    return stand_in.principal


def _check_amount(signature: Signature, asking: Asking, authority: Authority, given: Sequence[Signature]) -> None:
    before = progress_of(asking=asking, authority=authority, given=given)
    last = before.needs_authority and before.given >= before.needed - 1
    role = signature.authority_of.role
    if not _may_sign(role, asking, authority, must_cover=last):
        raise _denied(
            "authority_exceeded",
            _(
                "%(counted)s %(currency)s uninsured is above your authority; it needs: %(roles)s.",
                counted=asking.counted,
                currency=authority.currency,
                roles=", ".join(before.roles) or _("nobody has it"),
            ),
            signature.person,
        )


def _may_sign(role: str, asking: Asking, authority: Authority, *, must_cover: bool) -> bool:
    if not is_granted(role, Permission.LIMIT_DECIDE):
        return False
    if must_cover:
        return authority.covers(role=role, grade=asking.grade, amount=asking.counted)
    return authority.may_cosign(role=role, grade=asking.grade)


def _covers(signature: Signature, asking: Asking, authority: Authority) -> bool:
    role = signature.authority_of.role
    return is_granted(role, Permission.LIMIT_DECIDE) and authority.covers(
        role=role, grade=asking.grade, amount=asking.counted
    )


def _denied(code: str, message: Sentence, person: Person) -> Denied:
    return Denied(code, message, {"field": "actor", "value": person.user_id})
