"""Insured limits, securities, bills and sold receivables."""

from django.apps import AppConfig


class CoverConfig(AppConfig):
    """Floor of cover: knows scoring, invoices, buyers and core."""

    name = "cover"
    default_auto_field = "django.db.models.BigAutoField"
