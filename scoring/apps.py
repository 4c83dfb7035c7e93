"""Application registration."""

from django.apps import AppConfig


class ScoringConfig(AppConfig):
    """Registers the scoring app."""

    name = "scoring"
    default_auto_field = "django.db.models.BigAutoField"
