"""Aging"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase

from dashboard.pages import PageView


class AgingPage(PageView):
    """``/``"""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Tiles, alerts, deadlines, charts."""
        return self.render("aging/aging.html")
