"""Requests for limits: what waits for a decision, and what was decided."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.domain.roles import Permission
from credit.domain.kinds import RequestState
from credit.models import CreditAccount, LimitRequest
from credit.queries.requests import list_requests
from dashboard.credit_labels import LIMIT_KINDS, REQUESTS
from dashboard.exports import wanted_export
from dashboard.limits.base import LimitsPage
from dashboard.tables import (
    BaseMoneyColumn,
    CountColumn,
    DataTable,
    DateColumn,
    LabelColumn,
    MoneyColumn,
    TextColumn,
    configure,
)

CHOICES = {
    "": (_("to be decided"), (RequestState.PENDING,)),
    "decided": (_("decided"), (RequestState.APPROVED, RequestState.REJECTED, RequestState.WITHDRAWN)),
    "all": (_("all"), tuple(RequestState)),
}


class RequestsTable(DataTable):
    """Requests, newest first."""

    title = _("Requests for limits")
    empty = _("No request here. Ask for a limit from a buyer's page, or choose another state above.")

    subject = TextColumn(_("buyer or group"), accessor="account", orderable=False)
    kind = LabelColumn(_("kind"), table=LIMIT_KINDS)
    amount = MoneyColumn(_("asked for"))
    currency = TextColumn(_("currency"))
    uninsured = BaseMoneyColumn(
        _("uninsured,"), tip=_("Counted for authority: with requests of 90 days and the group.")
    )
    signatures_needed = CountColumn(_("signatures"))
    valid_to = DateColumn(_("until"))
    state = LabelColumn(_("state"), table=REQUESTS)
    requested_by = TextColumn(_("asked by"))
    requested_at = DateColumn(_("on"))

    def render_subject(self, record: LimitRequest) -> Any:
        """Linked to the request."""
        url = reverse("dashboard:limit_request", args=[record.pk])
        return format_html('<a href="{}">{}</a>', url, subject_name(record.account))

    def value_subject(self, record: LimitRequest) -> str:
        """The name alone."""
        return subject_name(record.account)

    def render_requested_at(self, record: LimitRequest) -> str:
        """The day."""
        return record.requested_at.date().isoformat()

    def value_uninsured(self, value: Decimal) -> Decimal:
        """Every digit."""
        return value


class RequestsPage(LimitsPage):
    """The worklist; sales see what concerns their own buyers, without figures of cover."""

    permission = Permission.BUYER_READ
    tab = "limit_requests"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The list, or the list as a file."""
        wanted = request.GET.get("state", "")
        states = CHOICES.get(wanted, CHOICES[""])[1]
        hidden = () if self.page.may(Permission.LIMITS_READ) else ("uninsured", "signatures_needed")
        table = configure(
            request,
            RequestsTable(
                list_requests(scope=self.page.scope, states=states),
                name="requests",
                base_currency=settings.BASE_CURRENCY,
                exclude=hidden,
            ),
        )
        choices = [(code, word, code == wanted) for code, (word, _states) in CHOICES.items()]
        return wanted_export(request, table) or self.render("limits/requests.html", table=table, choices=choices)


def subject_name(account: CreditAccount) -> str:
    """The buyer or group of an account."""
    return str(account.buyer.name if account.buyer else account.group.name if account.group else "")


def subject_url(account: CreditAccount) -> str:
    """The page of the buyer or group."""
    if account.buyer:
        return reverse("dashboard:buyer", args=[account.buyer.code])
    return reverse("dashboard:group", args=[account.group.code]) if account.group else ""
