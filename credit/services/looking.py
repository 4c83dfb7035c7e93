"""What a check of many orders would answer, from one reading of each buyer's facts: nothing is locked or stored.

A buyer's exposure is read once with all of its orders in it. Of an order without money, security or delivery of its
own, what it adds and what it already holds are then known by its amount: taking its reservation out again gives the
exposure that its own check would read. Orders with anything of their own are read one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from core.domain.rates import RateTable
from core.house import base_currency
from core.money import Money
from core.queries.rates import rate_table
from credit.domain.check import Asked, CheckFacts, at_checkpoint, blocking_over_by, evaluate
from credit.domain.check_engine import deciding
from credit.domain.check_limits import USE_RULES
from credit.domain.exposure import ZERO, Component, Exposure, Part
from credit.domain.kinds import Checkpoint, Result
from credit.domain.releases import why_not_covered
from credit.models import Reservation
from credit.queries.candidates import Candidate
from credit.queries.check_facts import load_check_facts
from credit.services.again import question_again
from credit.services.deciding import Question, asked_of, load_facts
from credit.services.following import Moment
from credit.services.holds import SHIPPED_UNAPPROVED
from credit.services.releases import content_of, given_by
from invoices.domain.kinds import Terms


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a check would find now: the rules that stop, the deciding one first, and by how much the limit is exceeded
    in base currency."""

    stops: tuple[str, ...]
    over_by: Decimal


class Look:
    """Foresees answers for orders of one business date; :meth:`forget` after anything was decided."""

    def __init__(self, now: Moment) -> None:
        self._now = now
        self._rates = rate_table(base=base_currency(), as_of=now.as_of)
        self._facts: dict[int, CheckFacts] = {}

    def forget(self) -> None:
        """What was read of the buyers no longer holds."""
        self._facts.clear()

    def foresee(self, candidate: Candidate) -> Foreseen:
        """The answer that a check of the order would give."""
        question = question_again(candidate.order, candidate.gate, self._now, said_secured=candidate.said_secured)
        facts = self._facts_of(candidate, question)
        answers = evaluate(facts=facts)
        shown = at_checkpoint(answers, question.checkpoint)
        decides = deciding(shown)
        stops = sorted((a.rule for a in shown if a.result is Result.STOP), key=lambda rule: rule != decides)
        return Foreseen(tuple(map(str, stops)), blocking_over_by(answers))

    def _facts_of(self, candidate: Candidate, question: Question) -> CheckFacts:
        asked, no_rate = asked_of(question, self._rates)
        if no_rate or not candidate.is_plain:
            return load_facts(question, self._rates)
        shared = self._shared(question.buyer_id)
        asked = replace(asked, is_secured=asked.is_secured or shared.asked.is_secured)
        return without(replace(shared, asked=asked), candidate.reservation, self._rates)

    def _shared(self, buyer_id: int) -> CheckFacts:
        """The buyer's facts with all of its orders in the exposure."""
        if buyer_id not in self._facts:
            base = self._rates.base
            nothing = Asked(Checkpoint.ORDER, Money(ZERO, base), ZERO, Terms.OPEN_ACCOUNT)
            self._facts[buyer_id] = load_check_facts(nothing, buyer_id, as_of=self._now.as_of, rates=self._rates)
        return self._facts[buyer_id]


def without(facts: CheckFacts, reservation: Reservation | None, rates: RateTable) -> CheckFacts:
    """The facts without what the order asked about holds itself; its currency has a rate."""
    if reservation is None:
        return facts
    held = Money(reservation.amount, reservation.currency)
    ship_date = facts.asked.ship_date
    part = Part.ORDERS_LATER if ship_date is not None and ship_date > facts.horizon_end else Part.ORDERS
    taken = Component(part, held.currency, -held.amount, -rates.convert(held).amount, -1)
    group = facts.group and replace(facts.group, exposure=_with(facts.group.exposure, taken))
    return replace(facts, buyer=replace(facts.buyer, exposure=_with(facts.buyer.exposure, taken)), group=group)


def _with(exposure: Exposure, component: Component) -> Exposure:
    return replace(exposure, components=(*exposure.components, component))


def awaits_answer(candidate: Candidate, found: Foreseen, now: Moment) -> bool:
    """True if a check would decide otherwise about the order, or for other reasons, than it stands now.

    Which of its limits a held order exceeds is a figure like any other, as long as it exceeds one.
    """
    if candidate.is_changed:
        return True
    if candidate.hold is None:
        return not _stands(candidate, found.stops, now)
    known, stops = set(candidate.hold.reasons) - {SHIPPED_UNAPPROVED}, set(found.stops)
    if candidate.release is not None:  # it may cover what stops the order now
        return known != stops
    return bool(known) != bool(stops) or not known ^ stops <= USE_RULES


def _stands(candidate: Candidate, stops: Iterable[str], now: Moment) -> bool:
    """True if the approved order stays so: nothing stops it, or its release covers what does."""
    names, release = sorted(stops), candidate.release
    held_by = candidate.reservation.release_id if candidate.reservation else None
    if not names or release is None or held_by != release.pk:
        return not names and held_by is None
    return not why_not_covered(given=given_by(release), order=content_of(candidate.order), stops=names, as_of=now.as_of)
