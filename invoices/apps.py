"""Application registration."""

from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    """Registers the invoices app."""

    name = "invoices"
    default_auto_field = "django.db.models.BigAutoField"
