"""One account's limits: over time, with a form that cuts one now. Raising it goes through a request."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.domain.roles import Permission
from core.errors import NotFound
from core.house import base_currency
from core.money import Money
from credit.domain.kinds import LimitKind
from credit.models import CreditAccount
from credit.services.limits import NewLimit, set_limit
from dashboard.credit_labels import LIMIT_KINDS
from dashboard.exports import wanted_export
from dashboard.forms import DayInput, DeskForm
from dashboard.limits.base import LimitsPage
from dashboard.limits.history import history_chart, limits_table
from dashboard.limits.requests import subject_name, subject_url
from dashboard.tables import configure


class CutForm(DeskForm):
    """A lower amount, an earlier end, or 0 to take the limit away."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[(code.value, label.text) for code, label in LIMIT_KINDS.items()]
    )
    amount = forms.DecimalField(
        label=gettext_lazy("New limit"),
        max_digits=20,
        decimal_places=4,
        help_text=gettext_lazy("lower than now; 0 takes it away"),
    )
    currency = forms.CharField(label=gettext_lazy("Currency"), min_length=3, max_length=3)
    valid_to = forms.DateField(label=gettext_lazy("To, included"), widget=DayInput, required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


class AccountPage(LimitsPage):
    """``/limits/accounts/<id>/``"""

    def get(self, request: HttpRequest, account_id: int) -> HttpResponseBase:
        """Versions, chart, and the form for who decides."""
        return self.show(_account(account_id))

    def show(self, account: CreditAccount, form: CutForm | None = None, status: int = 200) -> HttpResponseBase:
        """The page, with a form that was refused."""
        table = limits_table(account)
        export = wanted_export(self.request, table)
        if export:
            return export
        start = {"kind": LimitKind.OWN, "currency": base_currency()}
        may_cut = self.page.may(Permission.LIMIT_DECIDE)
        return self.render(
            "limits/account.html",
            status=status,
            account=account,
            subject=subject_name(account),
            subject_url=subject_url(account),
            ask_query=_ask_query(account),
            chart=history_chart(account, self.page),
            table=configure(self.request, table),
            form=(form or CutForm(initial=start)) if may_cut else None,
        )


class AccountCut(AccountPage):
    """Cuts a limit now; holds follow by themselves."""

    permission = Permission.LIMIT_DECIDE
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, account_id: int) -> HttpResponseBase:
        """Store it, or show what would be right."""
        account = _account(account_id)
        form = CutForm(request.POST)
        kept = self.keep(
            form,
            lambda: self._cut(account, form.cleaned_data),
            done=_("Cut. Open orders are checked again by themselves."),
            back=reverse("dashboard:limit_account", args=[account.pk]),
        )
        return kept or self.show(account, form, status=422)

    def _cut(self, account: CreditAccount, given: dict[str, Any]) -> None:
        new = NewLimit(
            kind=LimitKind(given["kind"]),
            amount=Money(given["amount"], given["currency"].upper()),
            valid_from=self.page.today,
            valid_to=given["valid_to"],
        )
        set_limit(account.pk, new, actor=self.page.user, reason=given["reason"], as_of=self.page.today)


def _account(account_id: int) -> CreditAccount:
    found = CreditAccount.objects.select_related("buyer", "group").filter(pk=account_id).first()
    if found is None:
        words = _("There is no such account.")
        raise NotFound("account_unknown", words, {"field": "account", "value": account_id})
    return found


def _ask_query(account: CreditAccount) -> str:
    if account.group:
        return f"?group={account.group.code}"
    return f"?buyer={account.buyer.code}" if account.buyer else ""
