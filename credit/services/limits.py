"""Limits of an account: cut at once by who may decide, raised only by an approved request. Append-only versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.models import User
from core.money import Money
from credit.domain.kinds import LimitKind
from credit.models import CreditLimit


@dataclass(frozen=True, slots=True)
class NewLimit:
    """What a limit is to be: kind, amount in any currency, first and last day (None: without end)."""

    kind: LimitKind
    amount: Money
    valid_from: date
    valid_to: date | None = None


def set_limit(account_id: int, new: NewLimit, *, actor: User, reason: str, as_of: date) -> CreditLimit:
    """Cut a limit now: a lower amount, an earlier end, or 0 to take it away; re-checks of open orders follow.

    Needs ``limit:decide``. Nobody approves what they entered, so a limit that would be higher than the one it
    replaces is refused (``limit_needs_request``); that goes through :mod:`credit.services.requests`.
    """
    raise NotImplementedError
