"""Asking for a limit: for whom, how much, until when, why; with what the four methods recommend."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from buyers.models import BuyerGroup
from core.domain.roles import Permission
from core.errors import DomainError, NotFound
from core.house import base_currency
from core.money import Money
from credit.domain.kinds import LimitKind
from credit.models import CreditAccount
from credit.queries.request_facts import default_assumptions, recommend_for
from credit.services.limits import NewLimit
from credit.services.requests import Asked, create_request
from dashboard.credit_labels import LIMIT_KINDS
from dashboard.forms import DayInput, DeskForm
from dashboard.limits.base import LimitsPage
from dashboard.limits.words import RecommendationView, live_recommendation
from dashboard.queries.accounts import Account, get_account

FIELD_OF = {"currency": "currency", "amount": "amount", "valid_from": "valid_from", "valid_to": "valid_to"}


class AskForm(DeskForm):
    """A request; one of buyer and group."""

    buyer = forms.CharField(label=gettext_lazy("Buyer"), max_length=60, required=False, help_text=gettext_lazy("code"))
    group = forms.CharField(
        label=gettext_lazy("or group"), max_length=60, required=False, help_text=gettext_lazy("code")
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[(code.value, label.text) for code, label in LIMIT_KINDS.items()]
    )
    amount = forms.DecimalField(label=gettext_lazy("New limit"), max_digits=20, decimal_places=4)
    currency = forms.CharField(label=gettext_lazy("Currency"), min_length=3, max_length=3)
    valid_from = forms.DateField(label=gettext_lazy("From"), widget=DayInput)
    valid_to = forms.DateField(
        label=gettext_lazy("To, included"),
        widget=DayInput,
        required=False,
        help_text=gettext_lazy("a temporary limit needs it"),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def clean(self) -> dict[str, Any]:
        """Exactly one of buyer and group."""
        given = super().clean() or self.cleaned_data
        if bool(given.get("buyer")) == bool(given.get("group")):
            self.add_error("buyer", _("Write a buyer or a group."))
        return given


class AskPage(LimitsPage):
    """``/limits/ask/?buyer=CODE`` or ``?group=CODE``"""

    permission = Permission.LIMIT_REQUEST
    tab = "limit_requests"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form, with what is recommended for who may see it."""
        start = {name: request.GET.get(name, "")[:60] for name in ("buyer", "group")}
        kind = request.GET.get("kind", "")
        return self._page(
            AskForm(
                initial={
                    **start,
                    "kind": kind if kind in set(LimitKind) else LimitKind.OWN,
                    "currency": base_currency(),
                    "valid_from": self.page.today,
                }
            ),
            start["buyer"],
            start["group"],
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Store the request; it waits for somebody else's decision."""
        form = AskForm(request.POST)
        kept = self.keep(
            form,
            lambda: create_request(self._asked(form.cleaned_data), actor=self.page.user, as_of=self.page.today),
            done=_("Asked. Somebody else decides on it."),
            back=lambda found: reverse("dashboard:limit_request", args=[found.pk]),
        )
        return kept or self._page(form, request.POST.get("buyer", ""), request.POST.get("group", ""), status=422)

    def _asked(self, given: dict[str, Any]) -> Asked:
        new = NewLimit(
            kind=LimitKind(given["kind"]),
            amount=Money(given["amount"], given["currency"].upper()),
            valid_from=given["valid_from"],
            valid_to=given["valid_to"],
        )
        if given["group"]:
            return Asked(new=new, reason=given["reason"], group_id=self._group(given["group"]).pk)
        account = self._buyer(given["buyer"])
        return Asked(new=new, reason=given["reason"], buyer_id=(account.merged_into or account.buyer).pk)

    def _buyer(self, code: str) -> Account:
        try:
            return get_account(code=code, scope=self.page.scope)
        except DomainError as problem:
            raise NotFound(problem.code, problem.message, {"field": "buyer", "value": code}) from problem

    def _group(self, code: str) -> BuyerGroup:
        found = BuyerGroup.objects.filter(code=code).first() if self.page.scope.is_everything else None
        if found is None:
            words = _("There is no group %(code)s.") % {"code": code}
            raise NotFound("group_unknown", words, {"field": "group", "value": code})
        return found

    def _page(self, form: AskForm, buyer: str, group: str, status: int = 200) -> HttpResponse:
        recommended = self._recommended(buyer, group) if self.page.may(Permission.LIMITS_READ) else None
        return self.render("limits/ask.html", status=status, form=form, recommendation=recommended)

    def _recommended(self, buyer: str, group: str) -> RecommendationView | None:
        """None while nobody is named, or where something that the methods need is missing."""
        assumptions = default_assumptions()
        try:
            account = self._account(buyer, group)
            found = recommend_for(account, as_of=self.page.today, assumptions=assumptions) if account else None
        except DomainError:
            return None
        return live_recommendation(found, assumptions, base_currency()) if found else None

    def _account(self, buyer: str, group: str) -> CreditAccount | None:
        """The account, or one that is not stored: a recommendation writes nothing."""
        if group:
            found = self._group(group)
            return CreditAccount.objects.filter(group=found).first() or CreditAccount(group=found)
        if buyer:
            account = self._buyer(buyer)
            survivor = account.merged_into or account.buyer
            return CreditAccount.objects.filter(buyer=survivor).first() or CreditAccount(buyer=survivor)
        return None
