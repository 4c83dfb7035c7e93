"""Fields of an MT940 or MT942 message to balances and entries."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from core.money import known_currencies
from invoices.intake.document_values import ZERO
from invoices.intake.reasons import FileRefused
from invoices.intake.statements.mt_details import read_details
from invoices.intake.statements.mt_fields import MtField
from invoices.intake.statements.records import Balance, Entry, Reference, Status
from invoices.intake.text import show

_AMOUNT = r"[0-9]{1,30},[0-9]{0,6}"
_BALANCE = re.compile(rf"([CD])([0-9]{{6}})([A-Z]{{3}})({_AMOUNT})", re.ASCII)
# Value date, entry date, mark (RC = reversal of a credit, EC = expected credit), funds code, amount, type, the rest.
_LINE = re.compile(
    r"(?P<value>[0-9]{6})(?P<entry>[0-9]{4}|[ ]{4})?(?P<mark>[RE]?[DC])(?P<funds>[A-Z])?[ \n]?"
    rf"(?P<amount>{_AMOUNT})(?P<type>[A-Z][A-Z0-9 ]{{3}})?(?P<rest>.*)",
    re.ASCII | re.DOTALL,
)
_SIGNS = {"C": 1, "D": -1, "RC": -1, "RD": 1, "EC": 1, "ED": -1}
_MOST_DIGITS = 16


def read_balance(value: str, *, field: str, rule: str) -> Balance:
    """A balance. Example: ``D070903EUR1970431,87`` is −1,970,431.87 EUR on 2007-09-03."""
    match = _BALANCE.fullmatch(value.split("\n")[0].strip())
    if match is None or match.group(3) not in known_currencies():
        raise FileRefused("field_invalid", field=field, value=show(value, 60), expected="C260131EUR1234,50", rule=rule)
    mark, day, currency, amount = match.groups()
    return Balance(
        amount=_SIGNS[mark] * _amount(amount, field=field) + ZERO,
        currency=currency,
        day=_day(day, field=field, rule=rule),
    )


def read_entry(line: MtField, notes: Sequence[MtField], *, currency: str, tag: str) -> Entry:
    """A statement line (``:61:``) with the fields ``:86:`` and ``:NS:`` that follow it."""
    match = _LINE.fullmatch(line.value)
    if match is None:
        raise _unfit(line.value, tag)
    value_date = _day(match["value"], field=":61:", rule=f"{tag} field 61")
    details = read_details([note.value for note in notes if note.tag == "86"])
    supplement, references = _references(match["rest"])
    mark = match["mark"]
    return Entry(
        amount=_SIGNS[mark] * _amount(match["amount"], field=":61:") + ZERO,
        currency=currency,
        status=Status.PENDING if mark.startswith("E") else Status.BOOKED,
        booking_date=_entry_date(match["entry"], value_date),
        value_date=value_date,
        is_reversal=mark.startswith("R"),
        code=(match["type"] or "").strip(),
        references=(*references, *details.references),
        remittance="\n".join(filter(None, (supplement, details.text, _free_text(notes)))),
        counterparty=details.counterparty,
    )


def _unfit(value: str, tag: str) -> FileRefused:
    expected = "2601310131C1234,50NTRFreference"
    return FileRefused("field_invalid", field=":61:", value=show(value, 60), expected=expected, rule=f"{tag} field 61")


def _amount(text: str, *, field: str) -> Decimal:
    """Digits with a decimal comma, leading zeros as some banks write them."""
    digits = text.lstrip("0")
    if len(digits.partition(",")[0]) > _MOST_DIGITS:
        raise FileRefused("amount_too_large", field=field, value=text, rule="SWIFT format 15d")
    return Decimal(f"0{digits}".replace(",", ".").rstrip("."))


def _day(text: str, *, field: str, rule: str) -> date:
    """YYMMDD of this century; the 30th and 31st of a short month (interest months) are its last day."""
    year, month, day = 2000 + int(text[:2]), int(text[2:4]), int(text[4:6])
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        raise FileRefused("day_invalid", field=field, value=text, expected="YYMMDD", rule=rule)
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _entry_date(text: str | None, value_date: date) -> date | None:
    """MMDD in the year nearest to the value date: 0102 beside 2025-12-31 is in 2026. None if it is no date."""
    if not text or not text.strip():
        return None
    month, day = int(text[:2]), int(text[2:])
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    years = (value_date.year - 1, value_date.year, value_date.year + 1)
    days = [date(year, month, min(day, calendar.monthrange(year, month)[1])) for year in years]
    return min(days, key=lambda one: abs((one - value_date).days))


def _references(rest: str) -> tuple[str, tuple[Reference, ...]]:
    """Supplementary text, and references: the customer's, and after ``//`` the bank's."""
    first, _, supplement = rest.partition("\n")
    customer, _, bank = first.partition("//")
    pairs = (("customer", customer.strip()), ("bank", bank.strip()))
    known = tuple(Reference(kind=kind, value=text) for kind, text in pairs if text and text != "NONREF")
    return " ".join(supplement.split()), known


def _free_text(notes: Sequence[MtField]) -> str:
    """``:NS:`` lines: two digits, then text."""
    lines = [line for note in notes if note.tag == "NS" for line in note.value.split("\n")]
    return "\n".join(line[2:].strip() if line[:2].isdigit() else line.strip() for line in lines if line.strip())
