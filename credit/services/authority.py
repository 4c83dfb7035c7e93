"""Delegation of authority as data: versions of the bands, and substitutes with dates. Director only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.models import User
from credit.models import AuthorityVersion, Substitute


@dataclass(frozen=True, slots=True)
class BandRow:
    """Who may approve how much uninsured exposure of buyers of which grades; ``up_to`` None: without bound."""

    role: str
    grades: str
    up_to: Decimal | None


def change_authority(
    *, bands: Sequence[BandRow], currency: str, cosign_above: Decimal, version: int, actor: User, reason: str
) -> AuthorityVersion:
    """Store the whole delegation as a new version; ``version`` is the one the change was made from (0: default).

    Needs ``authority:change``. Raises ``authority_invalid`` or ``authority_changed``.
    """
    raise NotImplementedError


def name_substitute(*, user_id: int, deputy_id: int, starts_on: date, ends_on: date, actor: User) -> Substitute:
    """``deputy`` may decide in place of ``user`` from a date to a date. Needs ``authority:change``."""
    raise NotImplementedError


def end_substitute(substitute_id: int, *, ends_on: date, actor: User) -> Substitute:
    """End it earlier. Needs ``authority:change``."""
    raise NotImplementedError
