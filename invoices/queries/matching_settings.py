"""The numbers of matching in force."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import QuerySet

from invoices.domain.matching_settings import MatchingNumbers
from invoices.models import MatchingSetting


def current_numbers() -> MatchingNumbers:
    """The latest version, or the defaults."""
    row = MatchingSetting.objects.order_by("-version").first()
    return numbers_of(row) if row else MatchingNumbers()


def numbers_of(row: MatchingSetting) -> MatchingNumbers:
    """What a version says."""
    numbers = {name: Decimal(text) for name, text in row.numbers.items()}
    return MatchingNumbers(is_enabled=row.is_enabled, numbers=numbers, version=row.version)


def list_versions() -> QuerySet[MatchingSetting]:
    """All versions with who made them, newest first."""
    return MatchingSetting.objects.select_related("created_by").order_by("-version")
