"""Default terms by grade as they are in force."""

from __future__ import annotations

from datetime import datetime

from credit.domain.terms import DEFAULT_TERMS, GradeTerms, TermsKind
from credit.models import GradeTermsVersion


def current_terms(*, known_at: datetime | None = None) -> dict[str, GradeTerms]:
    """The terms of every grade as known at a moment: the latest version, or the handbook's."""
    versions = GradeTermsVersion.objects.order_by("grade", "-version").distinct("grade")
    if known_at is not None:
        versions = versions.filter(recorded_at__lte=known_at)
    return dict(DEFAULT_TERMS) | {row.grade: terms_of(row) for row in versions}


def list_terms_versions() -> list[GradeTermsVersion]:
    """All versions, newest first, with who made them."""
    return list(GradeTermsVersion.objects.select_related("created_by").order_by("-recorded_at", "-pk"))


def terms_of(row: GradeTermsVersion) -> GradeTerms:
    """A stored version as the rules take it."""
    return GradeTerms(row.grade, TermsKind(row.kind), row.max_days, row.deposit_percent, row.version)
