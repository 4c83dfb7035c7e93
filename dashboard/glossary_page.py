"""The glossary as a page: every term in both languages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from dashboard.glossary import TERMS
from dashboard.pages import PageView


class GlossaryPage(PageView):
    """All terms with their meaning; for everybody who is signed in."""

    permission = None

    def get(self, request: HttpRequest) -> HttpResponse:
        """The list, in the order of the domain handbook."""
        return self.render("glossary/list.html", terms=TERMS.values())
