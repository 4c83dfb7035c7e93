"""A hold in words: which order, and why."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from credit.models import Hold
from dashboard.check_words import RULES
from dashboard.labels import word_of


def order_name(hold: Hold) -> str:
    """The order's number; a hold of the whole buyer has none."""
    return hold.order.external_id if hold.order else _("all orders")


def reason_words(hold: Hold) -> str:
    """Every reason in words."""
    said = [str(word_of(RULES, _code(reason))) for reason in hold.reasons]
    return ", ".join([*said, hold.note] if hold.note else said)


def _code(reason: Any) -> str:
    return str(reason.get("rule", "")) if isinstance(reason, dict) else str(reason)
