"""Amounts of money: ``Decimal`` with an ISO 4217 code, rounded in one place."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel.numbers import get_currency_precision, list_currencies

from core.errors import DomainError
from core.words import sentence as _


@cache
def known_currencies() -> frozenset[str]:
    """ISO 4217 codes, current and historic (source: CLDR through Babel)."""
    return frozenset(list_currencies())


@cache
def minor_digits(currency: str) -> int:
    """Decimal places of a currency's minor unit: USD 2, JPY 0, KWD 3 (ISO 4217 through CLDR)."""
    return int(get_currency_precision(currency))


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Round half up to the currency's minor unit; the only place where money is rounded.

    Example: ``round_money(Decimal("2.345"), "USD") == Decimal("2.35")``; JPY 2.5 gives 3.
    """
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), rounding=ROUND_HALF_UP)


def check_currency(code: str) -> str:
    """The code itself if it is ISO 4217; raises ``currency_unknown`` otherwise."""
    if code not in known_currencies():
        raise DomainError(
            "currency_unknown",
            _("%(code)r is not an ISO 4217 currency code such as USD.", code=code),
            {"field": "currency", "value": code},
        )
    return code


class CurrencyMismatch(DomainError):
    """Two amounts of different currencies were put together."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(
            "currency_mismatch",
            _("Cannot mix %(left)s and %(right)s.", left=left, right=right),
            {"left": left, "right": right},
        )


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in one currency. Mixing currencies raises :class:`CurrencyMismatch`.

    Example: ``Money(Decimal("10.00"), "USD") + Money(Decimal("2.50"), "USD") == Money(Decimal("12.50"), "USD")``.
    """

    amount: Decimal
    currency: str

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def rounded(self) -> Money:
        """The same amount rounded half up to minor units."""
        return Money(round_money(self.amount, self.currency), self.currency)

    def converted(self, *, rate: Decimal, currency: str) -> Money:
        """Into another currency at ``rate`` (units of ``currency`` per unit of this), rounded once."""
        return Money(round_money(self.amount * rate, currency), currency)
