"""Support view of buyers and the dated facts known about them; read-only."""

from django.contrib import admin

from buyers.models import (
    AgencyRating,
    Buyer,
    BuyerGroup,
    BuyerMerge,
    Certificate,
    Contract,
    CountryRisk,
    FinancialStatement,
    GroupMembership,
    KycRecord,
    RiskEvent,
    Screening,
)
from core.access.support import ReadOnlyAdmin


@admin.register(Buyer)
class BuyerAdmin(ReadOnlyAdmin):
    """Legal entities."""

    list_display = ("code", "name", "country", "status", "sales_owner", "group")
    list_filter = ("status",)
    list_select_related = ("sales_owner", "group")
    search_fields = ("code", "name", "name_zh")
    ordering = ("code",)


@admin.register(BuyerGroup)
class BuyerGroupAdmin(ReadOnlyAdmin):
    """Groups."""

    list_display = ("code", "name")
    search_fields = ("code", "name", "name_zh")
    ordering = ("code",)


@admin.register(BuyerMerge)
class BuyerMergeAdmin(ReadOnlyAdmin):
    """Records of one customer that were proposed to be one, and what was decided."""

    list_display = ("duplicate", "survivor", "state", "decided_by")
    list_filter = ("state",)
    list_select_related = ("duplicate", "survivor", "decided_by")
    ordering = ("-id",)


@admin.register(CountryRisk)
class CountryRiskAdmin(ReadOnlyAdmin):
    """Country risk classes as loaded."""

    list_display = ("country", "risk_class", "is_high_income", "valid_from", "source")
    search_fields = ("country",)
    ordering = ("country", "-valid_from")


@admin.register(
    AgencyRating, Certificate, Contract, FinancialStatement, GroupMembership, KycRecord, RiskEvent, Screening
)
class FactAdmin(ReadOnlyAdmin):
    """Dated facts of a buyer: versions, never edited."""

    list_display = ("buyer", "valid_from", "recorded_at", "source")
    list_select_related = ("buyer",)
    search_fields = ("buyer__code", "buyer__name")
    ordering = ("-id",)
