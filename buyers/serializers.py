"""Buyers as the REST API shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from buyers.filters import STATUSES
from buyers.models import Buyer
from buyers.queries.names import BuyerNames


class GroupSerializer(serializers.Serializer[Any]):
    """The group of related parties that a buyer belongs to."""

    code = serializers.CharField()
    name = serializers.CharField()


class BuyerSerializer(serializers.Serializer[Buyer]):
    """A legal entity we sell to. The code is text: leading zeros matter."""

    code = serializers.CharField()
    name = serializers.CharField()
    name_zh = serializers.CharField(help_text="Chinese name; empty if none.")
    country = serializers.CharField(help_text="ISO 3166 alpha-2; empty if unknown.")
    currency = serializers.CharField(help_text="Home currency, ISO 4217; empty if unknown.")
    status = serializers.ChoiceField(STATUSES)
    owner = serializers.CharField(source="sales_owner.username", default=None, allow_null=True)
    group = GroupSerializer(allow_null=True)
    trading_since = serializers.DateField(source="founded_on", allow_null=True)
    website = serializers.CharField()


class SourceCodeSerializer(serializers.Serializer[Any]):
    """What a source system calls the buyer."""

    source = serializers.CharField()  # type: ignore[assignment]
    external_id = serializers.CharField()


class RegistrationSerializer(serializers.Serializer[Any]):
    """A registration number."""

    kind = serializers.CharField(help_text="E.g. uscc, vat, lei.")
    number = serializers.CharField()


class BuyerDetailSerializer(BuyerSerializer):
    """A buyer with everything it is called by; records merged into it are included."""

    codes = serializers.SerializerMethodField()
    aliases = serializers.SerializerMethodField(help_text="Other spellings, as seen.")
    registrations = serializers.SerializerMethodField()
    merged_codes = serializers.SerializerMethodField(help_text="Codes of records merged into it.")

    @extend_schema_field(SourceCodeSerializer(many=True))
    def get_codes(self, buyer: Buyer) -> Any:
        """By source."""
        return SourceCodeSerializer(self._names.codes, many=True).data

    def get_aliases(self, buyer: Buyer) -> list[str]:
        """In the order of the alphabet."""
        return self._names.aliases

    @extend_schema_field(RegistrationSerializer(many=True))
    def get_registrations(self, buyer: Buyer) -> Any:
        """By kind."""
        return RegistrationSerializer(self._names.registrations, many=True).data

    def get_merged_codes(self, buyer: Buyer) -> list[str]:
        """As their sources wrote them."""
        return self._names.merged_codes

    @property
    def _names(self) -> BuyerNames:
        names: BuyerNames = self.context["names"]
        return names
