"""May this order go? One transaction: lock, facts, rules, record, gate and reservation. Fails closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from core.errors import DomainError
from core.models import User
from credit.domain.kinds import Checkpoint
from credit.models import Hold, OrderCheck, OrderGate, Reservation
from invoices.services.orders import OrderRecord

if TYPE_CHECKING:
    from credit.domain.check import Answer


class NotApproved(DomainError):
    """No answer could be found, which is a no: nothing was stored or reserved. ``params["cause"]`` says why:
    ``lock_timeout``, ``timeout``, ``membership_moving``, ``error`` or a stable code such as ``rate_missing``."""

    status = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    """Ask about an order on record (``order_id``), about one that is put first (``order``), or, with both and as a
    dry run, about a change of one. ``checkpoint`` None follows from the order's status."""

    order_id: int | None = None
    order: OrderRecord | None = None
    expected_version: int | None = None
    checkpoint: Checkpoint | None = None
    is_secured: bool = False
    cause: str = "asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The stored check with its answer, and where the order stands now (None for a dry run)."""

    check: OrderCheck
    answer: Answer
    gate: OrderGate | None
    reservation: Reservation | None
    hold: Hold | None


def check_order(
    request: CheckRequest, *, as_of: date, actor_label: str, actor: User | None = None, dry_run: bool = False
) -> CheckResult:
    """Check an order and act on the answer: approved reserves, stopped holds; a dry run stores its record only.

    Raises :class:`NotApproved` whenever there is no answer, ``order_rejected`` for an unchanged order that a person
    rejected, and what :func:`invoices.services.orders.put_order` raises.
    """
    raise NotImplementedError
