"""Duplicate buyers: records of one customer, proposed, merged, undone. Postings are never moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from buyers.domain.facts import MergeState
from buyers.models import BuyerMerge
from buyers.queries.merges import list_merges
from core.domain.roles import Permission
from core.errors import DomainError
from dashboard.imports.base import ImportsPage
from dashboard.labels import MERGE_REASONS, MERGES, word_of
from dashboard.merges import decisions
from dashboard.refusals import words_of
from invoices.models import Invoice

PAGE = 200


class DuplicatesPage(ImportsPage):
    """Proposals first; what was decided can be looked at and undone."""

    tab = "import_duplicates"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The pairs in one state."""
        asked = request.GET.get("state", "")
        state = MergeState(asked) if asked in set(MergeState) else MergeState.PROPOSED
        rows = _pairs(state)
        return self.render(
            "imports/duplicates.html",
            rows=[(pair, word_of(MERGE_REASONS, pair.reason)) for pair in rows[:PAGE]],
            count=rows.count(),
            state=state,
            states=[(code.value, label.text) for code, label in MERGES.items()],
        )


class DuplicatesDecide(ImportsPage):
    """Merges, dismisses or undoes one pair, or merges all that are proposed."""

    permission = Permission.BUYER_WRITE

    def post(self, request: HttpRequest) -> HttpResponse:
        """Decide and go back to the list."""
        verb, pairs = request.POST.get("decision", ""), request.POST.getlist("merge")
        decide = decisions(self.page.user).get(verb)
        if decide is None or not all(pk.isdecimal() for pk in pairs):
            messages.error(request, _("Choose a pair and what to do with it."))
        else:
            self._decide(decide, [int(pk) for pk in pairs])
        return HttpResponseRedirect(f"{reverse('dashboard:import_duplicates')}?state={request.POST.get('state', '')}")

    def _decide(self, decide: Callable[[int], Any], pairs: list[int]) -> None:
        done = 0
        for pk in pairs:
            try:
                decide(pk)
            except DomainError as problem:
                messages.error(self.request, words_of(problem))
            else:
                done += 1
        if done:
            words = ngettext("%(count)s pair decided.", "%(count)s pairs decided.", done)
            messages.success(self.request, words % {"count": done})


def _pairs(state: MergeState) -> QuerySet[BuyerMerge]:
    """With the invoices of each record, so that a wrong proposal is seen."""
    pairs = list_merges(states=[state]).select_related("decided_by")
    return pairs.annotate(invoices_here=_invoices("survivor"), invoices_away=_invoices("duplicate"))


def _invoices(side: str) -> Coalesce:
    own = Invoice.objects.filter(buyer=OuterRef(side)).order_by().values("buyer").annotate(n=Count("pk"))
    return Coalesce(Subquery(own.values("n")), 0)
