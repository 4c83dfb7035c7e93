"""The frame of limits and approvals: who sees which part, its tabs."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from core.domain.roles import Permission
from dashboard.pages import PageView, tabs_at

TABS = (
    ("limits", _("Limits"), Permission.LIMITS_READ),
    ("limit_requests", _("Requests"), Permission.BUYER_READ),
    ("limit_reviews", _("Review diary"), Permission.LIMITS_READ),
    ("limit_insured", _("Insured limits"), Permission.LIMITS_READ),
    ("limit_instruments", _("Securities and bills"), Permission.LIMITS_READ),
    ("limit_authority", _("Authority and substitutes"), Permission.LIMITS_READ),
    ("limit_terms", _("Terms by grade"), Permission.LIMITS_READ),
    ("check_rules", _("Check rules"), Permission.PORTFOLIO_READ),
)


class LimitsPage(PageView):
    """A page of limits; without ``limits:read`` only what one asked for oneself."""

    permission = Permission.LIMITS_READ
    tab = "limits"

    def render(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """The template with the tabs that the reader may open."""
        tabs = tabs_at(self.tab, [(name, label) for name, label, permission in TABS if self.page.may(permission)])
        may = {
            "request": self.page.may(Permission.LIMIT_REQUEST),
            "decide": self.page.may(Permission.LIMIT_DECIDE),
            "cover": self.page.may(Permission.COVER_WRITE),
            "authority": self.page.may(Permission.AUTHORITY_CHANGE),
            "limits": self.page.may(Permission.LIMITS_READ),
        }
        return super().render(template, status=status, tabs=tabs, may=may, **context)
