"""Advancing the state of all alerts, one date at a time; part of the nightly close."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Count

from alerts.domain.episodes import Episode, Step, next_step
from alerts.domain.findings import Subject
from alerts.domain.settings import RuleSetting
from alerts.domain.states import LIVE_STATES, AlertState, EventAction, Note, Rule, SubjectType
from alerts.models import Alert, AlertClock, AlertEvent
from alerts.queries.settings import current_settings
from alerts.queries.signals.collect import Close, Signals, find_signals
from alerts.services.apply import Change, apply_changes
from core.services import audit

# After a longer pause only the latest dates are run: what came and went before them rings no more.
LONGEST_CATCH_UP = timedelta(days=31)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Advanced:
    """The dates a close ran, the days it passed over, and what happened to alerts on them."""

    dates: tuple[date, ...]
    skipped_days: int
    counts: Mapping[str, int]


def advance(close: Close, *, run_id: int | None) -> Advanced:
    """Run every date from the last one to ``as_of``, each in a transaction of its own; safe to kill and run again.

    The first close ever runs its own date only. A close for an earlier date than the last one changes no alert; for
    the same date it brings the alerts up to what the ledger now says.
    """
    dates, skipped = _dates_due(close.as_of)
    for day in dates:
        _advance_one(close if day == close.as_of else close.on_missed(day), run_id=run_id)
    counts = count_events(run_id) if run_id is not None else {}
    return Advanced(dates=tuple(dates), skipped_days=skipped, counts=counts)


def count_events(run_id: int) -> dict[str, int]:
    """What a run did to alerts, by action; attempts that were killed half-way included."""
    machine = (EventAction.OPENED, EventAction.WORSENED, EventAction.REOPENED, EventAction.RETURNED, EventAction.CLOSED)
    rows = AlertEvent.objects.filter(run_id=run_id).values("action").annotate(n=Count("pk")).order_by()
    found = {row["action"]: row["n"] for row in rows}
    return {action.value: found.get(action.value, 0) for action in machine}


def _dates_due(as_of: date) -> tuple[list[date], int]:
    last = AlertClock.objects.values_list("advanced_to", flat=True).first()
    if last is None or as_of == last:
        return [as_of], 0
    if as_of < last:
        return [], 0
    first = max(last + _ONE_DAY, as_of - LONGEST_CATCH_UP + _ONE_DAY)
    days = [first + timedelta(days=n) for n in range((as_of - first).days + 1)]
    return days, (first - last).days - 1


@transaction.atomic
def _advance_one(close: Close, *, run_id: int | None) -> None:
    day = close.as_of
    AlertClock.objects.bulk_create([AlertClock(id=1)], ignore_conflicts=True)
    clock = AlertClock.objects.select_for_update().get()
    if clock.advanced_to is not None and day < clock.advanced_to:
        return  # another close has come further meanwhile
    settings = current_settings(known_at=close.known_at)
    changes = list(_changes(find_signals(close, settings), settings, day))
    apply_changes(changes, as_of=day, run_id=run_id)
    clock.first_date = clock.first_date or day
    clock.advanced_to = day
    clock.save(update_fields=["first_date", "advanced_to"])
    data = {"run": run_id, "known_at": close.known_at.isoformat()}
    audit.record(actor=None, action="alerts.advanced", subject_type="date", subject_id=day, data=data)


def _changes(signals: Signals, settings: Mapping[Rule, RuleSetting], day: date) -> Iterator[Change]:
    live = _live_alerts(signals.evaluated)
    for subject, finding in signals.findings.items():
        alert_id, episode = live.pop(subject, (None, None))
        step = next_step(live=episode, finding=finding, setting=settings[subject.rule], as_of=day)
        if step is not Step.NOTHING:
            yield Change(step, finding, alert_id)
    for subject, (alert_id, _) in live.items():
        note = Note.CAUSE_ENDED if settings[subject.rule].is_enabled else Note.RULE_OFF
        yield Change(Step.CLOSE, alert_id=alert_id, note=note)


def _live_alerts(rules: frozenset[Rule]) -> dict[Subject, tuple[int, Episode]]:
    """Live alerts of the rules, locked until the date is done: people's actions wait for it."""
    rows = Alert.objects.select_for_update().filter(state__in=LIVE_STATES, rule__in=rules).order_by("pk")
    columns = ("pk", "rule", "subject_type", "subject_key")
    figures = ("state", "announced_level", "announced_amount", "snoozed_until")
    return {
        Subject(Rule(rule), SubjectType(kind), key): (pk, Episode(AlertState(state), level, amount, until))
        for pk, rule, kind, key, state, level, amount, until in rows.values_list(*columns, *figures).iterator()
    }
