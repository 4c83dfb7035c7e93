"""What is told of alerts that opened, rang again or closed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from alerts.domain.states import EventAction
from alerts.models import Alert
from alerts.queries.alerts import PORTFOLIO_RULES
from core.domain.outbox import MessageKind
from core.house import base_currency
from core.services.outbox.figures import amount_text
from core.services.outbox.publishing import Notice, publish_all

KIND_OF = {
    EventAction.OPENED: MessageKind.ALERT_OPENED,
    EventAction.RETURNED: MessageKind.ALERT_OPENED,
    EventAction.WORSENED: MessageKind.ALERT_ESCALATED,
    EventAction.REOPENED: MessageKind.ALERT_ESCALATED,
    EventAction.CLOSED: MessageKind.ALERT_CLOSED,
}


def alerts_changed(events: Sequence[tuple[int, str]]) -> None:
    """Tell of ``(alert id, action)`` pairs; the caller has just written them."""
    known = [(pk, EventAction(action)) for pk, action in events]
    publish_all({KIND_OF[action] for _, action in known}, lambda: _notices(known))


def _notices(events: Iterable[tuple[int, EventAction]]) -> Iterator[Notice]:
    pairs = list(events)
    alerts = Alert.objects.select_related("buyer", "group").in_bulk([pk for pk, _ in pairs])
    return (_notice(alerts[pk], action) for pk, action in pairs)


def _notice(alert: Alert, action: EventAction) -> Notice:
    currency = base_currency()
    data = {
        "alert_id": alert.pk,
        "rule": alert.rule,
        "event": action.value,
        "severity": alert.severity,
        "state": alert.state,
        "about": alert.subject_type,
        "buyer": alert.buyer.code if alert.buyer else None,
        "buyer_name": alert.buyer.name if alert.buyer else None,
        "group": alert.group.code if alert.group else None,
        "amount": amount_text(alert.amount_base, currency),
        "currency": currency,
        "as_of": (alert.closed_on or alert.last_seen_on).isoformat(),
    }
    is_sales_business = alert.buyer is not None and alert.rule not in PORTFOLIO_RULES
    return Notice(
        kind=KIND_OF[action],
        subject=f"alert:{alert.pk}",
        data=data,
        sales_owner_id=alert.buyer.sales_owner_id if alert.buyer and is_sales_business else None,
        path=f"/alerts/{alert.pk}/",
    )
