"""Stopping an order, or everything of a buyer, until a person lifts it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from core.domain.roles import Permission
from core.errors import DomainError
from credit.services.gate import force_hold
from dashboard.holds.forms import ForceForm
from dashboard.pages import PageView
from dashboard.queries.accounts import get_account
from invoices.models import Order


class ForcePage(PageView):
    """``/holds/force/?buyer=CODE&order=NUMBER``"""

    permission = Permission.HOLD_DECIDE

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form."""
        start = {name: request.GET.get(name, "")[:120] for name in ("buyer", "order")}
        return self.render("holds/force.html", form=ForceForm(initial=start))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Stop it, or show what would be right."""
        form = ForceForm(request.POST)
        kept = self.keep(
            form,
            lambda: self._force(form.cleaned_data),
            done=_("Stopped. Only a person lifts it."),
            back=lambda hold: reverse("dashboard:hold", args=[hold.pk]),
        )
        return kept or self.render("holds/force.html", status=422, form=form)

    def _force(self, given: dict[str, Any]) -> Any:
        account = self._account(given["buyer"])
        order = self._order(given["order"], account.buyer_ids)
        return force_hold(
            buyer_id=order.buyer_id if order else (account.merged_into or account.buyer).pk,
            order_id=order.pk if order else None,
            reason=given["reason"],
            review_on=given["review_on"],
            as_of=self.page.today,
            actor=self.page.user,
        )

    def _account(self, code: str) -> Any:
        try:
            return get_account(code=code, scope=self.page.scope)
        except DomainError as problem:
            raise DomainError(problem.code, problem.message, {"field": "buyer", "value": code}) from problem

    def _order(self, number: str, buyer_ids: tuple[int, ...]) -> Order | None:
        if not number:
            return None
        found = Order.objects.filter(buyer_id__in=buyer_ids, external_id=number).first()
        if found is None:
            words = _("The buyer has no order %(number)s.") % {"number": number}
            raise DomainError("order_not_found", words, {"field": "order", "value": number})
        return found
