"""Application registration."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Registers the dashboard app."""

    name = "dashboard"
    default_auto_field = "django.db.models.BigAutoField"
