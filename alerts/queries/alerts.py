"""Reading alerts: who may see which, as of today or a past date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from alerts.domain.states import LIVE_STATES, AlertState, Rule
from alerts.models import Alert, AlertClock, AlertEvent
from core.access.scope import Scope
from core.errors import NotFound
from core.words import sentence as _

# Severity, then money, then age; rule and subject keep the order of equals the same on every day and machine.
WORST_FIRST = ("-severity", F("amount_base").desc(nulls_last=True), "opened_on", "rule", "subject_key", "pk")
# Their evidence tells the whole portfolio's figures: not for who sees some buyers only.
PORTFOLIO_RULES = (
    Rule.CONCENTRATION_BUYER,
    Rule.CONCENTRATION_GROUP,
    Rule.CONCENTRATION_COUNTRY,
    Rule.LEDGER_MISMATCH,
)


def visible_alerts(scope: Scope) -> QuerySet[Alert]:
    """Alerts that the actor may see; everything else starts from here."""
    alerts = Alert.objects.select_related("buyer", "group", "assignee")
    if scope.is_everything:
        return alerts
    return alerts.filter(buyer__sales_owner_id=scope.sales_owner_id).exclude(rule__in=PORTFOLIO_RULES)


def list_alerts(
    scope: Scope,
    *,
    states: Iterable[str] = LIVE_STATES,
    rules: Iterable[str] = (),
    buyer_id: int | None = None,
    group_id: int | None = None,
    assignee_id: int | None = None,
) -> QuerySet[Alert]:
    """Alerts as they stand now, worst first: severity, then money, then age."""
    alerts = visible_alerts(scope).filter(state__in=list(states))
    if rules:
        alerts = alerts.filter(rule__in=list(rules))
    if buyer_id is not None:
        alerts = alerts.filter(buyer_id=buyer_id)
    if group_id is not None:
        alerts = alerts.filter(Q(group_id=group_id) | Q(buyer__group_id=group_id))
    if assignee_id is not None:
        alerts = alerts.filter(assignee_id=assignee_id)
    return alerts.order_by(*WORST_FIRST)


def list_alerts_as_of(as_of: date, scope: Scope) -> QuerySet[Alert]:
    """Alerts that were live on a date, each with ``state_then`` and ``evidence_then`` as its history tells them."""
    events = AlertEvent.objects.filter(alert=OuterRef("pk"), as_of__lte=as_of).order_by("-occurred_at", "-pk")
    rung = events.filter(actor=None)  # what the machine says carries the figures
    return (
        visible_alerts(scope)
        .filter(Q(closed_on=None) | Q(closed_on__gt=as_of), opened_on__lte=as_of)
        .annotate(state_then=Subquery(events.values("state")[:1]), evidence_then=Subquery(rung.values("data")[:1]))
        .order_by(*WORST_FIRST)
    )


def get_alert(alert_id: int, scope: Scope) -> Alert:
    """One alert; raises :class:`NotFound` if there is none or the actor may not see it."""
    alert = visible_alerts(scope).filter(pk=alert_id).first()
    if alert is None:
        raise NotFound(
            "alert_unknown",
            _("There is no alert %(alert_id)s.", alert_id=alert_id),
            {"field": "alert", "value": alert_id},
        )
    return alert


def alert_history(alert: Alert) -> QuerySet[AlertEvent]:
    """All that happened to an alert, oldest first; ask :func:`get_alert` for the alert."""
    return AlertEvent.objects.filter(alert=alert).select_related("actor").order_by("occurred_at", "pk")


def count_live(scope: Scope) -> dict[str, int]:
    """Live alerts by rule, and ``total``."""
    rows = visible_alerts(scope).filter(state__in=LIVE_STATES).values("rule").annotate(n=Count("pk")).order_by()
    counts = {row["rule"]: row["n"] for row in rows}
    return {**counts, "total": sum(counts.values())}


def rule_record(scope: Scope, *, since: date) -> list[dict[str, Any]]:
    """Per rule since a date: opened, still live, closed by themselves, and how many somebody worked on."""
    worked = Q(state=AlertState.ACKNOWLEDGED) | Q(history__action__in=["acknowledged", "snoozed", "assigned"])
    rows = (
        visible_alerts(scope)
        .filter(opened_on__gte=since)
        .values("rule")
        .annotate(
            opened=Count("pk", distinct=True),
            live=Count("pk", distinct=True, filter=Q(closed_on=None)),
            closed=Count("pk", distinct=True, filter=Q(closed_on__isnull=False)),
            worked_on=Count("pk", distinct=True, filter=worked),
        )
        .order_by("rule")
    )
    return [dict(row) for row in rows]


def advanced_to() -> date | None:
    """The date up to which alerts have been advanced; None before the first close."""
    return AlertClock.objects.values_list("advanced_to", flat=True).first()


def shown_evidence(evidence: Mapping[str, Any], *, rule: str, scope: Scope) -> dict[str, Any]:
    """Evidence as the actor may see it: related parties outside the scope are counted, not named."""
    if scope.is_everything or rule != Rule.RELATED_PARTY_LATE:
        return dict(evidence)
    rows = [row for row in evidence.get("rows", []) if row.get("sales_owner_id") == scope.sales_owner_id]
    return {**evidence, "rows": rows, "hidden_parties": len(evidence.get("rows", [])) - len(rows)}
