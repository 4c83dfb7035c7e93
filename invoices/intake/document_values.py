"""Texts of a document to money, dates and codes; what does not fit is refused with field, value and the right form."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from core.money import known_currencies
from invoices.intake.reasons import FileRefused
from invoices.intake.text import show
from invoices.intake.xml_tree import Node

# xsd:decimal: no exponent, no NaN, no infinity.
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", re.ASCII)
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2}|T[0-9:.,+Z-]{1,40})?", re.ASCII)
_DIGITS = re.compile(r"[0-9]{8}", re.ASCII)
_MOST_BEFORE, _MOST_AFTER = 16, 6
ZERO = Decimal(0)


def decimal_of(text: str, *, field: str | Node, rule: str) -> Decimal:
    """A decimal number of XML. Example: ``"-0.00"`` gives ``Decimal("0.00")``: there is no negative zero in a ledger.

    Raises ``amount_invalid`` (``NaN``, ``1e400``, ``1,50``) or ``amount_too_large``.
    """
    if len(text) > 60 or not _DECIMAL.fullmatch(text):
        place, rule = _place(field), rule or "xsd:decimal"
        raise FileRefused("amount_invalid", field=place, value=show(text, 60), expected="1234.50", rule=rule)
    whole, _, part = text.lstrip("+-").partition(".")
    if len(whole.lstrip("0")) > _MOST_BEFORE or len(part.rstrip("0")) > _MOST_AFTER:
        raise FileRefused("amount_too_large", field=_place(field), value=show(text, 60))
    return Decimal(text) or abs(Decimal(text))


def _place(field: str | Node) -> str:
    """Where it stands, in words; found out only when it is needed."""
    return field if isinstance(field, str) else field.place


def amount_of(node: Node, *, rule: str = "") -> Decimal:
    """The amount of an element."""
    return decimal_of(node.own_text, field=node, rule=rule)


def amount_at(node: Node, path: str, *, rule: str = "") -> Decimal | None:
    """The amount at a path; None where the element is absent. An element without text is refused."""
    found = node.child(path)
    return None if found is None else amount_of(found, rule=rule)


def needed_text(node: Node | None, path: str, *, rule: str) -> str:
    """The text at a path; raises ``element_missing`` with the rule that asks for it."""
    text = "" if node is None else node.text(path)
    if not text:
        raise FileRefused("element_missing", field=path, rule=rule)
    return text


def needed_amount(node: Node, path: str, *, rule: str) -> Decimal:
    """The amount at a path; raises ``element_missing`` with the rule that asks for it."""
    needed_text(node, path, rule=rule)
    found = amount_at(node, path, rule=rule)
    return ZERO if found is None else found


def iso_date(text: str, *, field: str, rule: str) -> date:
    """A date of ``YYYY-MM-DD``, with or without a time after it. Example: ``2007-10-18T12:30:00+01:00``."""
    match = _ISO_DATE.fullmatch(text)
    return _checked_date(match.groups() if match else None, text, field=field, expected="YYYY-MM-DD", rule=rule)


def compact_date(text: str, *, field: str, rule: str) -> date:
    """A date of ``YYYYMMDD`` (format 102 of UN/CEFACT)."""
    parts = (text[:4], text[4:6], text[6:]) if _DIGITS.fullmatch(text) else None
    return _checked_date(parts, text, field=field, expected="YYYYMMDD", rule=rule)


def _checked_date(parts: tuple[str, ...] | None, text: str, *, field: str, expected: str, rule: str) -> date:
    try:
        if parts is None:
            raise ValueError(text)
        found = date(int(parts[0]), int(parts[1]), int(parts[2]))
        if not 1900 <= found.year <= 2199:
            raise ValueError(text)
    except ValueError as error:
        raise FileRefused("day_invalid", field=field, value=show(text, 60), expected=expected, rule=rule) from error
    return found


def currency_of(text: str, *, field: str, rule: str) -> str:
    """An ISO 4217 code; raises ``currency_invalid``."""
    if text not in known_currencies():
        raise FileRefused("currency_invalid", field=field, value=show(text, 60), rule=rule)
    return text
