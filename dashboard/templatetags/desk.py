"""Template tags of the work pages: moments, spans of time, form rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.audit_words import AUDIT_ACTIONS, AUDIT_DATA
from dashboard.formats import NOT_AVAILABLE, money

register = template.Library()

SYSTEM = "system"


@register.filter
def moment(value: datetime | None) -> str:
    """A moment in the firm's time zone, to the minute. Example: ``2026-11-22 09:05``."""
    return NOT_AVAILABLE if value is None else timezone.localtime(value).strftime("%Y-%m-%d %H:%M")


@register.filter
def seconds(value: float | None) -> str:
    """A span of time. Examples: ``0.4 s``, ``12 s``, ``3 min 05 s``, ``1 h 02 min``."""
    if value is None:
        return NOT_AVAILABLE
    if value < 60:
        return _("%(seconds)s s") % {"seconds": f"{value:.1f}" if value < 10 else f"{value:.0f}"}
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": f"{minutes:02d}"}
    return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": f"{rest:02d}"}


@register.filter
def days_old(value: int | None) -> str:
    """An age in days, in words."""
    if value is None:
        return NOT_AVAILABLE
    return _("today") if value <= 0 else ngettext("%(days)s day", "%(days)s days", value) % {"days": f"{value:,}"}


@register.simple_tag
def action(code: str) -> str:
    """An audited action in words; one without words shows its code."""
    return str(AUDIT_ACTIONS.get(code, code))


@register.simple_tag
def who(label: str) -> str:
    """Who did it; what nobody did by hand was the system."""
    return _("the system") if label == SYSTEM else label


@register.simple_tag
def told(data: Mapping[str, Any] | None) -> SafeString:
    """What an audit event records, its names in words."""
    return pairs({AUDIT_DATA.get(name, name): value for name, value in (data or {}).items()})


@register.simple_tag
def sums(by_currency: Mapping[str, str] | None) -> SafeString:
    """Amounts by currency, thousands grouped."""
    return pairs({code: money(Decimal(amount), code) for code, amount in (by_currency or {}).items()})


@register.simple_tag
def pairs(data: Mapping[Any, Any] | None) -> SafeString:
    """A flat mapping as a small list of names and values."""
    rows = [
        (str(name).replace("_", " "), _plain(value)) for name, value in (data or {}).items() if value not in (None, "")
    ]
    return format_html('<span class="pairs">{}</span>', format_html_join(" · ", "{}: <b>{}</b>", rows))


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {part}" for name, part in value.items())
    return str(value)
