"""The frame of the imports: who may look, its tabs, and what is said after a change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from core.domain.roles import Permission
from core.errors import DomainError
from dashboard.pages import PageView

TABS = (
    ("imports", _("Imports")),
    ("import_quarantine", _("Quarantine")),
    ("import_duplicates", _("Duplicate buyers")),
    ("import_profiles", _("Profiles")),
)


class ImportsPage(PageView):
    """A page that everybody reads who sees the portfolio; what changes something asks for more."""

    permission = Permission.PORTFOLIO_READ
    tab = "imports"

    def render(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """The template with the tabs."""
        tabs = [(f"dashboard:{name}", label, name == self.tab) for name, label in TABS]
        may = {"import": self.page.may(Permission.LEDGER_IMPORT), "merge": self.page.may(Permission.BUYER_WRITE)}
        return super().render(template, status=status, tabs=tabs, may=may, **context)

    def act(self, change: Callable[[], object], *, done: str, back: str) -> HttpResponse:
        """Make a change, say what became of it, go back."""
        try:
            change()
        except DomainError as problem:
            messages.error(self.request, problem.message)
        else:
            messages.success(self.request, done)
        return HttpResponseRedirect(back)


class ImportWork(ImportsPage):
    """A change of what came in."""

    permission = Permission.LEDGER_IMPORT
