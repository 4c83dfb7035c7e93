"""Query parameters of the buyers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from buyers.domain.facts import BuyerStatus
from buyers.queries.buyers import BuyerFilter
from core.api.comparing import day, word
from core.api.params import PageParams

STATUSES = [status.value for status in BuyerStatus]


class BuyerParams(PageParams):
    """Which buyers."""

    comparisons = {
        "code": word("code"),
        "country": word("country"),
        "currency": word("currency"),
        "trading_since": day("founded_on"),
    }

    q = serializers.CharField(
        required=False, max_length=100, help_text="Part of a code, name, Chinese name, alias, or a registration number."
    )
    country = serializers.RegexField(r"^[A-Z]{2}$", required=False, help_text="ISO 3166 alpha-2.")
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False, help_text="The buyer's home currency, ISO 4217.")
    group = serializers.CharField(required=False, max_length=60, help_text="Code of a group.")
    owner = serializers.CharField(required=False, max_length=150, help_text="Name with which the sales owner signs in.")
    status = serializers.ChoiceField(STATUSES, required=False)


def wanted_buyers(given: dict[str, Any]) -> BuyerFilter:
    """The query's filter out of checked parameters."""
    names = {"q": "text", "group": "group_code"}
    return BuyerFilter(**{names.get(name, name): given[name] for name in given if name not in ("cursor", "page_size")})
