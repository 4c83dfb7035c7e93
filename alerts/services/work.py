"""People at work on alerts: acknowledge, assign, snooze, reopen. Each is checked against the version they looked at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from alerts.domain.states import LIVE_STATES, AlertState, EventAction
from alerts.models import Alert, AlertEvent
from alerts.queries.alerts import get_alert
from core.access.scope import Scope
from core.domain.roles import Permission, is_granted
from core.errors import Conflict, DomainError, InvalidTransition
from core.models import User
from core.services import audit
from core.words import Sentence
from core.words import sentence as _

LONGEST_SNOOZE = timedelta(days=365)


@transaction.atomic
def acknowledge(*, alert_id: int, version: int, actor: User, scope: Scope, today: date, note: str = "") -> Alert:
    """Say that somebody has seen it and is on it; it rings again only when it gets worse."""
    alert = _locked(alert_id, version, scope, (AlertState.OPEN, AlertState.SNOOZED))
    changes = {"state": AlertState.ACKNOWLEDGED, "snoozed_until": None, "snooze_reason": ""}
    return _change(alert, EventAction.ACKNOWLEDGED, actor, today, note, changes)


@transaction.atomic
def assign(*, alert_id: int, version: int, actor: User, scope: Scope, today: date, assignee_id: int | None) -> Alert:
    """Give the alert to a person whose role works on alerts, or to nobody."""
    alert = _locked(alert_id, version, scope, LIVE_STATES)
    assignee = None if assignee_id is None else _worker(assignee_id)
    data = {"assignee": assignee.username if assignee else None}
    return _change(alert, EventAction.ASSIGNED, actor, today, "", {"assignee": assignee}, data)


@transaction.atomic
def snooze(*, alert_id: int, version: int, actor: User, scope: Scope, today: date, until: date, reason: str) -> Alert:
    """Put the alert aside until a date, with a reason; it returns on that date, or before if it gets worse."""
    alert = _locked(alert_id, version, scope, LIVE_STATES)
    if not today < until <= today + LONGEST_SNOOZE:
        latest = today + LONGEST_SNOOZE
        raise _invalid(
            "until",
            until.isoformat(),
            _("Choose a date after %(today)s and not after %(latest)s.", today=today, latest=latest),
        )
    if not reason.strip():
        raise _invalid("reason", reason, _("Say why the alert may wait."))
    changes = {"state": AlertState.SNOOZED, "snoozed_until": until, "snooze_reason": reason.strip()}
    data = {"until": until.isoformat()}
    return _change(alert, EventAction.SNOOZED, actor, today, reason.strip(), changes, data)


@transaction.atomic
def reopen(*, alert_id: int, version: int, actor: User, scope: Scope, today: date, note: str = "") -> Alert:
    """Put an acknowledged or snoozed alert back among the open ones."""
    alert = _locked(alert_id, version, scope, (AlertState.ACKNOWLEDGED, AlertState.SNOOZED))
    changes = {"state": AlertState.OPEN, "snoozed_until": None, "snooze_reason": ""}
    return _change(alert, EventAction.REOPENED, actor, today, note, changes)


def _locked(alert_id: int, version: int, scope: Scope, allowed: tuple[AlertState, ...]) -> Alert:
    get_alert(alert_id, scope)
    alert = Alert.objects.select_for_update().get(pk=alert_id)
    if alert.version != version:
        raise Conflict("alert_changed", _("The alert has changed since you looked; look again."), {"alert": alert_id})
    if alert.state not in allowed:
        raise InvalidTransition(current=alert.state, allowed=tuple(allowed))
    return alert


def _change(
    alert: Alert,
    action: EventAction,
    actor: User,
    today: date,
    note: str,
    changes: Mapping[str, Any],
    data: Mapping[str, Any] | None = None,
) -> Alert:
    for name, value in changes.items():
        setattr(alert, name, value)
    alert.version += 1
    alert.save(update_fields=[*changes, "version"])
    AlertEvent.objects.create(
        alert=alert, action=action, state=alert.state, as_of=today, actor=actor, note=note[:300], data=dict(data or {})
    )
    audit.record(
        actor=actor,
        action=f"alerts.alert.{action}",
        subject_type="alert",
        subject_id=alert.pk,
        data={"note": note, **(data or {})},
    )
    return alert


def _worker(user_id: int) -> User:
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not is_granted(user.role, Permission.ALERT_WORK):
        raise _invalid("assignee", user_id, _("Choose an active person whose role works on alerts."))
    return user


def _invalid(field: str, value: object, hint: Sentence) -> DomainError:
    return DomainError("alert_input_invalid", hint, {"field": field, "value": value})
