"""Support view of scores and their evidence; a score is never changed."""

from django.contrib import admin

from core.access.support import ReadOnlyAdmin
from scoring.models import Score, ScoreEvidence


@admin.register(Score)
class ScoreAdmin(ReadOnlyAdmin):
    """Scores."""

    list_display = ("id", "buyer", "as_of", "score", "grade", "coverage", "version")
    list_filter = ("grade", "version")
    list_select_related = ("buyer",)
    search_fields = ("=buyer__code",)
    ordering = ("-id",)


@admin.register(ScoreEvidence)
class ScoreEvidenceAdmin(ReadOnlyAdmin):
    """Inputs and reasons in full."""

    list_display = ("score", "recorded_at")
    list_select_related = ("score",)
    ordering = ("-id",)
