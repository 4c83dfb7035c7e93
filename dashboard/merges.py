"""Records of one customer on the buyer's page; the list of all stands under imports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from buyers.domain.facts import MergeState
from buyers.models import BuyerMerge
from buyers.services import merges as service
from core.domain.roles import Permission
from core.errors import DomainError
from core.models import User
from dashboard import labels
from dashboard.pages import PageView


@dataclass(frozen=True, slots=True)
class MergeLine:
    """A pair of records and what may be done about it."""

    row: BuyerMerge
    state: labels.Label
    reason: Any

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
    return [
        MergeLine(row, labels.label_of(labels.MERGES, row.state), labels.word_of(labels.MERGE_REASONS, row.reason))
        for row in rows
    ]


class MergeAction(PageView):
    """``POST /duplicates/<id>/`` with action merge, dismiss or undo."""

    permission = Permission.BUYER_WRITE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Decide, say so, go back to where the decision was made."""
        chosen = request.POST.get("action", "")
        if chosen not in _SAID:
            raise DomainError("action_unknown", _("Choose merge, dismiss or undo."), {"field": "action"})
        decisions(self.page.user)[chosen](pk)
        messages.success(request, _SAID[chosen]())
        return redirect(_back(request))


def decisions(actor: User) -> dict[str, Callable[[int], BuyerMerge]]:
    """What a person may decide about a pair, by its word in the forms."""
    now = timezone.now()
    return {
        "merge": partial(service.merge, now=now, actor=actor),
        "dismiss": partial(service.dismiss, actor=actor),
        "undo": partial(service.undo_merge, now=now, actor=actor),
    }


_SAID: dict[str, Callable[[], str]] = {
    "merge": lambda: _("Merged: both records are read as one customer from now on."),
    "dismiss": lambda: _("Dismissed: the two stay separate and are not proposed again."),
    "undo": lambda: _("Undone: the two are read apart again."),
}


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if is_safe else "dashboard:import_duplicates"
