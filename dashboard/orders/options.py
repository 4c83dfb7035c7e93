"""What would release an order, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from dashboard.check_words import COARSE_OPTIONS, OPTIONS
from dashboard.labels import word_of
from dashboard.orders.rule_lines import money_words


def option_words(options: Iterable[Mapping[str, Any]], *, currency: str, is_coarse: bool = False) -> list[str]:
    """One sentence for each option; ``is_coarse``: they come out of :mod:`credit.domain.coarse`."""
    return [_sentence(option, currency, is_coarse=is_coarse) for option in options]


def _sentence(option: Mapping[str, Any], currency: str, *, is_coarse: bool) -> str:
    code, given = str(option["code"]), dict(option.get("params") or {})
    shown = {name: _shown(name, value, currency) for name, value in given.items()}
    if is_coarse:
        return str(word_of(COARSE_OPTIONS, code)) % shown
    return str(word_of(OPTIONS, _kind(code, given))) % shown


def _kind(code: str, given: Mapping[str, Any]) -> str:
    if code == "pay_now" and Decimal(str(given.get("overdue_base") or 0)) > 0:
        return "pay_overdue"
    if code == "temporary_limit" and "group_limit_base" in given:
        return "temporary_limits" if "limit_base" in given else "temporary_group_limit"
    return code


def _shown(name: str, value: Any, currency: str) -> str:
    if name.endswith("_base"):
        return money_words(value, currency)
    return f"{Decimal(str(value)).normalize():f}" if name == "percent" else str(value)
