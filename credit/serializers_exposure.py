"""Exposure as the REST API shows it; limits, cover and the group only with ``limits:read``."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from core.api.fields import AmountField, amount_text
from credit.domain.exposure import DEDUCTIONS, Exposure, Part
from credit.domain.limits import LimitInForce, LimitState
from credit.queries.exposure_report import ExposureReport, GroupReport, PartyReport
from invoices.serializers_aging import RateSerializer


class ComponentSerializer(serializers.Serializer[Any]):
    """One part in one currency; amounts are positive, deductions too."""

    part = serializers.ChoiceField([part.value for part in Part])
    is_deduction = serializers.BooleanField()
    currency = serializers.CharField()
    amount = AmountField()
    amount_base = serializers.CharField(allow_null=True, help_text="Null: there is no usable rate.")
    rows = serializers.IntegerField(help_text="Items behind it.")


class SumsSerializer(serializers.Serializer[Any]):
    """Sums in base currency."""

    gross = serializers.CharField()
    deductions = serializers.CharField()
    net = serializers.CharField(help_text="Gross − deductions, at least 0; all orders.")
    net_in_horizon = serializers.CharField(help_text="The same without what ships beyond the horizon.")


class LimitSerializer(serializers.Serializer[Any]):
    """The limit that counts on the day."""

    state = serializers.ChoiceField([state.value for state in LimitState])
    currency = serializers.CharField(allow_blank=True)
    amount = serializers.CharField()
    amount_base = serializers.CharField()
    valid_to = serializers.DateField(allow_null=True)
    is_temporary = serializers.BooleanField()


class InsuredSerializer(serializers.Serializer[Any]):
    """What cover does; deductible and first loss are not included."""

    covered = serializers.CharField()
    indemnity = serializers.CharField()
    uninsured = serializers.CharField()
    planned = serializers.CharField(help_text="Cover that open orders would have once shipped; not taken off.")


class MemberSerializer(SumsSerializer):
    """A member of the group."""

    buyer = serializers.CharField()


class GroupExposureSerializer(SumsSerializer):
    """The group against the limit that its members share."""

    code = serializers.CharField()
    limit = LimitSerializer()
    headroom = serializers.CharField()
    headroom_in_horizon = serializers.CharField()
    members = MemberSerializer(many=True)


class ExposureSerializer(SumsSerializer):
    """What could be lost with a buyer on a day."""

    buyer = serializers.CharField()
    as_of = serializers.DateField()
    known_at = serializers.DateTimeField(allow_null=True)
    base_currency = serializers.CharField()
    horizon_days = serializers.IntegerField()
    detail_level = serializers.ChoiceField(["full", "coarse"], help_text="coarse: without limits:read.")
    is_complete = serializers.BooleanField(help_text="False if an amount has no usable rate: it is in no sum then.")
    missing_rates = serializers.ListField(child=serializers.CharField())
    components = ComponentSerializer(many=True)
    limit = LimitSerializer(allow_null=True, help_text="Null if coarse.")
    headroom = serializers.CharField(allow_null=True, help_text="Limit − net; null if coarse.")
    headroom_in_horizon = serializers.CharField(allow_null=True, help_text="Null if coarse.")
    insured = InsuredSerializer(allow_null=True, help_text="Null if coarse.")
    group = GroupExposureSerializer(allow_null=True, help_text="Null without a group, or if coarse.")
    rates = RateSerializer(many=True)


def exposure_body(report: ExposureReport, *, sees_limits: bool) -> dict[str, Any]:
    """The report for the wire."""
    base, party = report.base_currency, report.party
    missing = party.missing_rates if sees_limits else party.exposure.missing_rates
    return {
        "buyer": report.buyer,
        "as_of": report.as_of,
        "known_at": report.known_at,
        "base_currency": base,
        "horizon_days": report.horizon_days,
        "detail_level": "full" if sees_limits else "coarse",
        "is_complete": not missing,
        "missing_rates": list(missing),
        "components": _components(party.exposure, base),
        **_sums(party.exposure, base),
        **(_confidential(report, base) if sees_limits else dict.fromkeys(_CONFIDENTIAL)),
        "rates": RateSerializer(report.rates, many=True).data,
    }


_CONFIDENTIAL = ("limit", "headroom", "headroom_in_horizon", "insured", "group")


def _confidential(report: ExposureReport, base: str) -> dict[str, Any]:
    insured = {name.removesuffix("_base"): amount_text(value, base) for name, value in asdict(report.insured).items()}
    group = _group(report.group, base) if report.group else None
    return {**_against(report.party, base), "insured": insured, "group": group}


def _group(group: GroupReport, base: str) -> dict[str, Any]:
    members = [{"buyer": member.code, **_sums(member.exposure, base)} for member in group.members]
    return {"code": group.code, **_sums(group.party.exposure, base), **_against(group.party, base), "members": members}


def _against(party: PartyReport, base: str) -> dict[str, Any]:
    return {
        "limit": _limit(party.limit, base),
        "headroom": amount_text(party.headroom, base),
        "headroom_in_horizon": amount_text(party.headroom_in_horizon, base),
    }


def _limit(limit: LimitInForce, base: str) -> dict[str, Any]:
    return {
        "state": limit.state.value,
        "currency": limit.currency,
        "amount": amount_text(limit.amount, limit.currency or base),
        "amount_base": amount_text(limit.amount_base, base),
        "valid_to": limit.valid_to,
        "is_temporary": limit.is_temporary,
    }


def _sums(exposure: Exposure, base: str) -> dict[str, str]:
    return {
        "gross": amount_text(exposure.gross, base),
        "deductions": amount_text(exposure.deductions, base),
        "net": amount_text(exposure.net, base),
        "net_in_horizon": amount_text(exposure.net_in_horizon, base),
    }


def _components(exposure: Exposure, base: str) -> list[dict[str, Any]]:
    return [
        {
            "part": component.part.value,
            "is_deduction": component.part in DEDUCTIONS,
            "currency": component.currency,
            "amount": amount_text(component.amount, component.currency),
            "amount_base": _base_text(component.amount_base, base),
            "rows": component.rows,
        }
        for component in exposure.components
    ]


def _base_text(amount: Decimal | None, base: str) -> str | None:
    return None if amount is None else amount_text(amount, base)
