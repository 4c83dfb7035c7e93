"""Signal: too much of the exposure lies with one buyer, one group or one country."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from alerts.domain.findings import Finding, Subject
from alerts.domain.settings import RuleSetting
from alerts.domain.states import Rule, SubjectType

_SUBJECT_TYPES = {
    Rule.CONCENTRATION_BUYER: SubjectType.BUYER,
    Rule.CONCENTRATION_GROUP: SubjectType.GROUP,
    Rule.CONCENTRATION_COUNTRY: SubjectType.COUNTRY,
}


def find_concentration(
    *,
    key: str,
    name: str,
    amount: Decimal,
    total: Decimal,
    currency: str,
    setting: RuleSetting,
    unconverted: bool = False,
) -> Finding | None:
    """The subject's share of all exposure, if it reaches the rule's percentage.

    share = amount / total × 100. It fires at the percentage and ends ``margin`` points below it. Only open receivables
    are exposure here. ``unconverted`` says that some amounts had no usable rate and are in neither figure.
    Example: 250 of 1,000 is 25 %. Source: domain.md section 9, concentration.
    """
    if total <= 0:
        return None
    share = amount * 100 / total
    if share < setting.number("percent") - setting.number("margin"):
        return None
    subject_type = _SUBJECT_TYPES[setting.rule]
    return Finding(
        subject=Subject(setting.rule, subject_type, key),
        level=share.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP),
        severity=setting.severity,
        amount_base=amount,
        buyer_id=int(key) if subject_type is SubjectType.BUYER else None,
        group_id=int(key) if subject_type is SubjectType.GROUP else None,
        fires=share >= setting.number("percent"),
        evidence={
            "name": name,
            "share_percent": str(share.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)),
            "threshold_percent": str(setting.number("percent")),
            "exposure": str(amount),
            "total_exposure": str(total),
            "currency": currency,
            "is_incomplete": unconverted,
        },
    )
