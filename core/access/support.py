"""Django's admin site as a support view: by role alone, everything of the business read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from core.access.second_factor import lacks_second_factor
from core.domain.roles import Permission, is_granted
from core.models import User
from core.services import audit

_ENTRANCE = (Permission.USERS_MANAGE, Permission.AUDIT_READ)


if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class SupportSite(admin.AdminSite):
    """Open to administrators and readers of the audit trail; ``is_staff`` and ``is_superuser`` count nothing."""

    site_header = site_title = "Duewatch"
    index_title = "Support"

    def has_permission(self, request: HttpRequest) -> bool:
        """True if the person's role may enter, with a second factor where that is asked."""
        return _may_enter(request) and not lacks_second_factor(request.user)  # type: ignore[arg-type]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sign in like everyone: there is no second door with other rules."""
        target = request.GET.get("next") or reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(target)
        if not _may_enter(request):
            raise PermissionDenied
        return redirect("mfa_activate_totp") if lacks_second_factor(request.user) else redirect("admin:index")


class ReadOnlyAdmin(_ModelAdmin):
    """Shows rows to those whose role holds ``permission``; nobody changes anything here."""

    permission = Permission.AUDIT_READ
    show_full_result_count = False
    list_per_page = 50

    def has_module_permission(self, request: HttpRequest) -> bool:
        """True if the role may look."""
        return _holds(request, self.permission)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """True if the role may look."""
        return _holds(request, self.permission)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody adds rows here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes rows here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody deletes rows here."""
        return False


class AdministratorAdmin(_ModelAdmin):
    """Technical tables of libraries that administrators may change; each change leaves an audit event."""

    subject_type = "setting"

    def has_module_permission(self, request: HttpRequest) -> bool:
        """True for administrators."""
        return _holds(request, Permission.USERS_MANAGE)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """True for administrators."""
        return _holds(request, Permission.USERS_MANAGE)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """True for administrators."""
        return _holds(request, Permission.USERS_MANAGE)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """True for administrators."""
        return _holds(request, Permission.USERS_MANAGE)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """True for administrators."""
        return _holds(request, Permission.USERS_MANAGE)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        """Save and record which fields were changed."""
        super().save_model(request, obj, form, change)
        self._record(request, obj, "changed" if change else "added", {"fields": form.changed_data})

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete and record."""
        self._record(request, obj, "deleted", {})
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete several and record each."""
        for obj in queryset:
            self._record(request, obj, "deleted", {})
        super().delete_queryset(request, queryset)

    def _record(self, request: HttpRequest, obj: Any, verb: str, data: dict[str, Any]) -> None:
        actor = request.user if isinstance(request.user, User) else None
        action = f"{self.opts.app_label}.{self.opts.model_name}.{verb}"
        audit.record(
            actor=actor,
            action=action,
            subject_type=self.subject_type,
            subject_id=obj.pk,
            data={"name": str(obj), **data},
        )


def _may_enter(request: HttpRequest) -> bool:
    return any(_holds(request, permission) for permission in _ENTRANCE)


def _holds(request: HttpRequest, permission: Permission) -> bool:
    user = request.user
    return isinstance(user, User) and user.is_active and is_granted(user.role, permission)
