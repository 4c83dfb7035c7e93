"""What a stored spreadsheet cell says, as text in the profile's own notation."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation

from invoices.intake.reasons import FileRefused
from invoices.intake.records import CellStyle

_MAX_KNOWN = 10_000


class CellReader:
    """Reads cells of one workbook: its shared texts, its date styles, its day 0."""

    def __init__(self, *, texts: list[str], date_styles: frozenset[str], is_1904: bool, style: CellStyle) -> None:
        self._texts, self._date_styles, self._style = texts, date_styles, style
        # only who reads a workbook loads this
        from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

        self._from_excel = from_excel
        self._epoch = CALENDAR_MAC_1904 if is_1904 else CALENDAR_WINDOWS_1900
        self._dates: dict[str, str] = {}

    def text(self, kind: str, style: str, value: str) -> str:
        """Text of a cell of a kind (``t``), style (``s``) and stored value (ECMA-376, 18.18.11)."""
        if kind == "s":
            return self._shared(value)
        if kind == "n" and value:
            return self._date(value) if style in self._date_styles else number_text(value, self._style.decimal)
        if kind == "d":
            return self._iso_date(value)
        return ("TRUE" if value == "1" else "FALSE") if kind == "b" else value

    def _shared(self, value: str) -> str:
        if value.isdigit() and len(value) < 10 and int(value) < len(self._texts):
            return self._texts[int(value)]
        raise FileRefused("workbook_damaged", problem=f"shared text {value[:20]}")

    def _date(self, value: str) -> str:
        known = self._dates.get(value)
        if known is None:
            if len(self._dates) > _MAX_KNOWN:
                self._dates.clear()
            known = self._dates[value] = self._serial_date(value)
        return known

    def _serial_date(self, value: str) -> str:
        try:
            found = self._from_excel(float(value), self._epoch)
        except (ValueError, OverflowError, TypeError):
            return value
        return self._written(found) if isinstance(found, datetime) else value

    def _iso_date(self, value: str) -> str:
        try:
            return self._written(datetime.fromisoformat(value))
        except ValueError:
            return value

    def _written(self, day: datetime) -> str:
        return self._style.date_text(day.year, day.month, day.day)


def column_index(reference: str) -> int:
    """Column of a cell reference, from 0. Example: ``column_index("AB12") == 27``."""
    index = 0
    for letter in reference[:4]:
        if not "A" <= letter <= "Z":
            break
        index = index * 26 + ord(letter) - 64
    return max(index - 1, 0)


def number_text(value: str, decimal: str) -> str:
    """A stored number as people would write it: 15 significant digits, no exponent.

    Example: ``number_text("55.940000000000005", ".") == "55.94"``; ``1.930571429E9`` gives ``1930571429``.
    """
    if value.isdigit() and len(value) <= 15:
        return value
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite() or not -30 < number.adjusted() < 30:
        return value
    text = format(Decimal(format(number, ".15g")), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", decimal)
