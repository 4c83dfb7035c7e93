"""Exchange rates of one question: one table, fixed when it is asked, shown with its dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal

from core.errors import DomainError
from core.money import Money, minor_digits
from core.words import sentence as _

# Cross rates carry 12 significant digits: a billion converts to the cent.
_PRECISION = Context(prec=12)


@dataclass(frozen=True, slots=True)
class Rate:
    """``rate`` base units for one unit of ``currency``; its date, and the days from there to the date asked for."""

    currency: str
    rate: Decimal
    rate_date: date
    age_days: int


@dataclass(frozen=True, slots=True)
class RateTable:
    """Rates into ``base`` on ``as_of``; ``stale`` holds the last rates that are too old to be used."""

    base: str
    as_of: date
    rates: Mapping[str, Rate]
    stale: Mapping[str, Rate] = field(default_factory=dict)
    warn_after_days: int = 7

    @property
    def warnings(self) -> list[Rate]:
        """Rates in use that are older than the warning age, oldest first."""
        old = [rate for rate in self.rates.values() if rate.age_days > self.warn_after_days]
        return sorted(old, key=lambda rate: (-rate.age_days, rate.currency))

    def missing(self, currencies: Iterable[str]) -> list[str]:
        """Those of ``currencies`` that cannot be converted: no rate, or one that is too old."""
        return sorted(set(currencies) - set(self.rates))

    def oldest_date(self, currencies: Iterable[str]) -> date | None:
        """The date of the oldest rate used for these currencies (the base itself does not count)."""
        used = [self.rates[c].rate_date for c in currencies if c in self.rates and c != self.base]
        return min(used, default=None)

    def convert(self, money: Money) -> Money:
        """Into base currency, rounded once to its minor units; raises ``rate_missing``, never a silent 1."""
        if money.currency not in self.rates:
            raise self._no_rate(money.currency)
        return money.converted(rate=self.rates[money.currency].rate, currency=self.base)

    def as_arrays(self) -> dict[str, object]:
        """SQL parameters for ``RATES_SQL``: currencies, rates, and the base currency's minor digits.

        Arrays as PostgreSQL writes them: one constant is parsed sooner than an expression of sixty.
        """
        return {
            "rate_currencies": f"{{{','.join(self.rates)}}}",
            "rate_values": f"{{{','.join(f'{rate.rate:f}' for rate in self.rates.values())}}}",
            "base_digits": minor_digits(self.base),
        }

    def _no_rate(self, currency: str) -> DomainError:
        last = self.stale.get(currency)
        seen = _("the last one is of %(date)s", date=last.rate_date) if last else _("none is on record")
        return DomainError(
            "rate_missing",
            _(
                "No usable rate from %(currency)s to %(base)s on %(as_of)s (%(seen)s). Load newer rates.",
                currency=currency,
                base=self.base,
                as_of=self.as_of,
                seen=seen,
            ),
            {"field": "currency", "value": currency, "base": self.base, "as_of": self.as_of.isoformat()},
        )


# A relation rates(currency, rate) out of RateTable.as_arrays().
RATES_SQL = "SELECT * FROM unnest(%(rate_currencies)s::text[], %(rate_values)s::numeric[]) AS rates(currency, rate)"


def rate_sql(currency: str) -> str:
    """The rate of a row's currency out of the same arrays, null if there is none.

    Found by its place: where a plan has no hash joins, a join would compare every row with every rate.
    """
    return f"(%(rate_values)s::numeric[])[array_position(%(rate_currencies)s::text[], {currency}::text)]"


def cross_rate(*, base_per_eur: Decimal, currency_per_eur: Decimal) -> Decimal:
    """Base units for one unit of the currency, through the euro, to 12 significant digits.

    Example: USD 1.1172 and JPY 175.68 for a euro give 0.00635928961749 USD for a yen.
    """
    return _PRECISION.divide(base_per_eur, currency_per_eur)
