"""What is known about a buyer beside its ledger: dated facts as of a date, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.db.models import Model, QuerySet

from buyers.models import (
    AgencyRating,
    Buyer,
    BuyerAlias,
    BuyerCode,
    BuyerRegistration,
    Certificate,
    Contract,
    FinancialStatement,
    KycRecord,
    RiskEvent,
    Screening,
)

M = TypeVar("M", bound=Model)
_NEWEST = ("-valid_from", "-recorded_at")


@dataclass(frozen=True, slots=True)
class StatementRow:
    """Figures of a balance date with the ratios that people ask for first."""

    balance_date: date
    currency: str
    total_assets: Decimal
    total_liabilities: Decimal
    current_ratio: Decimal | None
    leverage: Decimal
    sales: Decimal | None
    ebit: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """An external event and the day its condition ended, if it did."""

    kind: str
    valid_from: date
    ended_on: date | None
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class CreditFile:
    """All dated facts of one buyer as of a date."""

    ratings: list[AgencyRating]
    statements: list[StatementRow]
    certificates: list[Certificate]
    events: list[EventRow]
    kyc: KycRecord | None
    screening: Screening | None
    contract: Contract | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Names and numbers under which the buyer is known."""

    aliases: list[str]
    codes: list[str]
    registrations: list[str]


def get_credit_file(*, buyer_id: int, as_of: date) -> CreditFile:
    """The facts that held on the date (domain.md section 5 says how each counts)."""
    return CreditFile(
        ratings=list(_held(AgencyRating.objects.all(), buyer_id, as_of)[:20]),
        statements=[_statement(row) for row in _held(FinancialStatement.objects.all(), buyer_id, as_of)[:8]],
        certificates=list(
            Certificate.objects.filter(buyer_id=buyer_id, valid_from__lte=as_of)
            .order_by("kind", *_NEWEST)
            .distinct("kind")
        ),
        events=list_events(buyer_id=buyer_id, as_of=as_of),
        kyc=_held(KycRecord.objects.all(), buyer_id, as_of).first(),
        screening=_held(Screening.objects.all(), buyer_id, as_of).first(),
        contract=_held(Contract.objects.all(), buyer_id, as_of).first(),
    )


def list_events(*, buyer_id: int, as_of: date) -> list[EventRow]:
    """External events with the end of their condition; the row that ends another is not an event of its own."""
    rows = list(_held(RiskEvent.objects.all(), buyer_id, as_of))
    ended = {row.ends_id: row.valid_from for row in rows if row.ends_id}
    return [
        EventRow(row.kind, row.valid_from, ended.get(row.pk), row.note, row.source) for row in rows if not row.ends_id
    ]


def get_identity(*, buyer: Buyer) -> Identity:
    """Aliases, codes in source systems and registration numbers, as text."""
    return Identity(
        aliases=list(BuyerAlias.objects.filter(buyer=buyer).exclude(name=buyer.name).values_list("name", flat=True)),
        codes=[str(row) for row in BuyerCode.objects.filter(buyer=buyer).order_by("source", "external_id")],
        registrations=[str(row) for row in BuyerRegistration.objects.filter(buyer=buyer).order_by("kind")],
    )


def _held(rows: QuerySet[M], buyer_id: int, as_of: date) -> QuerySet[M]:
    return rows.filter(buyer_id=buyer_id, valid_from__lte=as_of).order_by(*_NEWEST)


def _statement(row: FinancialStatement) -> StatementRow:
    return StatementRow(
        balance_date=row.valid_from,
        currency=row.currency,
        total_assets=row.total_assets,
        total_liabilities=row.total_liabilities,
        current_ratio=row.current_assets / row.current_liabilities if row.current_liabilities else None,
        leverage=row.total_liabilities / row.total_assets,
        sales=row.sales,
        ebit=row.ebit,
        source=row.source,
    )
