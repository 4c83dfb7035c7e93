"""Delegation of authority: who may decide on how much uninsured exposure of which grades (domain.md section 4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from core.domain.roles import Permission, Role, is_granted
from core.errors import invalid_field
from core.money import check_currency
from core.words import sentence as _
from credit.domain.terms import GRADES

_invalid = partial(invalid_field, "authority_invalid")

ZERO = Decimal(0)
ADD_UP_DAYS = 90
WORST = GRADES[-1]


@dataclass(frozen=True, slots=True)
class Band:
    """``role`` may decide on buyers of ``grades`` (letters) up to an uninsured amount; None = without bound."""

    role: str
    grades: str
    up_to: Decimal | None

    def covers(self, *, grade: str, amount: Decimal) -> bool:
        """True if grade and amount are inside the band; the bound itself is inside."""
        return grade in self.grades and (self.up_to is None or amount <= self.up_to)


@dataclass(frozen=True, slots=True)
class Authority:
    """The whole delegation in one currency; above ``cosign_above`` two people sign. ``version`` 0 is the default."""

    currency: str
    bands: tuple[Band, ...]
    cosign_above: Decimal
    version: int = 0

    def covers(self, *, role: str, grade: str | None, amount: Decimal) -> bool:
        """True if a band of the role covers the amount; a buyer that was never scored counts as the worst grade."""
        return any(b.covers(grade=grade or WORST, amount=amount) for b in self.bands if b.role == role)

    def may_cosign(self, *, role: str, grade: str | None) -> bool:
        """True if the role has any authority over the grade: enough for a second signature, not for the first."""
        return any((grade or WORST) in b.grades for b in self.bands if b.role == role)

    def signatures(self, *, amount: Decimal) -> int:
        """How many people must sign: 2 above the threshold, else 1."""
        return 2 if amount > self.cosign_above else 1


def default_authority(*, currency: str) -> Authority:
    """A sensible start (†), to be replaced by the firm's own: managers to 250,000, directors without bound.

    Two signatures above 500,000.
    """
    return Authority(
        currency=currency,
        bands=(
            Band(Role.MANAGER, "AB", Decimal(250_000)),
            Band(Role.MANAGER, "C", Decimal(100_000)),
            Band(Role.MANAGER, "D", Decimal(25_000)),
            Band(Role.DIRECTOR, GRADES, None),
        ),
        cosign_above=Decimal(500_000),
    )


def check_authority(*, authority: Authority) -> Authority:
    """The delegation itself; raises ``authority_invalid`` naming field, value and what would be right.

    Bands name roles that may decide on limits, grades A to E, and bounds of 0 or more; every grade has somebody
    without bound, else a request could wait for nobody.
    """
    check_currency(authority.currency)
    if not _is_amount(authority.cosign_above):
        raise _invalid("cosign_above", authority.cosign_above, _("Write an amount of 0 or more."))
    for place, band in enumerate(authority.bands):
        _check_band(f"bands[{place}]", band)
    for grade in GRADES:
        if not any(grade in band.grades and band.up_to is None for band in authority.bands):
            raise _invalid("bands", grade, _("Name a role that decides on grade %(grade)s without bound.", grade=grade))
    return authority


def _check_band(name: str, band: Band) -> None:
    if not is_granted(band.role, Permission.LIMIT_DECIDE):
        allowed = ", ".join(role for role in Role if is_granted(role, Permission.LIMIT_DECIDE))
        raise _invalid(
            f"{name}.role", band.role, _("Choose a role that may decide on limits: %(allowed)s.", allowed=allowed)
        )
    if not band.grades or set(band.grades) - set(GRADES):
        raise _invalid(f"{name}.grades", band.grades, _("Write letters out of %(grades)s.", grades=GRADES))
    if band.up_to is not None and not _is_amount(band.up_to):
        raise _invalid(f"{name}.up_to", band.up_to, _("Write an amount of 0 or more, or nothing for no bound."))


def _is_amount(value: Decimal) -> bool:
    return value.is_finite() and value >= 0


@dataclass(frozen=True, slots=True)
class EarlierRequest:
    """Another request for the same account (not refused, not taken back): its own uninsured part, and its day."""

    uninsured_base: Decimal
    requested_on: date


def counted_uninsured(
    *, uninsured_base: Decimal, as_of: date, earlier: Iterable[EarlierRequest], group_others_base: Decimal = ZERO
) -> Decimal:
    """What authority is measured against: this request + those of the last 90 days + the group's other members.

    Each request counts with its own uninsured part, so a large limit cannot be cut into small requests; day 90 counts,
    day 91 does not. ``group_others_base``: uninsured parts of the limits of the other members. Base currency.
    Example: 150k now and 120k asked 40 days ago, siblings hold 60k: 330k.
    """
    recent = (e.uninsured_base for e in earlier if 0 <= (as_of - e.requested_on).days <= ADD_UP_DAYS)
    return max(ZERO, uninsured_base) + sum((max(ZERO, u) for u in recent), ZERO) + max(ZERO, group_others_base)
