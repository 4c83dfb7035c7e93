"""One decision under lock: make the check, store its record, and act on the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from core.domain.rates import RateTable
from core.errors import DomainError
from core.house import base_currency
from core.money import Money
from core.queries.rates import rate_table
from core.services import audit
from credit.domain.check import Answer, Asked, CheckFacts, run_check
from credit.domain.kinds import Checkpoint, GateState, HoldState, ReservationState, Result
from credit.models import Hold, OrderCheck, OrderGate, Release, Reservation
from credit.queries.check_facts import load_check_facts
from credit.services.gates import move_gate
from credit.services.holds import SHIPPED_UNAPPROVED, credit_hold, end_credit_hold, hold
from credit.services.messages import order_decided
from credit.services.records import Asker, Made, stops_of, store_check
from credit.services.releases import covering_release
from credit.services.reservations import active_reservation, end_reservation, reserve
from invoices.domain.kinds import Terms
from invoices.domain.orders import OrderStatus
from invoices.models import Order

# Here an order is asked about, but nothing of the limit is at stake: both only warn.
_ONLY_WARN = frozenset({Checkpoint.QUOTATION, Checkpoint.INVOICE})

_OF_STATUS = {
    OrderStatus.QUOTATION: Checkpoint.QUOTATION,
    OrderStatus.OPEN: Checkpoint.ORDER,
    OrderStatus.IN_PRODUCTION: Checkpoint.PRODUCTION,
    OrderStatus.SHIPPED: Checkpoint.SHIPMENT,
    OrderStatus.INVOICED: Checkpoint.INVOICE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about, on which date, at which moment; ``order_id`` None is a what-if without an order.

    ``assumed_deposit`` (a what-if only, in the order's currency) stands for what was received for the order.
    ``is_strict``: an order whose currency has no rate is refused (somebody asks); else it is stopped (the machine asks
    again).
    """

    buyer_id: int
    order_id: int | None
    order_version: int | None
    amount: Money
    terms: str
    terms_days: int
    deposit_percent: Decimal
    ship_date: date | None
    checkpoint: Checkpoint
    is_secured: bool
    cause: str
    as_of: date
    at: datetime
    is_dry_run: bool = False
    is_strict: bool = True
    assumed_deposit: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The stored check with its answer, and where the order stands now (None for a dry run)."""

    check: OrderCheck
    answer: Answer
    gate: OrderGate | None = None
    reservation: Reservation | None = None
    hold: Hold | None = None

    @property
    def gate_state(self) -> GateState | None:
        """Whether the order may go now; None for a dry run."""
        return GateState(self.gate.state) if self.gate else None


def checkpoint_of(order: Order) -> Checkpoint:
    """The checkpoint that follows from the order's status."""
    return _OF_STATUS.get(OrderStatus(order.status), Checkpoint.ORDER)


def make_check(question: Question, asker: Asker) -> tuple[OrderCheck, Answer]:
    """Facts, rules, answer, and its record. Raises ``rate_missing`` if strict."""
    rates = rate_table(base=base_currency(), as_of=question.as_of)
    facts = load_facts(question, rates)
    answer = run_check(facts=facts)
    made = Made(
        buyer_id=question.buyer_id,
        order_id=question.order_id,
        order_version=question.order_version,
        facts=facts,
        answer=answer,
        rates=rates,
        said_secured=question.is_secured,
        known_at=question.at,
        cause=question.cause,
        is_dry_run=question.is_dry_run,
    )
    return store_check(made, asker), answer


def load_facts(question: Question, rates: RateTable) -> CheckFacts:
    """All that the question is answered from. Raises ``rate_missing`` if strict."""
    asked, no_rate = asked_of(question, rates)
    facts = load_check_facts(asked, question.buyer_id, as_of=question.as_of, rates=rates)
    facts = _without_rate(facts, no_rate) if no_rate else facts
    if question.assumed_deposit is not None:
        facts = _with_deposit(facts, Money(question.assumed_deposit, question.amount.currency), rates)
    return facts


def asked_of(question: Question, rates: RateTable) -> tuple[Asked, str]:
    """The question in the engine's words, and the order's currency if it has no rate (then it must not pass)."""
    no_rate = ""
    try:
        amount_base = rates.convert(question.amount).amount
    except DomainError:
        if question.is_strict:
            raise
        amount_base, no_rate = Decimal(0), question.amount.currency
    asked = Asked(
        checkpoint=question.checkpoint,
        amount=question.amount,
        amount_base=amount_base,
        terms=Terms(question.terms),
        terms_days=question.terms_days,
        deposit_percent=question.deposit_percent,
        ship_date=question.ship_date,
        is_secured=question.is_secured,
        order_id=question.order_id,
    )
    return asked, no_rate


def _without_rate(facts: CheckFacts, currency: str) -> CheckFacts:
    missing = tuple(sorted({*facts.buyer.missing_rates, currency}))
    return replace(facts, buyer=replace(facts.buyer, missing_rates=missing))


def _with_deposit(facts: CheckFacts, deposit: Money, rates: RateTable) -> CheckFacts:
    """The facts as they would be with this deposit received instead of what was."""
    base = rates.convert(deposit).amount
    is_prepaid = facts.asked.is_prepaid or base >= facts.asked.amount_base > 0
    return replace(facts, asked=replace(facts.asked, deposit_received_base=base, is_prepaid=is_prepaid))


@dataclass(frozen=True, slots=True)
class Past:
    """What the order holds and waits for; ``is_none`` if it was put by this very transaction: then it has no past."""

    reservation: Reservation | None = None
    hold: Hold | None = None
    is_none: bool = False


NO_PAST = Past(is_none=True)


def _past(order: Order) -> Past:
    return Past(active_reservation(order.pk), credit_hold(order.pk))


def decide(
    order: Order, gate: OrderGate, question: Question, asker: Asker, *, renew: bool, past: Past | None = None
) -> CheckResult:
    """Check the order and act on the answer; its accounts and its row are locked.

    ``renew``: a reservation holds for its full time from now. An order that has left as a whole is asked about at the
    invoice, where nothing is reserved any more. ``past`` None is looked up.
    """
    check, answer = make_check(question, asker)
    past = past or _past(order)
    if question.checkpoint in _ONLY_WARN:
        gate = move_gate(gate, GateState(gate.state), at=question.at, check=check, checkpoint=question.checkpoint)
        _audit(check, gate, asker)
        return CheckResult(check=check, answer=answer, gate=gate, reservation=past.reservation)
    stops = _stops(past.hold, check)
    release = None
    if stops and not past.is_none:
        release = covering_release(order, stops, as_of=question.as_of, at=question.at)
    if stops and release is None:
        gate, reservation, opened = _hold(order, gate, check, answer, stops, past)
    else:
        if past.hold is not None:
            end_credit_hold(order.pk, HoldState.CLEARED, at=question.at, action="cleared", note=check.cause)
        gate, reservation, opened = _approve(order, gate, check, release, past, renew=renew)
    _audit(check, gate, asker, release=release)
    return CheckResult(check=check, answer=answer, gate=gate, reservation=reservation, hold=opened)


def _stops(known: Hold | None, check: OrderCheck) -> list[str]:
    """What stands against the order: the rules that stop, and goods that left before anybody had approved."""
    left = [SHIPPED_UNAPPROVED] if known is not None and SHIPPED_UNAPPROVED in known.reasons else []
    stops = stops_of(check) if check.outcome == Result.STOP else []
    return [*left, *stops]


Stand = tuple[OrderGate, Reservation | None, Hold | None]


def _hold(order: Order, gate: OrderGate, check: OrderCheck, answer: Answer, stops: list[str], past: Past) -> Stand:
    """The order loses what it held of the limit, and waits for a person."""
    at = check.known_at
    if known := past.reservation:
        end_reservation(known, ReservationState.ENDED, day=check.as_of, at=at, reason=f"held: {check.decided_by}")
    opened = hold(
        past.hold,
        order_id=order.pk,
        buyer_id=order.buyer_id,
        reasons=stops,
        over_by=answer.over_by_base,
        check=check,
        at=at,
    )
    gate = move_gate(gate, GateState.HELD, at=at, check=check, checkpoint=Checkpoint(check.checkpoint))
    return gate, None, opened


def _approve(
    order: Order, gate: OrderGate, check: OrderCheck, release: Release | None, past: Past, *, renew: bool
) -> Stand:
    """The order may go: it holds its part of the limit until it is delivered, ends or expires."""
    at = check.known_at
    reservation = reserve(order, past.reservation, check=check, release=release, at=at, renew=renew)
    gate = move_gate(gate, GateState.APPROVED, at=at, check=check, checkpoint=Checkpoint(check.checkpoint))
    return gate, reservation, None


def _audit(check: OrderCheck, gate: OrderGate, asker: Asker, *, release: Release | None = None) -> None:
    data = {
        "check": check.pk,
        "outcome": check.outcome,
        "decided_by": check.decided_by,
        "cause": check.cause,
        "amount": str(check.amount),
        "currency": check.currency,
    }
    audit.record(
        actor=asker.user,
        actor_label=asker.label,
        action=f"credit.order.{gate.state}",
        subject_type="order",
        subject_id=check.order_id,
        data=data | ({"release": release.pk} if release else {}),
        rows=[check],
    )
    order_decided(check, gate)
