"""Our own companies, as e-invoices call them."""

from __future__ import annotations

from django.db.models import QuerySet

from invoices.domain.own_sellers import OwnIdentity
from invoices.models import OwnSeller


def list_own_sellers(*, is_active: bool | None = True) -> QuerySet[OwnSeller]:
    """By name; None: those of the past, too."""
    rows = OwnSeller.objects.order_by("name", "vat_id", "pk")
    return rows if is_active is None else rows.filter(is_active=is_active)


def own_identities() -> list[OwnIdentity]:
    """What documents are compared with."""
    rows = list_own_sellers().values("name", "vat_id", "registration", "series")
    return [OwnIdentity(**row) for row in rows]
