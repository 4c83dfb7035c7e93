"""Facts about a buyer as a person or a source gives them, and what makes one impossible: pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from buyers.domain.facts import EventKind, KycStatus, ScreeningResult
from core.errors import DomainError
from core.money import check_currency
from core.words import Sentence
from core.words import sentence as _


class RatingRow(NamedTuple):
    """A rating by an agency, in the agency's own letters."""

    buyer_id: int
    agency: str
    grade: str
    rated_on: date
    source: str = ""
    external_id: str = ""


class StatementRow(NamedTuple):
    """Figures of one balance date, in one currency."""

    buyer_id: int
    currency: str
    balance_date: date
    total_assets: Decimal
    current_assets: Decimal
    current_liabilities: Decimal
    total_liabilities: Decimal
    retained_earnings: Decimal
    ebit: Decimal
    sales: Decimal | None = None
    source: str = ""
    external_id: str = ""


class EventRow(NamedTuple):
    """An external event; ``ended_on`` if the condition is already over."""

    buyer_id: int
    kind: str
    began_on: date
    ended_on: date | None = None
    note: str = ""
    source: str = ""
    external_id: str = ""


class KycRow(NamedTuple):
    """State of the identity gate from a date on."""

    buyer_id: int
    status: str
    valid_from: date
    expires_on: date | None = None
    source: str = ""


class ScreeningRow(NamedTuple):
    """A sanctions screening and what it found."""

    buyer_id: int
    result: str
    screened_on: date
    source: str = ""


class CertificateRow(NamedTuple):
    """A certificate that trade with the buyer requires; no number = required but missing."""

    buyer_id: int
    kind: str
    valid_from: date
    number: str = ""
    expires_on: date | None = None
    is_required: bool = True
    source: str = ""


class ContractRow(NamedTuple):
    """A frame contract; ``is_signed`` false records that there is none."""

    buyer_id: int
    is_signed: bool
    valid_from: date
    number: str = ""
    expires_on: date | None = None
    source: str = ""


FactRow = RatingRow | StatementRow | EventRow | KycRow | ScreeningRow | CertificateRow | ContractRow


def check_fact(row: FactRow) -> None:
    """Raise a refusal that names field and value if the fact cannot be true.

    Examples: assets of 0, an event that ended before it began, an unknown kind of event.
    """
    if isinstance(row, StatementRow):
        _check_statement(row)
    elif isinstance(row, EventRow):
        _check_event(row)
    elif isinstance(row, KycRow):
        _check_word("status", row.status, [s.value for s in KycStatus])
    elif isinstance(row, ScreeningRow):
        _check_word("result", row.result, [r.value for r in ScreeningResult])
    elif isinstance(row, CertificateRow) and not row.kind:
        raise _refusal("kind", row.kind, _("A certificate needs a kind, e.g. ISO 9001."))


def _check_statement(row: StatementRow) -> None:
    check_currency(row.currency)
    if row.total_assets <= 0:
        raise _refusal("total_assets", row.total_assets, _("Total assets must be greater than 0."))
    if row.current_assets > row.total_assets:
        raise _refusal("current_assets", row.current_assets, _("Current assets cannot exceed total assets."))
    for field in ("current_assets", "current_liabilities", "total_liabilities"):
        if getattr(row, field) < 0:
            raise _refusal(field, getattr(row, field), _("%(field)s cannot be negative.", field=field))
    if row.current_liabilities > row.total_liabilities:
        raise _refusal(
            "current_liabilities", row.current_liabilities, _("Current liabilities cannot exceed all of them.")
        )


def _check_event(row: EventRow) -> None:
    _check_word("kind", row.kind, [kind.value for kind in EventKind])
    if row.ended_on is not None and row.ended_on < row.began_on:
        raise _refusal(
            "ended_on", row.ended_on, _("An event cannot end before it began (%(began_on)s).", began_on=row.began_on)
        )


def _check_word(field: str, value: str, known: list[str]) -> None:
    if value not in known:
        raise _refusal(field, value, _("%(field)s must be one of: %(known)s.", field=field, known=", ".join(known)))


def _refusal(field: str, value: Any, message: Sentence) -> DomainError:
    return DomainError("fact_invalid", message, {"field": field, "value": str(value)})
