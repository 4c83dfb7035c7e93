"""Application registration."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class CoreConfig(AppConfig):
    """Registers the core app."""

    name = "core"
    default = True
    default_auto_field = "django.db.models.BigAutoField"


class SupportAdminConfig(admin_apps.AdminConfig):
    """Django's admin with our own rules of entry."""

    default = False
    default_site = "core.access.support.SupportSite"
