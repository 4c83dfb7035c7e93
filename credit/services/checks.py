"""May this order go? One transaction: lock, facts, rules, record, gate and reservation. Fails closed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from buyers.services.rechecks import ask_recheck
from core.domain.roles import Permission
from core.errors import Conflict, DomainError
from core.models import User
from core.money import Money
from core.services import audit
from core.words import sentence as _
from credit.domain.kinds import Checkpoint, GateState
from credit.models import OrderGate, Reservation
from credit.services.accounts import NotApproved, failing_closed, lock_accounts, one_decision
from credit.services.deciding import NO_PAST, CheckResult, Question, checkpoint_of, decide, make_check
from credit.services.following import Moment, follow
from credit.services.gates import gate_of, new_gate
from credit.services.permits import check_may
from credit.services.records import Asker
from credit.services.reservations import active_reservation
from invoices.domain.orders import ENDED, OrderStatus
from invoices.models import Order
from invoices.queries.orders import get_order, get_progress
from invoices.services.orders import OrderRecord, Placed, check_record, find_order, lock_order, place_order

__all__ = ["CheckRequest", "CheckResult", "NotApproved", "check_order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    """Ask about an order on record (``order_id``), about one that is put first (``order``), or, with both and as a
    dry run, about a change of one. ``checkpoint`` None follows from the order's status; ``assumed_deposit`` (dry run
    only, order's currency) stands for what was received for the order."""

    order_id: int | None = None
    order: OrderRecord | None = None
    expected_version: int | None = None
    checkpoint: Checkpoint | None = None
    is_secured: bool = False
    assumed_deposit: Decimal | None = None
    cause: str = "asked"


def check_order(
    request: CheckRequest, *, as_of: date, actor_label: str = "", actor: User | None = None, dry_run: bool = False
) -> CheckResult:
    """Check an order and act on the answer: approved reserves, stopped holds; a dry run stores its record only.

    Raises :class:`NotApproved` whenever there is no answer, ``order_rejected`` for an unchanged order that a person
    rejected, ``order_ended``, ``order_is_quotation`` for a later checkpoint than that of a quotation, ``rate_missing``,
    and what :func:`invoices.services.orders.place_order` raises.
    """
    asker = Asker(actor, actor_label)
    with failing_closed(), transaction.atomic(), one_decision():
        if dry_run:
            return _what_if(request, asker, as_of)
        return _check(request, asker, as_of)


def _check(request: CheckRequest, asker: Asker, as_of: date) -> CheckResult:
    buyer_id = _buyer_of(request)
    _check_permit(asker, buyer_id)
    locked = lock_accounts(buyer_id)
    now = Moment(as_of=as_of, at=locked.known_at)
    placed = _put(request, asker, as_of)
    if placed is not None and placed.is_new:
        return _decide_first(placed.order, request, asker, now)
    return _decide_again(placed.order.pk if placed else request.order_id or 0, request, asker, now)


def _decide_first(order: Order, request: CheckRequest, asker: Asker, now: Moment) -> CheckResult:
    """An order that was put just now: nothing of it can have left, been reserved, held or released."""
    gate = new_gate(order)
    _refuse(order, gate, request)
    return decide(order, gate, question_of(order, request, now), asker, renew=True, past=NO_PAST)


def _decide_again(order_id: int, request: CheckRequest, asker: Asker, now: Moment) -> CheckResult:
    order = lock_order(order_id)
    gate = gate_of(order)
    held_before = active_reservation(order.pk)
    _refuse(order, gate, request)
    progress = get_progress([order.pk])[order.pk]
    follow(order, gate, progress, now)
    is_gone = progress.gone >= order.amount  # what has left stays billable: it is only warned about
    question = question_of(order, request, now, checkpoint=Checkpoint.INVOICE if is_gone else None)
    result = decide(order, gate, question, asker, renew=True)
    if _gave_back(held_before, result.reservation):
        ask_recheck([order.buyer_id], cause="room")
    return result


def _buyer_of(request: CheckRequest) -> int:
    if request.order is not None:
        return request.order.buyer_id
    if request.order_id is None:
        raise DomainError("order_missing", _("Name an order or give one."), {"field": "order"})
    return get_order(request.order_id).buyer_id


def _check_permit(asker: Asker, buyer_id: int) -> None:
    if asker.user is not None:
        check_may(asker.user, Permission.ORDER_CHECK, buyer_id=buyer_id)


def _put(request: CheckRequest, asker: Asker, as_of: date) -> Placed | None:
    """The order, put first where it came with the request; its buyer is on record, for its account is locked."""
    if request.order is None:
        return None
    return place_order(
        request.order,
        today=as_of,
        actor=asker.user,
        actor_label=asker.label,
        expected_version=request.expected_version,
    )


def _refuse(order: Order, gate: OrderGate, request: CheckRequest) -> None:
    params = {"field": "order", "value": order.external_id}
    if order.status in ENDED:
        raise Conflict(
            "order_ended",
            _(
                "Order %(external_id)s is %(status)s; re-open it first.",
                external_id=order.external_id,
                status=order.status,
            ),
            params,
        )
    if order.status == OrderStatus.QUOTATION and request.checkpoint not in (None, Checkpoint.QUOTATION):
        raise Conflict(
            "order_is_quotation",
            _("%(external_id)s is a quotation; make it an order first.", external_id=order.external_id),
            params,
        )
    if gate.state == GateState.REJECTED and not is_edited(order, gate):
        raise Conflict(
            "order_rejected",
            _("Order %(external_id)s was rejected; change it and ask again.", external_id=order.external_id),
            params,
        )


def is_edited(order: Order, gate: OrderGate) -> bool:
    """True if the order has another content than the one that its gate was decided on."""
    if gate.check_row is None:
        return True
    asked = gate.check_row.asked
    then = (gate.check_row.currency, gate.check_row.amount, asked["terms"], asked["terms_days"], asked["ship_date"])
    ship_date = order.planned_ship_date.isoformat() if order.planned_ship_date else None
    return then != (order.currency, order.amount, order.terms, order.terms_days, ship_date)


def question_of(order: Order, request: CheckRequest, now: Moment, *, checkpoint: Checkpoint | None = None) -> Question:
    """What is asked about an order on record."""
    return Question(
        buyer_id=order.buyer_id,
        order_id=order.pk,
        order_version=order.version,
        amount=Money(order.amount, order.currency),
        terms=order.terms,
        terms_days=order.terms_days,
        deposit_percent=order.deposit_percent,
        ship_date=order.planned_ship_date,
        checkpoint=checkpoint or request.checkpoint or checkpoint_of(order),
        is_secured=request.is_secured,
        cause=request.cause,
        as_of=now.as_of,
        at=now.at,
    )


def _gave_back(before: Reservation | None, after: Reservation | None) -> bool:
    """True if the order holds less of the limit than before: others may fit now."""
    if before is None:
        return False
    return after is None or after.currency != before.currency or after.amount < before.amount


def _what_if(request: CheckRequest, asker: Asker, as_of: date) -> CheckResult:
    """Nothing is locked and nothing but the record is written: exposure is one statement, so one moment."""
    known = _known(request)
    buyer_id = _buyer_of(request)
    _check_permit(asker, buyer_id)
    now = Moment(as_of=as_of, at=timezone.now())
    if request.order is not None:
        question = _imagined(request, request.order, known, now)
    else:
        question = question_of(get_order(request.order_id or 0), request, now)
    question = replace(question, is_dry_run=True, assumed_deposit=_assumed(request, question.amount.amount))
    check, answer = make_check(question, asker)
    audit.record(
        actor=asker.user,
        actor_label=asker.label,
        action="credit.check.tried",
        subject_type="buyer",
        subject_id=buyer_id,
        data={"check": check.pk, "outcome": check.outcome, "amount": str(check.amount), "currency": check.currency},
        rows=[check],
    )
    return CheckResult(check=check, answer=answer)


def _assumed(request: CheckRequest, order_amount: Decimal) -> Decimal | None:
    deposit = request.assumed_deposit
    if deposit is not None and not 0 <= deposit <= order_amount:
        params = {"field": "assumed_deposit", "value": str(deposit)}
        raise DomainError(
            "deposit_invalid",
            _("assumed_deposit: 0 to the order's amount, %(order_amount)s.", order_amount=order_amount),
            params,
        )
    return deposit


def _known(request: CheckRequest) -> Order | None:
    """The order on record that the what-if is about."""
    if request.order_id is not None:
        return get_order(request.order_id)
    return find_order(request.order) if request.order is not None and request.order.external_id else None


def _imagined(request: CheckRequest, record: OrderRecord, known: Order | None, now: Moment) -> Question:
    """The question about an order that is not on record, or is with another content."""
    if known is not None and known.buyer_id != record.buyer_id:
        raise Conflict("order_of_another_buyer", _("This order is of another buyer."), {"field": "buyer"})
    check_record(record, today=now.as_of, known=known)
    imagined = Order(pk=known.pk if known else None, buyer_id=record.buyer_id, **record.content)
    imagined.version = known.version if known else 0
    imagined.status = known.status if known else record.status
    return question_of(imagined, request, now)
