"""One hold: why, since when, what happened, and what a person may do about it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from core.domain.roles import Permission
from core.errors import DomainError
from core.models import User
from credit.domain.kinds import HoldState
from credit.models import Hold
from credit.services.gate import ReleaseTerms, forward_hold, lift_hold, recheck_order, reject_order, release_order
from dashboard.credit_labels import HOLD_KINDS, HOLD_STATES
from dashboard.filters import query_of
from dashboard.forms import DeskForm
from dashboard.holds.forms import FORMS, NEEDS, forms_of
from dashboard.holds.history import history_rows
from dashboard.holds.words import order_name, reason_words
from dashboard.holds.worklist import FILTERS, Wanted, age_of, wanted_holds
from dashboard.orders.answer import answer_of
from dashboard.pages import PageView
from dashboard.queries.holds import get_hold, list_hold_events, list_releases
from dashboard.queries.orders import get_check
from dashboard.refusals import words_of


class HoldPage(PageView):
    """The hold with the answer that it follows from."""

    permission = Permission.BUYER_READ

    def get(self, request: HttpRequest, hold_id: int) -> HttpResponse:
        """All about it."""
        return self.render("holds/detail.html", **self.about(get_hold(hold_id, scope=self.page.scope)))

    def about(self, hold: Hold, failed: tuple[str, DeskForm] | None = None, problem: str = "") -> dict[str, Any]:
        """What the template shows; ``failed`` is a form that was refused."""
        sees = self.page.may(Permission.LIMITS_READ)
        shown = forms_of(hold, self.page)
        if failed and failed[0] in shown:
            shown[failed[0]] = failed[1]
        check = get_check(hold.check_row_id, scope=self.page.scope) if hold.check_row_id else None
        return {
            "hold": hold,
            "order_name": order_name(hold),
            "reasons": reason_words(hold),
            "kind": HOLD_KINDS[hold.kind],  # type: ignore[index]
            "state": HOLD_STATES[hold.state],  # type: ignore[index]
            "age": age_of(hold, self.page),
            "answer": answer_of(check, sees_limits=sees) if check else None,
            "sees_limits": sees,
            "history": history_rows(list_hold_events(hold)),
            "releases": list_releases(hold) if sees else [],
            "forms": shown,
            "problem": problem,
            "base_currency": settings.BASE_CURRENCY,
            "list_query": query_of(self.request.GET, FILTERS),
            "following": self._following(hold),
        }

    def _following(self, hold: Hold) -> int | None:
        """The next hold of the list that the reader came from."""
        rows = wanted_holds(self.page, Wanted.of(self.request.GET))
        keys = list(rows.values_list("pk", flat=True)[:500])
        if hold.pk not in keys:
            return keys[0] if keys else None
        later = keys[keys.index(hold.pk) + 1 :]
        return later[0] if later else None


class HoldWork(HoldPage):
    """Releases, rejects, forwards, checks again or lifts; htmx gets the hold anew, a plain form is sent back to it."""

    permission = Permission.HOLD_WORK
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, hold_id: int, verb: str) -> HttpResponse:
        """Do it, or show what is wrong beside the hold as it now is."""
        hold = get_hold(hold_id, scope=self.page.scope)
        if not self.page.may(NEEDS[verb]):
            raise DomainError("permission_denied", _("Your role may not do this."), {"field": "verb", "value": verb})
        form = FORMS[verb](request.POST, prefix=verb)
        problem = ""
        if form.is_valid():
            try:
                self._do(verb, hold, form.cleaned_data)
            except DomainError as refused:
                problem = words_of(refused)
                form.refuse(refused)
        return self._answer(hold_id, (verb, form) if problem or form.errors else None, problem)

    def _do(self, verb: str, hold: Hold, given: dict[str, Any]) -> None:
        seen = given.pop("version", None)
        actor, today = self.page.user, self.page.today
        if verb == "release":
            release_order(_order_of(hold), ReleaseTerms(**given), as_of=today, actor=actor, expected_version=seen)
        elif verb == "reject":
            reject_order(_order_of(hold), reason=given["reason"], as_of=today, actor=actor, expected_version=seen)
        elif verb == "recheck":
            recheck_order(_order_of(hold), as_of=today, actor=actor, actor_label=actor.username)
        elif verb == "lift":
            lift_hold(hold.pk, reason=given["reason"], as_of=today, actor=actor, expected_version=seen)
        else:
            to = User.objects.get(pk=given.pop("to"))
            forward_hold(hold.pk, to=to, actor=actor, expected_version=seen, **given)

    def _answer(self, hold_id: int, failed: tuple[str, DeskForm] | None, problem: str) -> HttpResponse:
        hold = get_hold(hold_id, scope=self.page.scope)
        if failed and f"{failed[0]}-version" in failed[1].data:  # the next try is made from what is shown now
            now = forms_of(hold, self.page).get(failed[0])
            version = now.initial.get("version", "") if now else ""
            failed[1].data = {**dict(failed[1].data.items()), f"{failed[0]}-version": version}
        if self.request.headers.get("HX-Request"):
            return self.render("holds/_hold.html", **self.about(hold, failed, problem))
        if failed:
            return self.render("holds/detail.html", status=422, **self.about(hold, failed, problem))
        done = _("The order may go.") if hold.state == HoldState.RELEASED else _("Done.")
        messages.success(self.request, done)
        return HttpResponseRedirect(reverse("dashboard:hold", args=[hold_id]) + query_of(self.request.GET, FILTERS))


def _order_of(hold: Hold) -> int:
    if hold.order_id is None:
        raise DomainError(
            "hold_without_order",
            _("This hold stops all orders of the buyer; lift it."),
            {"field": "hold", "value": hold.pk},
        )
    return int(hold.order_id)
