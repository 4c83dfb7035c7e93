"""Application registration."""

from django.apps import AppConfig


class BuyersConfig(AppConfig):
    """Registers the buyers app."""

    name = "buyers"
    default_auto_field = "django.db.models.BigAutoField"
