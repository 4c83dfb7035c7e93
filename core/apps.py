"""Application registration."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers the core app."""

    name = "core"
    default_auto_field = "django.db.models.BigAutoField"
