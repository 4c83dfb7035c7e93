"""How figures are written: one way in both languages, on pages and in files."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from babel import Locale
from django.utils.translation import get_language

from core.money import minor_digits

NOT_AVAILABLE = "–"


def grouped(value: Decimal, *, digits: int) -> str:
    """Thousands grouped, negative in parentheses. Example: ``-1234.5`` with 2 digits gives ``(1,234.50)``."""
    rounded = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,.{digits}f}"
    return f"({text})" if rounded < 0 else text


def money(value: Decimal | None, currency: str) -> str:
    """An amount with the minor digits of its currency, without the code. Example: JPY 1200 gives ``1,200``."""
    if value is None:
        return NOT_AVAILABLE
    return grouped(value, digits=minor_digits(currency) if currency else 2)


def whole(value: Decimal | None) -> str:
    """An amount without minor units, for tiles and dense tables; the rows behind it show every cent."""
    return NOT_AVAILABLE if value is None else grouped(value, digits=0)


def percent(value: Decimal | None, *, digits: int = 1) -> str:
    """A share of 0-1 in percent. Example: ``0.1234`` gives ``12.3 %``."""
    return NOT_AVAILABLE if value is None else f"{grouped(value * 100, digits=digits)} %"


def figure(value: Decimal | None, *, digits: int = 1) -> str:
    """A plain number with a fixed count of decimals."""
    return NOT_AVAILABLE if value is None else grouped(value, digits=digits)


def iso(value: date | None) -> str:
    """A date as everybody reads it the same way."""
    return NOT_AVAILABLE if value is None else value.isoformat()


def babel_locale() -> Locale:
    """The CLDR locale of the language in use."""
    return Locale.parse("zh_Hans" if (get_language() or "en").startswith("zh") else "en")


def territory(code: str) -> str:
    """The name of a country/region by its ISO alpha-2 code in the language in use; the code itself if unknown."""
    return str(babel_locale().territories.get(code, code)) if code else NOT_AVAILABLE
