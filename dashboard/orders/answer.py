"""A stored answer of the order check as a page shows it; what a reader may not see is not in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import ngettext

from buyers.models import Buyer
from core.house import base_currency
from credit.domain.coarse import coarse_options, coarse_rules
from credit.domain.kinds import Result
from credit.models import OrderCheck
from dashboard import check_words as words
from dashboard.credit_labels import CHECKPOINTS, OUTCOMES
from dashboard.exposure_bar import ExposureBar
from dashboard.labels import Label, word_of
from dashboard.orders.answer_bar import answer_bar, facts_of
from dashboard.orders.options import option_words
from dashboard.orders.rule_lines import RuleLine, rule_lines, terms_words
from invoices.models import Order


@dataclass(frozen=True, slots=True)
class AnswerView:
    """The outcome, why, every rule, what would release the order, and the exposure where it may be seen."""

    check_id: int
    recorded_at: datetime
    buyer: Buyer
    order: Order | None
    is_dry_run: bool
    is_stopped: bool
    currency: str
    amount: Decimal
    terms: str
    checkpoint: Any
    actor: str
    cause: Any
    outcome: Label
    decided_by: Any
    decided_why: Any
    rules: list[RuleLine]
    counted: str
    options: list[str]
    bar: ExposureBar | None
    insured_note: str
    facts: list[tuple[Any, Any]]
    base_currency: str


def answer_of(check: OrderCheck, *, sees_limits: bool) -> AnswerView:
    """The answer in words; without ``limits:read`` no limit, exposure or cover in figures."""
    base = str(check.exposure.get("base_currency") or base_currency())
    rules = rule_lines(check.rules if sees_limits else coarse_rules(check.rules), currency=base)
    deciding = next((rule for rule in rules if rule.code == check.decided_by), None)
    bar, note = answer_bar(check, base) if sees_limits else (None, "")
    options = check.options if sees_limits else coarse_options(check.options)
    return AnswerView(
        check_id=check.pk,
        recorded_at=check.recorded_at,
        buyer=check.buyer,
        order=check.order,
        is_dry_run=check.is_dry_run,
        is_stopped=check.outcome == Result.STOP,
        currency=check.currency,
        amount=check.amount,
        terms=_terms(check.asked),
        checkpoint=CHECKPOINTS[check.checkpoint],
        actor=str(check.actor or check.actor_label),
        cause=word_of(words.CHECK_CAUSES, check.cause),
        outcome=OUTCOMES[Result(check.outcome)],
        decided_by=deciding.name if deciding else "",
        decided_why=deciding.cause if deciding else "",
        rules=rules,
        counted=_counted(check.rules),
        options=option_words(options, currency=base, is_coarse=not sees_limits),
        bar=bar,
        insured_note=note,
        facts=facts_of(check) if sees_limits else [],
        base_currency=base,
    )


def _terms(asked: Mapping[str, Any]) -> str:
    deposit = Decimal(str(asked.get("deposit_percent") or 0))
    return terms_words(str(asked.get("terms", "")), int(asked.get("terms_days") or 0), deposit)


def _counted(rules: list[Mapping[str, Any]]) -> str:
    stops = sum(rule["result"] == Result.STOP for rule in rules)
    warns = sum(rule["result"] == Result.WARN for rule in rules)
    parts = [ngettext("%(count)s rule", "%(count)s rules", len(rules)) % {"count": len(rules)}]
    if stops:
        parts.append(ngettext("%(count)s stops", "%(count)s stop", stops) % {"count": stops})
    if warns:
        parts.append(ngettext("%(count)s warns", "%(count)s warn", warns) % {"count": warns})
    return ", ".join(parts)
