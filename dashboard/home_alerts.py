"""The morning's alerts: the worst subjects first, each once, with all that rings about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q

from alerts import labels as alert_words
from alerts.models import Alert
from alerts.queries.alerts import list_alerts, list_alerts_as_of
from buyers.models import BuyerGroup
from dashboard import labels
from dashboard.alert_lines import AlertLine, line_of, names_in, without_milder
from dashboard.context import PageContext

READ = 80
SHOWN = 7
NEW_DAYS = 7


@dataclass(frozen=True, slots=True)
class Ringing:
    """A subject with its worst alert in words and the other rules that ring about it.

    Related parties ring together: ``group`` is then their group and ``parties`` how many of them ring.
    """

    worst: AlertLine
    other_rules: list[Any]
    group: BuyerGroup | None
    parties: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Worklist:
    """The worst subjects, how many alerts are live in all, and how many nobody looks after."""

    subjects: list[Ringing]
    live: int
    unassigned: int


def worklist_of(*, page: PageContext) -> Worklist:
    """Live alerts of the latest date; for a past date those that were live then."""
    rows = list_alerts(page.scope) if page.is_latest else list_alerts_as_of(page.as_of, page.scope)
    by_subject: dict[tuple[str, object], list[Alert]] = {}
    for alert in rows.select_related("buyer__group", "group", "assignee")[:READ]:
        by_subject.setdefault(_subject(alert), []).append(alert)
    shown = list(by_subject.values())[:SHOWN]
    names = names_in(alert for alerts in shown for alert in alerts)
    counts = rows.order_by().aggregate(live=Count("pk"), unassigned=Count("pk", filter=Q(assignee=None)))
    return Worklist(
        subjects=[_ringing(alerts, page, names) for alerts in shown],
        live=counts["live"],
        unassigned=counts["unassigned"] if page.is_latest else 0,
    )


def _subject(alert: Alert) -> tuple[str, object]:
    """Alerts of one group belong together, those on its companies included."""
    group_id = alert.group_id or (alert.buyer.group_id if alert.buyer else None)
    return ("group", group_id) if group_id else (alert.subject_type, alert.subject_key)


def _ringing(every: list[Alert], page: PageContext, names: Mapping[str, str]) -> Ringing:
    alerts = without_milder(every)
    worst = line_of(alerts[0], page.scope, names)
    parties = {alert.buyer_id for alert in alerts if alert.buyer_id}
    group = alerts[0].group or (alerts[0].buyer.group if alerts[0].buyer else None)
    rules = dict.fromkeys(alert.rule for alert in alerts if alert.rule != alerts[0].rule)
    since = page.as_of - timedelta(days=NEW_DAYS)
    return Ringing(
        worst=worst,
        other_rules=[labels.word_of(alert_words.RULES, rule) for rule in rules],
        group=group if len(parties) > 1 else None,
        parties=len(parties),
        is_new=any(alert.opened_on > since for alert in alerts),
    )
