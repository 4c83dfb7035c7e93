"""What an order check is made from: the question, what is known of buyer and group, and the rules in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from core.money import Money
from credit.domain.exposure import ZERO, Exposure
from credit.domain.kinds import Checkpoint
from credit.domain.limits import NO_LIMIT, LimitInForce
from credit.domain.rules import DEFAULTS, RuleCode, RuleSetting
from credit.domain.terms import GradeTerms
from invoices.domain.kinds import Terms


@dataclass(frozen=True, slots=True)
class Asked:
    """The question: may this order go on these terms? Amounts ``*_base`` are in base currency.

    **Everything of the order that has not left the house stands here and not in the exposure**: the exposure of buyer
    and group is read without this order's own reservation, deposits and security (its delivered and invoiced parts are
    in the exposure). ``delivered_base``: what of ``amount`` has left. ``deposit_received_base``: unapplied receipts
    that name the order. ``secured_base``: what a security in force pays of the part not yet delivered. ``is_secured``:
    the balance is insured or secured (grade terms). ``is_prepaid``: cleared funds for 100 %.
    """

    checkpoint: Checkpoint
    amount: Money
    amount_base: Decimal
    terms: Terms
    terms_days: int = 0
    deposit_percent: Decimal = ZERO
    deposit_received_base: Decimal = ZERO
    ship_date: date | None = None
    is_secured: bool = False
    order_id: int | None = None
    is_prepaid: bool = False
    delivered_base: Decimal = ZERO
    secured_base: Decimal = ZERO

    @property
    def remaining_base(self) -> Decimal:
        """What is still to be delivered: max(0, amount − delivered)."""
        return max(ZERO, self.amount_base - self.delivered_base)

    @property
    def added_base(self) -> Decimal:
        """What the order adds to the exposure: remaining − secured − deposit received. Example: 80 − 24 = 56."""
        return self.remaining_base - min(self.secured_base, self.remaining_base) - self.deposit_received_base


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """What is known of a buyer; of a group only ``exposure`` and ``limit`` are asked.

    ``oldest_overdue_days`` and ``overdue_base`` speak of material, undisputed items (0 = none). ``grade`` None: never
    scored. ``screening_age_days`` None: never screened. ``receipts_age_working_days`` None: receipts never loaded.
    ``dunning_level``: days of the highest step reached (0 = none). ``insurance_stop_since``: shipping must stop from
    that day on. ``missing_rates``: currencies without a usable rate.
    """

    exposure: Exposure
    limit: LimitInForce = NO_LIMIT
    grade: str | None = None
    grade_terms: GradeTerms | None = None
    score_age_days: int | None = None
    oldest_overdue_days: int = 0
    overdue_base: Decimal = ZERO
    overdue_age_days: int | None = None
    kyc_status: str | None = None
    kyc_age_days: int | None = None
    screening_result: str | None = None
    screening_age_days: int | None = None
    dunning_level: int = 0
    open_broken_promises: int = 0
    broken_promises_12m: int = 0
    insurance_stop_since: date | None = None
    forced_hold: bool = False
    receipts_age_working_days: int | None = None
    missing_rates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """All facts of one check; ``group`` is None where the buyer's group has no account with a limit."""

    asked: Asked
    buyer: PartyFacts
    as_of: date
    group: PartyFacts | None = None
    rules: Mapping[str, RuleSetting] = field(default_factory=dict)

    def setting(self, rule: RuleCode) -> RuleSetting:
        """The rule as it holds for this buyer; the handbook's where none is given."""
        return self.rules.get(rule, DEFAULTS[rule])

    @property
    def horizon_end(self) -> date:
        """The last day inside the horizon."""
        return self.as_of + timedelta(days=self.setting(RuleCode.HORIZON_USE).whole("horizon_days"))

    @property
    def ships_in_horizon(self) -> bool:
        """True for an order whose ship date is inside, unknown, or come: at shipment and invoice it is now."""
        if self.asked.checkpoint in (Checkpoint.SHIPMENT, Checkpoint.INVOICE) or self.asked.ship_date is None:
            return True
        return self.asked.ship_date <= self.horizon_end
