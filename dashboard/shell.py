"""Context processor: what the frame around every page needs, sign-in and error pages included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.domain.roles import Permission, is_granted
from dashboard.labels import ROLES, word_of

HTMX_CONFIG = (
    '{"includeIndicatorStyles":false,"allowEval":false,"selfRequestsOnly":true,"allowScriptTags":false,'
    '"historyCacheSize":0}'
)


@dataclass(frozen=True, slots=True)
class NavItem:
    """A place in the main navigation."""

    label: Any
    url: str
    is_current: bool


_PLACES = (
    ("dashboard:home", pgettext_lazy("navigation", "Home"), ("home", "figures", "uninsured")),
    ("dashboard:orders", _("Order desk"), ("orders", "order")),
    ("dashboard:holds", _("Holds"), ("holds", "hold")),
    ("dashboard:aging", _("Aging"), ("aging", "open_items", "invoice")),
    ("dashboard:buyers", _("Buyers"), ("buyers", "buyer", "group")),
    ("dashboard:limits", _("Limits"), ("limits", "limit", "instrument", "exposure", "check")),
    ("dashboard:alerts", _("Alerts"), ("alerts", "alert")),
    ("dashboard:imports", _("Imports"), ("imports", "import")),
    ("dashboard:runs", _("Runs"), ("runs", "run")),
    ("dashboard:audit", _("Audit"), ("audit",)),
    ("dashboard:administration", _("Administration"), ("administration",)),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Navigation by role, computed only if the template asks for it."""
    return {
        "navigation": SimpleLazyObject(lambda: list(_navigation(request))),
        "htmx_config": HTMX_CONFIG,
        "languages": settings.LANGUAGES,
        "finds_buyers": is_granted(getattr(getattr(request, "user", None), "role", ""), Permission.BUYER_READ),
        "user_role": SimpleLazyObject(lambda: word_of(ROLES, getattr(request.user, "role", ""))),
    }


def _navigation(request: HttpRequest) -> Iterator[NavItem]:
    role = getattr(getattr(request, "user", None), "role", "")
    match = request.resolver_match
    current = match.url_name or "" if match and match.namespace == "dashboard" else ""
    for name, label, prefixes in _PLACES:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        permission = getattr(getattr(resolve(url).func, "view_class", None), "permission", None)
        if permission is not None and is_granted(role, permission):
            yield NavItem(label, url, current.split("_")[0] in prefixes or current in prefixes)
