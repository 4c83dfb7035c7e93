"""Buyers: legal entities, groups, and the dated facts known about them."""

from typing import Any

import pghistory
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from buyers.domain.facts import (
    BuyerStatus,
    EventKind,
    KycStatus,
    MergeState,
    ScreeningResult,
)
from core.append_only import append_only
from core.choices import choices


def _with_history() -> Any:
    """History of every change, written per statement: an import that creates thousands of buyers pays once.

    A new tracker each time: pghistory's trackers remember the fields of the first model they are put on.
    """
    return pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        level=pghistory.Statement,
        obj_field=pghistory.ObjForeignKey(related_name="history", related_query_name="history"),
    )


class Fact(models.Model):
    """A dated fact that a score or check uses: what held from a date, and when we learned it. Append-only."""

    valid_from = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())
    source = models.CharField(max_length=80, blank=True)

    class Meta:
        abstract = True


@_with_history()
class BuyerGroup(models.Model):
    """Related parties that are looked at together."""

    code = models.CharField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=255)
    name_zh = models.CharField(_("Chinese name"), max_length=255, blank=True)

    def __str__(self) -> str:
        return self.name


class BuyerGroupCode(models.Model):
    """What a source system calls a group: text, unique per source."""

    group = models.ForeignKey("buyers.BuyerGroup", on_delete=models.CASCADE, related_name="codes")
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="group_code_once_per_source")]

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"


@_with_history()
class Buyer(models.Model):
    """A legal entity we sell to. ``code`` is text as the source writes it: leading zeros matter."""

    code = models.CharField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=255)
    name_zh = models.CharField(_("Chinese name"), max_length=255, blank=True)
    country = models.CharField(
        _("country/region"),
        max_length=2,
        blank=True,
        help_text="ISO 3166 alpha-2; empty = unknown",
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=choices(BuyerStatus),
        default=BuyerStatus.ACTIVE,
    )
    sales_owner = models.ForeignKey(
        "core.User",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="buyers",
    )
    group = models.ForeignKey(
        "buyers.BuyerGroup",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="buyers",
    )
    founded_on = models.DateField(_("trading since"), null=True, blank=True)
    website = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(code=""), name="buyer_code_not_empty"),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in BuyerStatus]),
                name="buyer_status_known",
            ),
        ]
        indexes = [
            models.Index(fields=["sales_owner"], name="buyer_of_owner"),
            models.Index(fields=["country"], name="buyer_by_country"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class BuyerCode(models.Model):
    """What a source system calls a buyer: text, unique per source."""

    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.CASCADE, related_name="codes")
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="buyer_code_once_per_source")]

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"


class BuyerAlias(models.Model):
    """Another spelling of a buyer's name, kept as seen."""

    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=255)
    source = models.CharField(max_length=60)
    first_seen_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["buyer", "name"], name="alias_once_per_buyer")]

    def __str__(self) -> str:
        return self.name


class BuyerRegistration(models.Model):
    """A registration number, checked by its own check digits where the kind has them."""

    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.CASCADE, related_name="registrations")
    kind = models.CharField(max_length=20, help_text="uscc, vat, lei, ein, ...")
    number = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "number"], name="registration_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class GroupMembership(Fact):
    """From a date on, the buyer belongs to the group (null: to none); held by ``parent`` with ``share``."""

    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.CASCADE, related_name="memberships")
    group = models.ForeignKey(
        "buyers.BuyerGroup",
        null=True,
        on_delete=models.PROTECT,
        related_name="memberships",
    )
    parent = models.ForeignKey(
        "buyers.Buyer",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    share = models.DecimalField(
        max_digits=7,
        decimal_places=4,
        null=True,
        help_text="ownership share in percent",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(share__isnull=True) | Q(share__gt=0, share__lte=100),
                name="share_in_percent",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("buyer")),
                name="no_own_parent",
            ),
        ]
        indexes = [
            models.Index(
                fields=["buyer", "-valid_from", "-recorded_at"],
                name="membership_latest",
            )
        ]
        triggers = [append_only()]


class BuyerMerge(models.Model):
    """Two records of one customer: reads show ``duplicate`` under ``survivor`` while the merge holds.

    The ledger is not touched, so undoing a merge is one update and every past day stays reproducible.
    """

    duplicate = models.ForeignKey("buyers.Buyer", on_delete=models.CASCADE, related_name="merges_away")
    survivor = models.ForeignKey("buyers.Buyer", on_delete=models.CASCADE, related_name="merges_in")
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=choices(MergeState), default=MergeState.PROPOSED)
    proposed_at = models.DateTimeField(default=timezone.now, db_default=Now())
    merged_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(duplicate=F("survivor")), name="merge_of_two"),
            models.UniqueConstraint(fields=["duplicate"], condition=Q(state="merged"), name="merged_once"),
            models.UniqueConstraint(
                fields=["duplicate", "survivor"],
                condition=Q(state__in=["proposed", "merged"]),
                name="merge_open_once",
            ),
        ]


class ReportedFact(Fact):
    """A fact that a source may report under a number of its own; of one number the version recorded last counts."""

    external_id = models.CharField(max_length=120, blank=True, default="", db_default="")

    class Meta:
        abstract = True


def _by_number(name: str) -> models.Index:
    return models.Index(fields=["source", "external_id", "-id"], condition=~Q(external_id=""), name=name)


class AgencyGrade(models.Model):
    """What an agency's grade is worth on 0-100; editable table."""

    agency = models.CharField(max_length=40)
    grade = models.CharField(max_length=20)
    points = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "grade"], name="agency_grade_once"),
            models.CheckConstraint(condition=Q(points__lte=100), name="agency_points_in_range"),
        ]


class AgencyRating(ReportedFact):
    """A rating by an agency; ``points`` frozen from the table when recorded. ``valid_from`` = rating date."""

    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.CASCADE, related_name="ratings")
    agency = models.CharField(max_length=40)
    grade = models.CharField(max_length=20)
    points = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(points__lte=100), name="rating_points_in_range")]
        indexes = [
            models.Index(fields=["buyer", "-valid_from"], name="rating_latest"),
            _by_number("rating_by_number"),
        ]
        triggers = [append_only()]


class FinancialStatement(ReportedFact):
    """Figures of one balance date (``valid_from``) in the statement's currency."""

    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.CASCADE, related_name="statements")
    currency = models.CharField(max_length=3)
    total_assets = models.DecimalField(max_digits=20, decimal_places=2)
    current_assets = models.DecimalField(max_digits=20, decimal_places=2)
    current_liabilities = models.DecimalField(max_digits=20, decimal_places=2)
    total_liabilities = models.DecimalField(max_digits=20, decimal_places=2)
    retained_earnings = models.DecimalField(max_digits=20, decimal_places=2)
    ebit = models.DecimalField(max_digits=20, decimal_places=2)
    sales = models.DecimalField(max_digits=20, decimal_places=2, null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(total_assets__gt=0), name="statement_has_assets")]
        indexes = [
            models.Index(fields=["buyer", "-valid_from"], name="statement_latest"),
            _by_number("statement_by_number"),
        ]
        triggers = [append_only()]


class CountryRisk(Fact):
    """OECD country risk class of a country/region from a date on; class null = not classified."""

    country = models.CharField(max_length=2)
    risk_class = models.PositiveSmallIntegerField(null=True)
    is_high_income = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(risk_class__isnull=True) | Q(risk_class__lte=7),
                name="risk_class_0_to_7",
            ),
            models.UniqueConstraint(fields=["country", "valid_from", "source"], name="risk_once_per_list"),
        ]
        indexes = [models.Index(fields=["country", "-valid_from"], name="country_risk_latest")]
        triggers = [append_only()]


class RiskEvent(ReportedFact):
    """An external event on a buyer. The end of a lasting condition is a row of its own that ``ends`` the first."""

    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=30, choices=choices(EventKind))
    ends = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="ended_by")
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["buyer", "-valid_from"], name="event_latest"),
            _by_number("event_by_number"),
        ]
        triggers = [append_only()]


class KycRecord(Fact):
    """State of the identity gate from a date on."""

    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.CASCADE, related_name="kyc_records")
    status = models.CharField(max_length=12, choices=choices(KycStatus))
    expires_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["buyer", "-valid_from"], name="kyc_latest")]
        triggers = [append_only()]


class Screening(Fact):
    """A sanctions screening; ``valid_from`` is the day it was done."""

    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.CASCADE, related_name="screenings")
    result = models.CharField(max_length=10, choices=choices(ScreeningResult))

    class Meta:
        indexes = [models.Index(fields=["buyer", "-valid_from"], name="screening_latest")]
        triggers = [append_only()]


class Certificate(Fact):
    """A certificate that trade with the buyer requires; missing = required but no number."""

    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.CASCADE, related_name="certificates")
    kind = models.CharField(max_length=60)
    number = models.CharField(max_length=80, blank=True)
    is_required = models.BooleanField(default=True)
    expires_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["buyer", "kind", "-valid_from"], name="certificate_latest")]
        triggers = [append_only()]


class Contract(Fact):
    """A signed frame contract from a date on; signed false records that there is none."""

    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.CASCADE, related_name="contracts")
    is_signed = models.BooleanField()
    number = models.CharField(max_length=80, blank=True)
    expires_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["buyer", "-valid_from"], name="contract_latest")]
        triggers = [append_only()]
