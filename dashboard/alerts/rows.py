"""An alert in words: what it is about, why it rang, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from alerts.domain.ledger import ENTRIES
from alerts.domain.states import SubjectType
from alerts.labels import proposed_action
from alerts.models import Alert
from alerts.queries.alerts import shown_evidence
from alerts.queries.then import Told, told_by
from dashboard import evidence
from dashboard.context import PageContext
from dashboard.formats import territory
from dashboard.labels import SUBJECTS


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert as people read it, of the day in the header."""

    subject: str
    url: str
    words: str
    action: str
    age: int
    told: Told
    facts: dict[str, Any]


def row_of(alert: Alert, page: PageContext, names: Mapping[str, str]) -> AlertRow:
    """The alert in words, ``names`` by buyer code; related parties outside the reader's scope are not named."""
    told = told_by(alert)
    facts = shown_evidence(told.evidence, rule=alert.rule, scope=page.scope)
    subject, url = _subject(alert)
    return AlertRow(
        subject=subject,
        url=url,
        words=evidence.words(alert.rule, facts, names),
        action=str(proposed_action(alert.rule)),
        age=((alert.closed_on or page.as_of) - alert.opened_on).days,
        told=told,
        facts=facts,
    )


def _subject(alert: Alert) -> tuple[str, str]:
    if alert.buyer is not None:
        return alert.buyer.name, reverse("dashboard:buyer", args=[alert.buyer.code])
    if alert.group is not None:
        return alert.group.name, reverse("dashboard:group", args=[alert.group.code])
    if alert.subject_type == SubjectType.COUNTRY:
        return territory(alert.subject_key), ""
    if alert.subject_key == ENTRIES:
        return str(SUBJECTS[SubjectType.LEDGER]), ""
    return f"{SUBJECTS[SubjectType(alert.subject_type)]} {alert.subject_key}", ""
