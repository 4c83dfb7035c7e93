"""Administration: the systems that may call the REST API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.domain.roles import ApiScope
from core.errors import DomainError
from core.house import end_of_day
from core.queries.api_clients import ClientRow, list_clients
from core.services.api_clients import IssuedKey, create_client, revoke_client, rotate_client
from dashboard.administration.base import AdministrationPage
from dashboard.desk_labels import API_SCOPES, KEY_STATES
from dashboard.forms import DayInput, DeskForm
from dashboard.labels import Label

SCOPE_CHOICES = [(scope.value, API_SCOPES[scope]) for scope in ApiScope]


class NewClientForm(DeskForm):
    """What is asked for a new key."""

    name = forms.CharField(label=gettext_lazy("Name of the system"), max_length=50)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"), choices=SCOPE_CHOICES, widget=forms.CheckboxSelectMultiple
    )
    expires = forms.DateField(label=gettext_lazy("Last day"), required=False, widget=DayInput)

    def expires_at(self) -> datetime | None:
        """The last moment of the last day."""
        day = self.cleaned_data["expires"]
        return None if day is None else end_of_day(day)


class ClientsPage(AdministrationPage):
    """All keys, and a form for a new one."""

    tab = "administration_clients"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The list."""
        return self._page(NewClientForm(initial={"scopes": [ApiScope.READ]}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Create a key; it is shown once."""
        form = NewClientForm(request.POST)
        if form.is_valid():
            try:
                return self.show_secret(**_handed_over(self._create(form)))
            except DomainError as problem:
                form.refuse(problem)
        return self._page(form, status=422)

    def _create(self, form: NewClientForm) -> IssuedKey:
        return create_client(
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=form.expires_at(),
            now=timezone.now(),
            actor=self.page.user,
        )

    def _page(self, form: NewClientForm, status: int = 200) -> HttpResponse:
        rows = [(row, _state(row)) for row in list_clients(now=timezone.now())]
        return self.render("administration/clients.html", status=status, rows=rows, form=form)


class ClientRevoke(AdministrationPage):
    """Ends a key."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Revoke it; calls with it fail from now on."""
        client_id = request.POST.get("client", "")
        return self.act(
            lambda: revoke_client(client_id=client_id, actor=self.page.user),
            done=_("The key is revoked; calls with it fail from now on."),
            back=reverse("dashboard:administration_clients"),
        )


class ClientRotate(AdministrationPage):
    """Replaces a key."""

    tab = "administration_clients"

    def post(self, request: HttpRequest) -> HttpResponse:
        """A new key; the old one ends after the days asked for."""
        client_id = request.POST.get("client", "")
        issued = rotate_client(client_id=client_id, now=timezone.now(), grace=self.grace, actor=self.page.user)
        return self.show_secret(**_handed_over(issued))


def _state(row: ClientRow) -> Label:
    if row.is_usable:
        return KEY_STATES["usable"]
    return KEY_STATES["revoked"] if row.is_revoked else KEY_STATES["expired"]


def _handed_over(issued: IssuedKey) -> dict[str, Any]:
    return {
        "title": _("Key of %(name)s") % {"name": issued.client.name},
        "secret": issued.key,
        "words": _("It is shown this once; we keep its hash only. Send it as “Authorization: Api-Key …”."),
        "back": reverse("dashboard:administration_clients"),
    }
