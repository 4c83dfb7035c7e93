"""Support view of alerts and their history; work on them is done on the Alerts page."""

from django.contrib import admin

from alerts.models import Alert, AlertEvent
from core.access.support import ReadOnlyAdmin


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """Episodes."""

    list_display = ("id", "rule", "subject_type", "buyer", "group", "state", "severity", "opened_on", "assignee")
    list_filter = ("state", "rule")
    list_select_related = ("buyer", "group", "assignee")
    search_fields = ("=buyer__code", "=subject_key")
    ordering = ("-id",)


@admin.register(AlertEvent)
class AlertEventAdmin(ReadOnlyAdmin):
    """What happened to alerts."""

    list_display = ("alert", "action", "as_of", "actor", "occurred_at")
    list_filter = ("action",)
    list_select_related = ("alert", "actor")
    ordering = ("-id",)
