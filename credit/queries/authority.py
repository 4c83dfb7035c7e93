"""Delegation of authority and substitutes as they are in force."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.conf import settings

from credit.domain.authority import Authority, Band, default_authority
from credit.domain.signatures import Person, StandIn
from credit.models import AuthorityVersion, Substitute


def authority_version(*, known_at: datetime | None = None) -> AuthorityVersion | None:
    """The latest version known at a moment; None: the handbook's default counts."""
    versions = AuthorityVersion.objects.select_related("created_by").order_by("-version")
    if known_at is not None:
        versions = versions.filter(recorded_at__lte=known_at)
    return versions.first()


def current_authority(*, known_at: datetime | None = None) -> Authority:
    """The delegation that counts at a moment, as the rules read it."""
    row = authority_version(known_at=known_at)
    return default_authority(currency=settings.BASE_CURRENCY) if row is None else as_authority(row)


def as_authority(row: AuthorityVersion) -> Authority:
    """A stored version as the rules read it."""
    bands = tuple(
        Band(band["role"], band["grades"], None if band["up_to"] is None else Decimal(band["up_to"]))
        for band in row.bands
    )
    return Authority(row.currency, bands, row.cosign_above, row.version)


def list_authority_versions() -> list[AuthorityVersion]:
    """All versions, newest first, with who made them."""
    return list(AuthorityVersion.objects.select_related("created_by").order_by("-version"))


def list_substitutes(*, as_of: date | None = None) -> list[Substitute]:
    """All, newest first; with ``as_of`` those in force on the day."""
    rows = Substitute.objects.select_related("user", "deputy", "created_by").order_by("-starts_on", "-pk")
    if as_of is not None:
        rows = rows.filter(starts_on__lte=as_of, ends_on__gte=as_of)
    return list(rows)


def get_stand_in(*, deputy_id: int, user_id: int, as_of: date) -> StandIn | None:
    """That the deputy stands in for the user: in force on the day if any record is, else the latest; None without."""
    rows = list(Substitute.objects.filter(deputy_id=deputy_id, user_id=user_id).select_related("user"))
    if not rows:
        return None
    row = max(rows, key=lambda r: (r.starts_on <= as_of <= r.ends_on, r.ends_on, r.pk))
    return as_stand_in(row)


def as_stand_in(row: Substitute) -> StandIn:
    """A stored substitute as the rules read it."""
    return StandIn(Person(row.user_id, row.user.role), row.deputy_id, row.starts_on, row.ends_on)
