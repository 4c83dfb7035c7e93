"""Text of a cell to the text that the ledger holds: one reader for each field, results remembered.

Everything read is text again (dates ISO, amounts plain decimals), so that rows can be parked on disk cheaply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from babel import Locale

from core.money import known_currencies
from invoices.domain.kinds import Terms
from invoices.intake.date_pattern import DatePattern
from invoices.intake.fields import FIELDS, Kind
from invoices.intake.number_format import TooLarge
from invoices.intake.profile import Column, Profile

Reader = Callable[[str], str]
EARLIEST, LATEST = date(1950, 1, 1), date(2100, 12, 31)
_MAX_KNOWN = 50_000
_MAX_DUE_DAYS = 3_650


class Unfit(Exception):  # no error of the program: a value that does not fit
    """A value that a field cannot take: why, and what would be right."""

    def __init__(self, reason: str, **params: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.params = params


class Remembered(dict[str, str]):
    """A reader that reads each text once; columns of a ledger repeat themselves."""

    def __init__(self, read: Reader) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> str:
        if len(self) >= _MAX_KNOWN:
            self.clear()
        value = self[text] = self._read(text)
        return value


def make_reader(name: str, profile: Profile, *, is_typed: bool) -> Reader:
    """The reader of a field under a profile: trims, maps values, fills the default, reads by kind.

    ``is_typed`` says that date cells of the file are typed (XLSX) and arrive in the profile's own date format.
    """
    field, column = FIELDS[name], profile.columns.get(name, Column(()))
    values, default = profile.values.get(name, {}), profile.defaults.get(name, "")
    read = _by_kind(name, profile, column, is_typed=is_typed)

    def convert(text: str) -> str:
        text = text.strip()
        if values:
            text = values.get(text, text)
        text = text or default
        if text:
            return read(text)
        if field.is_required:
            raise Unfit("value_missing")
        return ""

    return convert if field.kind is Kind.TEXT else Remembered(convert).__getitem__


def _by_kind(name: str, profile: Profile, column: Column, *, is_typed: bool) -> Reader:
    kind = FIELDS[name].kind
    if kind is Kind.TEXT:
        return _text(FIELDS[name].max_chars, is_whole_number=column.is_whole_number)
    if kind is Kind.DATE:
        patterns = (column.date, profile.dates) if is_typed and column.date else (column.date or profile.dates,)
        return _dates(tuple(filter(None, patterns)))
    if kind is Kind.AMOUNT:
        return _amounts(profile)
    if kind is Kind.FLAG:
        return _flags(profile)
    return _SIMPLE[kind]


def _text(max_chars: int, *, is_whole_number: bool) -> Reader:
    def read(text: str) -> str:
        if is_whole_number:
            text = whole_number(text)
        if len(text) > max_chars:
            raise Unfit("value_too_long", limit=max_chars)
        return text

    return read


def whole_number(text: str) -> str:
    """A number that a program made a decimal of, as text again. Example: ``1930571429.0`` gives ``1930571429``."""
    digits, _, rest = text.partition(".")
    if not (digits.isascii() and digits.isdigit()) or rest.strip("0"):
        raise Unfit("whole_number_invalid")
    return digits


def _dates(patterns: tuple[DatePattern, ...]) -> Reader:
    def read(text: str) -> str:
        for pattern in patterns:
            try:
                day = pattern.read(text)
            except ValueError:
                continue
            if not EARLIEST <= day <= LATEST:
                raise Unfit("date_out_of_range", expected=f"{EARLIEST} – {LATEST}")
            return day.isoformat()
        raise Unfit("date_invalid", expected=patterns[0].text)

    return read


def _amounts(profile: Profile) -> Reader:
    def read(text: str) -> str:
        try:
            return str(plain(profile.numbers.read(text)))
        except TooLarge as error:
            raise Unfit("number_too_large") from error
        except ValueError as error:
            raise Unfit("number_invalid", expected=profile.numbers.example) from error

    return read


def plain(amount: Decimal) -> Decimal:
    """The amount without trailing zeros and without exponent. Example: ``12.50`` gives ``12.5``, ``100.0`` ``100``.

    A negative zero is 0.
    """
    return amount.quantize(Decimal(1)) + 0 if amount == amount.to_integral_value() else amount.normalize()


def _flags(profile: Profile) -> Reader:
    meanings: Mapping[str, str] = {
        **{word.casefold(): "" for word in profile.disputes.no},
        **{word.casefold(): "1" for word in profile.disputes.yes},
    }

    def read(text: str) -> str:
        if text.casefold() not in meanings:
            raise Unfit("value_unknown", expected=", ".join(meanings))
        return meanings[text.casefold()]

    return read


def _currency(text: str) -> str:
    if text.upper() not in known_currencies():
        raise Unfit("currency_unknown")
    return text.upper()


def _country(text: str) -> str:
    if len(text) != 2 or text.upper() not in Locale("en").territories:
        raise Unfit("country_unknown")
    return text.upper()


def _terms(text: str) -> str:
    if text not in list(Terms):
        raise Unfit("value_unknown", expected=", ".join(Terms))
    return text


def _days(text: str) -> str:
    digits = whole_number(text)
    if int(digits) > _MAX_DUE_DAYS:
        raise Unfit("number_too_large")
    return digits


_SIMPLE: Mapping[Kind, Reader] = {
    Kind.CURRENCY: _currency,
    Kind.COUNTRY: _country,
    Kind.TERMS: _terms,
    Kind.DAYS: _days,
}
