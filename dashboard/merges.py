"""Records of one customer: proposed, merged, dismissed, undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from buyers.domain.facts import MergeState
from buyers.models import BuyerMerge
from buyers.queries.merges import list_merges
from buyers.services import merges as service
from core.domain.roles import Permission
from core.errors import DomainError
from core.models import User
from dashboard import labels
from dashboard.pages import PageView

PAGE = 100


@dataclass(frozen=True, slots=True)
class MergeLine:
    """A pair of records and what may be done about it."""

    row: BuyerMerge
    state: labels.Label

    @property
    def is_proposed(self) -> bool:
        """True if somebody has to decide."""
        return self.row.state == MergeState.PROPOSED

    @property
    def is_merged(self) -> bool:
        """True if the two are read as one."""
        return self.row.state == MergeState.MERGED


def lines_of(rows: Iterable[BuyerMerge]) -> list[MergeLine]:
    """The pairs ready to show."""
    return [MergeLine(row, labels.label_of(labels.MERGES, row.state)) for row in rows]


class DuplicatesPage(PageView):
    """``/duplicates/``: proposals that wait for a decision."""

    permission = Permission.BUYER_WRITE

    def get(self, request: HttpRequest) -> HttpResponse:
        """The first proposals and how many there are."""
        proposed = list_merges(states=[MergeState.PROPOSED])
        return self.render(
            "buyers/duplicates.html", merges=lines_of(proposed[:PAGE]), count=proposed.count(), may_merge=True
        )


class MergeAction(PageView):
    """``POST /duplicates/<id>/`` with action merge, dismiss or undo."""

    permission = Permission.BUYER_WRITE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Decide, say so, go back to where the decision was made."""
        chosen = request.POST.get("action", "")
        if chosen not in _ACTIONS:
            raise DomainError("action_unknown", _("Choose merge, dismiss or undo."), {"field": "action"})
        act, said = _ACTIONS[chosen]
        act(pk, self.page.user)
        messages.success(request, said())
        return redirect(_back(request))


def _merge(pk: int, actor: User) -> BuyerMerge:
    return service.merge(pk, now=timezone.now(), actor=actor)


def _undo(pk: int, actor: User) -> BuyerMerge:
    return service.undo_merge(pk, now=timezone.now(), actor=actor)


def _dismiss(pk: int, actor: User) -> BuyerMerge:
    return service.dismiss(pk, actor=actor)


_ACTIONS: dict[str, tuple[Callable[[int, User], BuyerMerge], Callable[[], str]]] = {
    "merge": (_merge, lambda: _("Merged: both records are read as one customer from now on.")),
    "dismiss": (_dismiss, lambda: _("Dismissed: the two stay separate and are not proposed again.")),
    "undo": (_undo, lambda: _("Undone: the two are read apart again.")),
}


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if is_safe else "dashboard:duplicates"
