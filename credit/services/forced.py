"""Holds that a person sets and only a person lifts, and who works on a hold.

No function of the machine (checks, re-checks, expiry, jobs) writes a row of kind ``forced``: this module alone does,
and each of its functions needs a person who may.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F

from buyers.services.rechecks import ask_recheck
from core.domain.roles import Permission, is_granted
from core.errors import Conflict, DomainError, InvalidTransition, NotFound
from core.models import User
from core.services import audit
from core.words import sentence as _
from credit.domain.kinds import HoldKind, HoldState
from credit.models import Hold
from credit.services.accounts import failing_closed, limit_time, lock_accounts
from credit.services.again import check_held_by_force
from credit.services.following import Moment
from credit.services.holds import write_event
from credit.services.permits import check_may
from invoices.queries.orders import get_order

LONGEST_REASON = 300


def force_hold(
    *, buyer_id: int, reason: str, as_of: date, actor: User, order_id: int | None = None, review_on: date | None = None
) -> Hold:
    """Stop an order, or with ``order_id`` None all of the buyer's, until a person lifts it.

    Approved orders lose what they hold of the limit in the same transaction. Raises ``permission_denied``,
    ``reason_missing``, ``order_not_found``, ``already_forced``.
    """
    check_may(actor, Permission.HOLD_DECIDE, buyer_id=buyer_id)
    _check_reason(reason)
    if order_id is not None and get_order(order_id).buyer_id != buyer_id:
        raise NotFound("order_not_found", _("The buyer has no such order."), {"field": "order", "value": str(order_id)})
    with failing_closed(), transaction.atomic():
        limit_time()
        locked = lock_accounts(buyer_id)
        _refuse_second(buyer_id, order_id)
        hold = Hold.objects.create(
            buyer_id=buyer_id,
            order_id=order_id,
            kind=HoldKind.FORCED,
            reasons=["forced_hold"],
            note=reason.strip(),
            review_on=review_on,
            opened_at=locked.known_at,
        )
        _note(hold, "forced", actor, reason)
        check_held_by_force(hold, Moment(as_of=as_of, at=locked.known_at))
        return hold


def _refuse_second(buyer_id: int, order_id: int | None) -> None:
    known = Hold.objects.filter(buyer_id=buyer_id, kind=HoldKind.FORCED, state=HoldState.OPEN)
    same = known.filter(order__isnull=True) if order_id is None else known.filter(order_id=order_id)
    if same.exists():
        raise Conflict(
            "already_forced", _("A forced hold is open already."), {"field": "order" if order_id else "buyer"}
        )


def lift_hold(hold_id: int, *, reason: str, as_of: date, actor: User, expected_version: int | None = None) -> Hold:
    """End a forced hold; the orders that it stopped are checked again by a job.

    Raises ``hold_not_found``, ``permission_denied``, ``reason_missing``, ``hold_changed``, :class:`InvalidTransition`
    for a hold that follows from the rules (release the order instead) or is not open.
    """
    hold = _get(hold_id)
    check_may(actor, Permission.HOLD_DECIDE, buyer_id=hold.buyer_id)
    _check_reason(reason)
    if hold.kind != HoldKind.FORCED:
        raise InvalidTransition(current=hold.kind, allowed=(HoldKind.FORCED,))
    with failing_closed(), transaction.atomic():
        limit_time()
        locked = lock_accounts(hold.buyer_id)
        _swap(hold, expected_version, state=HoldState.LIFTED, closed_at=locked.known_at)
        _note(hold, "lifted", actor, reason)
        ask_recheck([hold.buyer_id], cause="hold_changed")
        return hold


def forward_hold(
    hold_id: int,
    *,
    to: User,
    note: str,
    actor: User,
    review_on: date | None = None,
    expected_version: int | None = None,
) -> Hold:
    """Give a hold to another person to decide.

    Raises ``hold_not_found``, ``permission_denied``, ``assignee_may_not`` (the role works on no holds),
    ``hold_changed``, :class:`InvalidTransition` unless open.
    """
    hold = _get(hold_id)
    check_may(actor, Permission.HOLD_WORK, buyer_id=hold.buyer_id)
    if not (to.is_active and is_granted(to.role, Permission.HOLD_WORK)):
        params = {"field": "to", "value": to.username}
        raise DomainError(
            "assignee_may_not", _("%(to)s does not work on holds; choose somebody who does.", to=to), params
        )
    with transaction.atomic():
        _swap(hold, expected_version, assignee=to, review_on=review_on or hold.review_on)
        _note(hold, "forwarded", actor, note, to=to.username)
        return hold


def _get(hold_id: int) -> Hold:
    hold = Hold.objects.filter(pk=hold_id).first()
    if hold is None:
        raise NotFound(
            "hold_not_found",
            _("There is no hold %(hold_id)s.", hold_id=hold_id),
            {"field": "hold", "value": str(hold_id)},
        )
    return hold


def _check_reason(reason: str) -> None:
    if not reason.strip() or len(reason) > LONGEST_REASON:
        message = _("Say why, in 1 to %(longest_reason)s characters.", longest_reason=LONGEST_REASON)
        raise DomainError("reason_missing", message, {"field": "reason", "value": reason[:40]})


def _swap(hold: Hold, expected_version: int | None, **changes: Any) -> None:
    """Change an open hold if it is still the version that was read."""
    version = hold.version if expected_version is None else expected_version
    open_one = Hold.objects.filter(pk=hold.pk, state=HoldState.OPEN, version=version)
    written = open_one.update(version=F("version") + 1, **changes)
    hold.refresh_from_db()
    if written:
        return
    if hold.state != HoldState.OPEN:
        raise InvalidTransition(current=hold.state, allowed=(HoldState.OPEN,))
    params = {"field": "version", "value": str(version), "current": hold.version}
    raise Conflict("hold_changed", _("Somebody else has changed this hold meanwhile; look again."), params)


def _note(hold: Hold, action: str, actor: User, note: str, **data: str) -> None:
    event = write_event(hold, action, actor=actor, note=note.strip()[:LONGEST_REASON], data=data)
    audit.record(
        actor=actor,
        action=f"credit.hold.{action}",
        subject_type="hold",
        subject_id=hold.pk,
        data={"buyer": hold.buyer_id, "order": hold.order_id, "note": note, **data},
        rows=[event],
    )
