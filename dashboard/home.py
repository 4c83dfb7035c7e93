"""Home: what must I do today?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase

from dashboard.pages import PageView


class HomePage(PageView):
    """``/``"""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Tiles, alerts, deadlines, charts."""
        return self.render("home/home.html")
