"""Securities, bills and sold receivables: the version of each that counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypeVar

from django.db.models import Q, QuerySet

from buyers.queries.merges import list_records
from core.money import Money
from cover.models import Bill, CoverVersion, Security, SoldReceivable

Version = TypeVar("Version", bound=CoverVersion)


def list_order_securities(order_id: int, *, as_of: date, known_at: datetime | None = None) -> list[Money]:
    """What secures one order on a date: the latest versions in force that are bound to it."""
    bound = Security.objects.filter(order_id=order_id).values_list("source", "external_id")
    wanted = Q()
    for source, external_id in bound:
        wanted |= Q(source=source, external_id=external_id)
    versions = _latest(Security.objects.filter(wanted), known_at) if wanted else []
    return [Money(s.amount, s.currency) for s in versions if s.order_id == order_id and _is_in_force(s, as_of)]


def list_securities(buyer_ids: Sequence[int], *, as_of: date, known_at: datetime | None = None) -> list[Security]:
    """Securities in force of some buyers, as given (what of them counts, exposure says)."""
    found = _latest(_of_buyers(Security.objects.select_related("order"), buyer_ids, known_at), known_at)
    return [security for security in found if _is_in_force(security, as_of)]


def list_bills(buyer_ids: Sequence[int], *, known_at: datetime | None = None) -> list[Bill]:
    """The latest version of every bill of some buyers, with its invoice."""
    return _latest(_of_buyers(Bill.objects.select_related("invoice"), buyer_ids, known_at), known_at)


def list_sold_receivables(buyer_ids: Sequence[int], *, known_at: datetime | None = None) -> list[SoldReceivable]:
    """The latest version of every receivable that was sold, with its invoice."""
    return _latest(_of_buyers(SoldReceivable.objects.select_related("invoice"), buyer_ids, known_at), known_at)


def _of_buyers(found: QuerySet[Version], buyer_ids: Sequence[int], known_at: datetime | None) -> QuerySet[Version]:
    return found.filter(buyer_id__in=list_records(buyer_ids, known_at=known_at))


def _latest(found: QuerySet[Version], known_at: datetime | None) -> list[Version]:
    known = found if known_at is None else found.filter(recorded_at__lte=known_at)
    return list(known.order_by("source", "external_id", "-recorded_at", "-pk").distinct("source", "external_id"))


def _is_in_force(security: Security, as_of: date) -> bool:
    ended = security.valid_to is not None and security.valid_to < as_of
    return security.amount > 0 and security.valid_from <= as_of and not ended
