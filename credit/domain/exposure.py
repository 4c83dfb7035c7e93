"""Exposure: what we could lose with a buyer or a group, component by component (domain.md section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)


class Part(StrEnum):
    """What an exposure consists of. Every amount is given positive; the parts of ``DEDUCTIONS`` are taken off.

    The three parts ``*_later`` belong to orders that ship beyond the horizon: a deposit or a letter of credit pays for
    its own order only, so it must not make room inside the horizon.
    """

    RECEIVABLES = "receivables"
    DELIVERED_NOT_INVOICED = "delivered_not_invoiced"
    ORDERS = "orders"
    ORDERS_LATER = "orders_later"
    BILLS = "bills"
    RECOURSE = "recourse"
    UNAPPLIED_CASH = "unapplied_cash"
    DEPOSITS = "deposits"
    DEPOSITS_LATER = "deposits_later"
    UNAPPLIED_CREDIT = "unapplied_credit"
    SECURED = "secured"
    SECURED_LATER = "secured_later"


DEDUCTIONS = frozenset(
    {
        Part.UNAPPLIED_CASH,
        Part.DEPOSITS,
        Part.DEPOSITS_LATER,
        Part.UNAPPLIED_CREDIT,
        Part.SECURED,
        Part.SECURED_LATER,
    }
)
_OWED = frozenset(Part) - DEDUCTIONS
LATER = frozenset({Part.ORDERS_LATER, Part.DEPOSITS_LATER, Part.SECURED_LATER})
_OWED_NOW, _DEDUCTIONS_NOW = _OWED - LATER, DEDUCTIONS - LATER
_NOTHING = dict.fromkeys(Part, Decimal(0))
SHIPPED = frozenset({Part.RECEIVABLES, Part.DELIVERED_NOT_INVOICED, Part.BILLS})
# Money and credits that already pay what has shipped: no cover is needed for that part.
PAID_ALREADY = frozenset({Part.UNAPPLIED_CASH, Part.UNAPPLIED_CREDIT})


@dataclass(frozen=True, slots=True)
class Component:
    """One part in one currency, out of ``rows`` documents; ``amount_base`` None means: no usable rate."""

    part: Part
    currency: str
    amount: Decimal
    amount_base: Decimal | None
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Cover:
    """An insured limit in force in base currency, and the insured share in percent."""

    limit_base: Decimal
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Insured:
    """What cover does to an exposure; deductible and first loss are **not** included (say so beside the figure)."""

    covered_base: Decimal
    indemnity_base: Decimal
    uninsured_base: Decimal
    planned_base: Decimal


@dataclass(frozen=True, slots=True)
class Exposure:
    """Components of one buyer or of one group, in one base currency.

    ``surplus_base`` and ``surplus_in_horizon_base`` are deductions of members of a group beyond their own debts: money
    of one legal entity does not pay the debts of another (:func:`sum_exposures`). A component without a rate counts
    nothing in the sums; ``missing_rates`` names it and the check then stops.
    """

    base_currency: str
    components: tuple[Component, ...] = ()
    surplus_base: Decimal = ZERO
    surplus_in_horizon_base: Decimal = ZERO
    # Base amount of every part, 0 where there is none. Summed once: a check reads it some fifty times.
    by_part: Mapping[Part, Decimal] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        sums = dict(_NOTHING)
        for component in self.components:
            sums[component.part] += component.amount_base or ZERO
        object.__setattr__(self, "by_part", sums)

    @property
    def missing_rates(self) -> tuple[str, ...]:
        """Currencies with an amount that cannot be converted."""
        return tuple(sorted({c.currency for c in self.components if c.amount_base is None and c.amount != 0}))

    @property
    def gross(self) -> Decimal:
        """Receivables + delivered not invoiced + orders (all) + bills + recourse."""
        return self._total(_OWED)

    @property
    def deductions(self) -> Decimal:
        """Unapplied cash and credits, deposits and secured parts (all)."""
        return self._total(DEDUCTIONS)

    @property
    def balance(self) -> Decimal:
        """Gross − deductions (+ surplus of a group's members); below 0 if the buyer has paid ahead."""
        return self.gross - self.deductions + self.surplus_base

    @property
    def balance_in_horizon(self) -> Decimal:
        """The same without what belongs to orders beyond the horizon."""
        return self._total(_OWED_NOW) - self._total(_DEDUCTIONS_NOW) + self.surplus_in_horizon_base

    @property
    def net(self) -> Decimal:
        """max(0, gross − deductions), all orders: the static measure.

        Example (thousands): 310 + 60 + 90 + 120 = 580; with a new order of 80 660.
        """
        return max(ZERO, self.balance)

    @property
    def net_in_horizon(self) -> Decimal:
        """max(0, …) without orders beyond the horizon: the dynamic measure. Example: 310 + 60 + 90 = 460."""
        return max(ZERO, self.balance_in_horizon)

    def uninsured(self, *, covers: Sequence[Cover]) -> Insured:
        """Net exposure − Σ covered × insured %, at least 0.

        Cover applies to what has shipped and is not yet paid by unapplied cash or credits, each insured limit up to its
        amount; ``planned_base`` is what the rest of the limits would pay for open orders, and is not taken off.
        Source: domain.md section 4. Example: 260k shipped, 200k insured at 90 %: 260 − 180 = 80k uninsured.
        """
        sums = self.by_part
        orders = sums[Part.ORDERS] + sums[Part.ORDERS_LATER]
        shipped = self._total(SHIPPED) - self._total(PAID_ALREADY)
        left, covered, indemnity, planned = max(ZERO, min(shipped, self.net)), ZERO, ZERO, ZERO
        for cover in covers:
            taken = min(left, cover.limit_base)
            later = min(orders, cover.limit_base - taken)
            left, orders = left - taken, orders - later
            covered += taken
            indemnity += taken * cover.percent / 100
            planned += later * cover.percent / 100
        return Insured(covered, indemnity, max(ZERO, self.net - indemnity), planned)

    def _total(self, parts: Iterable[Part]) -> Decimal:
        return sum(map(self.by_part.__getitem__, parts), ZERO)


def sum_exposures(*, base_currency: str, members: Iterable[Exposure], own: Exposure | None = None) -> Exposure:
    """The exposure of a group: components added by part and currency, each member's net at least 0.

    ``own`` is the exposure of the buyer that asks (one of ``members``): its own money ahead may pay its new order, so
    only the surplus of the others is set aside. Example: A owes 100, B has paid 30 ahead: the group owes 100, not 70.
    """
    kept = list(members)
    others = [member for member in kept if member is not own]
    return Exposure(
        base_currency,
        _merged(component for member in kept for component in member.components),
        surplus_base=sum((max(ZERO, -member.balance) for member in others), ZERO),
        surplus_in_horizon_base=sum((max(ZERO, -member.balance_in_horizon) for member in others), ZERO),
    )


def _merged(components: Iterable[Component]) -> tuple[Component, ...]:
    merged: dict[tuple[Part, str], Component] = {}
    for one in components:
        before = merged.get((one.part, one.currency))
        merged[(one.part, one.currency)] = one if before is None else _added(before, one)
    return tuple(merged.values())


def _added(left: Component, right: Component) -> Component:
    known = left.amount_base is not None and right.amount_base is not None
    base = (left.amount_base or ZERO) + (right.amount_base or ZERO)
    return Component(
        left.part, left.currency, left.amount + right.amount, base if known else None, left.rows + right.rows
    )
