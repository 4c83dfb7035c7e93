"""Due dates out of the words of payment terms: taken only where the words allow one reading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from invoices.intake.einvoices.records import Due, DueSource

# A clause ends at a semicolon, a line, a full stop or a comma before a blank; the dots of 04.07.2018 do not end one.
_CLAUSE = re.compile(r"[;\n#]|[.,](?=\s|$)")
_DISCOUNT = re.compile(r"skonto|discount|escompte|korting|sconto|descuento|rabat|kassarabatt|折扣", re.IGNORECASE)
_WHOLE = re.compile(
    r"\bnett?o?\b|ohne abzug|ohne abschlag|without deduction|in full|sans escompte|zonder korting", re.IGNORECASE
)
_LATER = re.compile(r"end of (?:the )?month|\beom\b|month end|fin de mois|monatsende|fine mese|月底", re.IGNORECASE)
_PARTLY = re.compile(r"\d\s?%", re.ASCII)
_PENALTY = re.compile(r"penalty|interest|zins|ränta|rente|intérêt|pénalit|mora", re.IGNORECASE)
_DAYS = re.compile(
    r"\b([0-9]{1,3})\s*(?:days?|tag(?:e|en)?|dagar|dagen|dage|dager|jours?|giorni|d[ií]as?|dni|päivää)\b"
    r"|\b(?:net|netto)\s+([0-9]{1,3})\b(?!\s*[%.,]\s*[0-9])|([0-9]{1,3})\s*[天日]内?",
    re.IGNORECASE | re.ASCII,
)
_NOW = re.compile(
    r"\bsofort\b|\bimmediate(?:ly)?\b|\b(?:up)?on receipt\b|\bdue now\b|à réception|\bbei erhalt\b|\bper direct\b"
    r"|\bomgående\b|见票即付",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?<![0-9./-])(?:([0-9]{4})-([0-9]{2})-([0-9]{2})|([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})"
    r"|([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}))(?![0-9/-])",
    re.ASCII,
)
_LONGEST = 2_000


def due_from_text(*, text: str, issue_date: date) -> Due:
    """The due date that the words give, with the way it was found.

    Clauses about a discount are left aside; a date in words wins over a number of days; days count from the issue
    date. Two different answers, days until the end of a month, or a discount without a clause of its own for the
    whole amount: ``unclear``, with the words kept for a person.

    Example: ``"Zahlbar innerhalb 30 Tagen netto bis 04.07.2018, 3% Skonto innerhalb 10 Tagen bis 15.06.2018"`` is due
    on 2018-07-04; ``"Payment within 30 days"`` of 2018-08-30 on 2018-09-29; ``"Payment within 10 days, 2% discount"``
    is unclear.
    """
    if not text.strip():
        return Due(day=None, source=DueSource.NONE)
    found = _candidates(text[:_LONGEST], issue_date)
    for source in (DueSource.TEXT_DATE, DueSource.TEXT_DAYS, DueSource.ON_RECEIPT):
        days = {day for kind, day in found if kind is source}
        if len(days) == 1:
            return Due(day=days.pop(), source=source, text=text)
        if days:
            break
    return Due(day=None, source=DueSource.UNCLEAR, text=text)


def is_discount(text: str) -> bool:
    """True if the words offer a discount and do not speak of the whole amount."""
    return bool(_DISCOUNT.search(text)) and not _WHOLE.search(text)


def _candidates(text: str, issue_date: date) -> list[tuple[DueSource, date]]:
    clauses = [clause for clause in _CLAUSE.split(text) if clause.strip() and not _PENALTY.search(clause)]
    is_discounted = bool(_DISCOUNT.search(text))
    if is_discounted:
        clauses = [clause for clause in clauses if _is_about_the_whole(clause)]
    if _LATER.search(text) or any(_PARTLY.search(clause) for clause in clauses):
        return []
    return [candidate for clause in clauses for candidate in _of_clause(clause, issue_date)]


def _is_about_the_whole(clause: str) -> bool:
    return bool(_WHOLE.search(clause)) and not _DISCOUNT.search(_WHOLE.sub("", clause))


def _of_clause(clause: str, issue_date: date) -> Iterator[tuple[DueSource, date]]:
    for match in _DATE.finditer(clause):
        yield from ((DueSource.TEXT_DATE, day) for day in _readings(match))
    for match in _DAYS.finditer(clause):
        days = int(next(group for group in match.groups() if group))
        yield DueSource.TEXT_DAYS, issue_date + timedelta(days=days)
    if _NOW.search(clause):
        yield DueSource.ON_RECEIPT, issue_date


def _readings(match: re.Match[str]) -> set[date]:
    """Every date that the digits can mean: 03/04/2018 has two readings, 15/06/2018 has one."""
    iso, dotted, slashed = match.group(1, 2, 3), match.group(6, 5, 4), match.group(9, 8, 7)
    found = set()
    for parts in (iso, dotted, slashed, (slashed[0], slashed[2], slashed[1])):
        if parts[0]:
            found |= _valid(int(parts[0]), int(parts[1]), int(parts[2]))
    return found


def _valid(year: int, month: int, day: int) -> set[date]:
    try:
        return {date(year, month, day)} if 1900 <= year <= 2199 else set()
    except ValueError:
        return set()
