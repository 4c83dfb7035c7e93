"""The frame of the imports: who may look, and its tabs."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from core.domain.roles import Permission
from dashboard.pages import PageView, tabs_at

TABS = (
    ("imports", _("Imports")),
    ("import_matching", _("Matching")),
    ("import_documents", _("Documents")),
    ("import_statements", _("Bank statements")),
    ("import_quarantine", _("Quarantine")),
    ("import_suspense", _("Suspense")),
    ("import_duplicates", _("Duplicate buyers")),
    ("import_profiles", _("Profiles")),
)


class ImportsPage(PageView):
    """A page that everybody reads who sees the portfolio; what changes something asks for more."""

    permission = Permission.PORTFOLIO_READ
    tab = "imports"

    def render(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """The template with the tabs."""
        may = {"import": self.page.may(Permission.LEDGER_IMPORT), "merge": self.page.may(Permission.BUYER_WRITE)}
        return super().render(template, status=status, tabs=tabs_at(self.tab, TABS), may=may, **context)


class ImportWork(ImportsPage):
    """A change of what came in."""

    permission = Permission.LEDGER_IMPORT
