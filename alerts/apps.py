"""Application registration."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """Registers the alerts app."""

    name = "alerts"
    default_auto_field = "django.db.models.BigAutoField"
