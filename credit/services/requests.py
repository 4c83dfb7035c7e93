"""Requests for limits: made with frozen facts, decided by delegation of authority."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.models import User
from credit.models import LimitRequest
from credit.services.limits import NewLimit


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what: of a buyer's account or of a group's (one of the two), and why."""

    new: NewLimit
    reason: str
    buyer_id: int | None = None
    group_id: int | None = None


def create_request(asked: Asked, *, actor: User, as_of: date) -> LimitRequest:
    """Store a pending request with the recommendation, facts and their hash, and the signatures it needs.

    Needs ``limit:request``; sales for their own buyers only. Raises ``limit_*_invalid`` (what would be right),
    ``request_pending`` if one of this kind waits already.
    """
    raise NotImplementedError


def approve_request(
    request_id: int, *, version: int, actor: User, as_of: date, comment: str = "", acting_for_id: int | None = None
) -> LimitRequest:
    """Sign; with the last signature needed the limit is written in the same transaction.

    Needs ``limit:decide`` and authority for the uninsured amount, own or (``acting_for_id``) as a substitute in
    force. Raises ``request_changed`` (another version), ``own_request``, ``own_buyer``, ``authority_exceeded``,
    ``already_signed``, ``substitute_not_in_force``.
    """
    raise NotImplementedError


def reject_request(
    request_id: int, *, version: int, actor: User, as_of: date, comment: str, acting_for_id: int | None = None
) -> LimitRequest:
    """Refuse; the same conditions as for approving, and a reason."""
    raise NotImplementedError


def withdraw_request(request_id: int, *, version: int, actor: User) -> LimitRequest:
    """Take one's own pending request back."""
    raise NotImplementedError
