"""The frame of the administration: who may enter, its tabs, and secrets that are shown once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access.second_factor import lacks_second_factor
from core.domain.roles import Permission
from core.models import User
from dashboard.pages import PageView, tabs_at

TABS = (
    ("administration", gettext_lazy("People")),
    ("administration_clients", gettext_lazy("API clients")),
    ("administration_webhooks", gettext_lazy("Webhooks and mail")),
    ("administration_rates", gettext_lazy("Exchange rates")),
    ("administration_audit", gettext_lazy("Audit trail")),
)


# How long a secret that is replaced goes on working, in days.
_GRACE = {"0": timedelta(), "1": timedelta(days=1), "7": timedelta(days=7)}


class AdministrationPage(PageView):
    """A page for administrators, behind a second factor in a deployment."""

    permission = Permission.USERS_MANAGE
    tab = "administration"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Ask for the second factor before anything is shown."""
        if isinstance(request.user, User) and lacks_second_factor(request.user):
            messages.warning(request, _("Administrators need a second factor; set it up to go on."))
            return redirect("mfa_activate_totp")
        return super().dispatch(request, *args, **kwargs)

    def render(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """The template with the tabs; nothing of the administration is kept by browsers or proxies."""
        response = super().render(template, status=status, tabs=tabs_at(self.tab, TABS), **context)
        response["Cache-Control"] = "no-store"
        return response

    @property
    def grace(self) -> timedelta:
        """How long the secret that the form replaces goes on working; a day if it does not say."""
        return _GRACE.get(self.request.POST.get("grace", ""), _GRACE["1"])

    def show_secret(self, *, title: str, secret: str, words: str, back: str) -> HttpResponse:
        """A password or key, this once."""
        return self.render("administration/secret.html", secret_title=title, secret=secret, words=words, back=back)
