"""The head of the buyer page: who, where, which grade, who looks after them, what is owed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from alerts import labels as alert_words
from alerts.models import Alert
from alerts.queries.alerts import list_alerts, shown_evidence
from core.access.scope import Scope
from dashboard import evidence, labels
from dashboard.context import PageContext
from dashboard.open_items import items_url
from dashboard.queries.accounts import Account
from dashboard.queries.owed import Owed, list_owed, total_of
from dashboard.queries.scores import Standing, get_standing


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert in words."""

    alert: Alert
    rule: Any
    severity: labels.Label
    state: labels.Label
    words: str


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above every tab."""

    status: labels.Label
    owed: Owed
    standing: Standing | None
    alerts: list[AlertLine]
    rows_url: str
    overdue_url: str
    unconverted_url: str


def header_of(*, account: Account, page: PageContext) -> Header:
    """The head as of the page's date."""
    owed = list_owed(buyer_ids=[account.buyer.pk], as_of=page.as_of, base_currency=page.base_currency, scope=page.scope)
    return Header(
        status=labels.label_of(labels.BUYER_STATUS, account.buyer.status),
        owed=total_of(owed),
        standing=get_standing(buyer_id=account.buyer.pk, as_of=page.as_of),
        alerts=[line_of(alert, page.scope) for alert in list_alerts(page.scope, buyer_id=account.buyer.pk)[:10]],
        rows_url=items_url(buyer=account.buyer.code),
        overdue_url=items_url(buyer=account.buyer.code, overdue=1),
        unconverted_url=items_url(buyer=account.buyer.code, unconverted=1),
    )


def line_of(alert: Alert, scope: Scope) -> AlertLine:
    """An alert with its words and colours."""
    return AlertLine(
        alert=alert,
        rule=labels.word_of(alert_words.RULES, alert.rule),
        severity=labels.label_of(labels.SEVERITIES, alert.severity),  # type: ignore[arg-type]
        state=labels.label_of(labels.ALERT_STATES, alert.state),
        words=evidence.words(alert.rule, shown_evidence(alert.evidence, rule=alert.rule, scope=scope)),
    )
