"""Application registration."""

from django.apps import AppConfig


class CreditConfig(AppConfig):
    """Registers the credit app."""

    name = "credit"
    default_auto_field = "django.db.models.BigAutoField"
