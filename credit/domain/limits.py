"""The limit in force of an account on a day (domain.md sections 1 and 4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from credit.domain.kinds import LimitKind

ZERO = Decimal(0)


class LimitState(StrEnum):
    """Whether an account has a limit; amount 0 in force takes the limit away and reads as missing."""

    IN_FORCE = "in_force"
    EXPIRED = "expired"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class LimitInForce:
    """What may be owed at most today; an expired or missing limit allows 0 whatever ``amount`` says."""

    amount_base: Decimal = ZERO
    currency: str = ""
    amount: Decimal = ZERO
    valid_to: date | None = None
    state: LimitState = LimitState.MISSING
    is_temporary: bool = False

    @property
    def allowed_base(self) -> Decimal:
        """The limit that counts in base currency: 0 unless in force."""
        return self.amount_base if self.state is LimitState.IN_FORCE else ZERO


NO_LIMIT = LimitInForce()


@dataclass(frozen=True, slots=True)
class LimitVersion:
    """The version of one kind that counts on a day: of those with ``valid_from`` ≤ the day the latest one."""

    kind: LimitKind
    currency: str
    amount: Decimal
    amount_base: Decimal
    valid_to: date | None = None


def limit_in_force(*, versions: Iterable[LimitVersion], as_of: date) -> LimitInForce:
    """The greatest of the own and the temporary limit in force; else expired, else missing.

    ``versions`` holds at most one version a kind. ``valid_to`` is included. Own past its end = expired; a temporary
    limit past its end is as if it had never been; amount 0 = missing.
    Example: own 500, temporary 540 until 30 June: 540 on 30 June, 500 on 1 July.
    """
    known = list(versions)
    live = [v for v in known if v.amount > 0 and (v.valid_to is None or as_of <= v.valid_to)]
    if live:
        return _read(max(live, key=lambda v: (v.amount_base, v.kind is LimitKind.OWN)), LimitState.IN_FORCE)
    ended = [v for v in known if v.kind is LimitKind.OWN and v.amount > 0]
    return _read(ended[0], LimitState.EXPIRED) if ended else NO_LIMIT


def _read(version: LimitVersion, state: LimitState) -> LimitInForce:
    return LimitInForce(
        amount_base=version.amount_base,
        currency=version.currency,
        amount=version.amount,
        valid_to=version.valid_to,
        state=state,
        is_temporary=version.kind is LimitKind.TEMPORARY,
    )
