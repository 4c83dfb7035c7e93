"""Support view of people, keys, rates, runs and the audit trail; schedules and lock-outs for administrators."""

from axes.admin import AccessAttemptAdmin
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.apps import apps
from django.contrib import admin
from django_celery_beat.admin import CrontabScheduleAdmin, IntervalScheduleAdmin, PeriodicTaskAdmin
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule
from django_celery_results.models import GroupResult, TaskResult

from core.access.support import AdministratorAdmin, ReadOnlyAdmin
from core.domain.roles import Permission
from core.models import ApiClient, AuditEvent, ExchangeRate, Job, Run, User

# Registered by libraries, of no use here: roles come from core.domain.roles, keys are core.ApiClient, second factors
# are reset on the Administration page, and work is shown by Run and Job.
_FOREIGN = (
    "auth.Group",
    "account.EmailAddress",
    "mfa.Authenticator",
    "rest_framework_api_key.APIKey",
)
_OWN_ADMIN = (AccessAttempt, AccessFailureLog, AccessLog, PeriodicTask, CrontabSchedule, IntervalSchedule)
_UNUSED = (ClockedSchedule, SolarSchedule, TaskResult, GroupResult)

for model in (*(apps.get_model(name) for name in _FOREIGN), *_OWN_ADMIN, *_UNUSED):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(PeriodicTask)
class ScheduleAdmin(AdministratorAdmin, PeriodicTaskAdmin):  # type: ignore[misc]
    """When beat starts what, e.g. the nightly close."""

    subject_type = "schedule"


@admin.register(CrontabSchedule)
class CrontabAdmin(AdministratorAdmin, CrontabScheduleAdmin):  # type: ignore[misc]
    """Times of day that schedules use."""

    subject_type = "schedule"


@admin.register(IntervalSchedule)
class IntervalAdmin(AdministratorAdmin, IntervalScheduleAdmin):  # type: ignore[misc]
    """Intervals that schedules use."""

    subject_type = "schedule"


@admin.register(AccessAttempt)
class LockOutAdmin(AdministratorAdmin, AccessAttemptAdmin):  # type: ignore[misc]
    """Failed sign-ins that count towards a lock-out; deleting one unlocks the person."""


@admin.register(AccessLog)
class SignInAdmin(ReadOnlyAdmin):
    """Who signed in from where."""

    permission = Permission.USERS_MANAGE
    list_display = ("attempt_time", "username", "ip_address", "logout_time")
    search_fields = ("username", "ip_address")


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """Accounts; changes are made on the Administration page."""

    permission = Permission.USERS_MANAGE
    list_display = ("username", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("username", "first_name", "last_name")
    exclude = ("password", "groups", "user_permissions", "is_staff", "is_superuser")


@admin.register(ApiClient)
class ApiClientAdmin(ReadOnlyAdmin):
    """Keys; changes are made on the Administration page."""

    permission = Permission.USERS_MANAGE
    list_display = ("name", "prefix", "scopes", "expiry_date", "revoked", "last_used_at")
    search_fields = ("name", "prefix")
    exclude = ("id", "hashed_key")


@admin.register(ExchangeRate)
class ExchangeRateAdmin(ReadOnlyAdmin):
    """Rates as loaded."""

    list_display = ("currency", "rate_date", "per_eur", "source", "recorded_at")
    list_filter = ("currency", "source")
    ordering = ("-rate_date", "currency")


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """Long work."""

    list_display = ("id", "kind", "key", "state", "stage", "created_at", "finished_at")
    list_filter = ("kind", "state")
    ordering = ("-id",)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Pieces of long work."""

    list_display = ("id", "run", "stage", "shard", "state", "attempts", "finished_at")
    list_filter = ("state", "stage")
    list_select_related = ("run",)
    ordering = ("-id",)


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """Who did what."""

    list_display = ("occurred_at", "actor_label", "action", "subject_type", "subject_id")
    list_filter = ("subject_type",)
    search_fields = ("action", "subject_id", "actor_label")
    ordering = ("-id",)
