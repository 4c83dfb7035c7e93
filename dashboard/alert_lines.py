"""Alerts as lines of a page: rule, colours, evidence in words with the names of the parties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from alerts import labels as alert_words
from alerts.domain.states import Rule
from alerts.models import Alert
from alerts.queries.alerts import shown_evidence
from buyers.models import Buyer
from core.access.scope import Scope
from dashboard import evidence, labels


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert in words."""

    alert: Alert
    rule: Any
    severity: labels.Label
    state: labels.Label
    words: str


def lines_of(alerts: Iterable[Alert], scope: Scope) -> list[AlertLine]:
    """All lines, with one question for all names."""
    rows = list(alerts)
    names = names_in(rows)
    return [line_of(alert, scope, names) for alert in rows]


def line_of(alert: Alert, scope: Scope, names: Mapping[str, str]) -> AlertLine:
    """An alert with its words and colours; ``names`` by buyer code."""
    shown = shown_evidence(alert.evidence, rule=alert.rule, scope=scope)
    return AlertLine(
        alert=alert,
        rule=labels.word_of(alert_words.RULES, alert.rule),
        severity=labels.label_of(labels.SEVERITIES, alert.severity),
        state=labels.label_of(labels.ALERT_STATES, alert.state),
        words=evidence.words(alert.rule, shown, names),
    )


def without_milder(alerts: Iterable[Alert]) -> list[Alert]:
    """Who is overdue by more than 30 days is so by more than 15: the milder rule says nothing more."""
    rows = list(alerts)
    severe = {alert.subject_key for alert in rows if alert.rule == Rule.OVERDUE_30}
    return [alert for alert in rows if alert.rule != Rule.OVERDUE_15 or alert.subject_key not in severe]


def names_in(alerts: Iterable[Alert]) -> dict[str, str]:
    """Names of the buyers that the evidence of the alerts mentions by code."""
    codes = {str(row["buyer"]) for alert in alerts for row in alert.evidence.get("rows", []) if "buyer" in row}
    return dict(Buyer.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}
