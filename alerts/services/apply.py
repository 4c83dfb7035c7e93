"""Writing what a date did to the alerts: set-based, in the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from alerts.domain.episodes import Step
from alerts.domain.findings import Finding
from alerts.domain.states import AlertState, EventAction, Note
from alerts.services.messages import alerts_changed
from core.copying import copy_rows


@dataclass(frozen=True, slots=True)
class Change:
    """One step of one subject: a finding for all but ``CLOSE``, an alert for all but ``OPEN``."""

    step: Step
    finding: Finding | None = None
    alert_id: int | None = None
    note: str = ""


_ACTIONS = {
    Step.OPEN: (EventAction.OPENED, ""),
    Step.WORSEN: (EventAction.WORSENED, Note.WORSE),
    Step.REOPEN: (EventAction.REOPENED, Note.WORSE),
    Step.RETURN: (EventAction.RETURNED, Note.SNOOZE_ENDED),
    Step.CLOSE: (EventAction.CLOSED, Note.CAUSE_ENDED),
}
_COLUMNS = (
    "step",
    "action",
    "note",
    "alert_id",
    "rule",
    "subject_type",
    "subject_key",
    "buyer_id",
    "group_id",
    "severity",
    "level",
    "amount_base",
    "evidence",
)


def apply_changes(changes: Sequence[Change], *, as_of: date, run_id: int | None) -> None:
    """Open, keep, announce again and close alerts, each with its event; the caller holds the locks."""
    params = {"as_of": as_of, "run_id": run_id, "open": AlertState.OPEN, "closed": AlertState.CLOSED}
    with connection.cursor() as cursor:
        cursor.execute(_STAGE_SQL)
        copy_rows(cursor, "alert_step", _COLUMNS, _rows(changes))
        cursor.execute("ANALYZE alert_step")
        told: list[tuple[int, str]] = []
        for statement in (_OPEN_SQL, _KEEP_SQL, _CLOSE_SQL, _EVENTS_SQL, "DROP TABLE alert_step"):
            cursor.execute(statement, params)
            told += cursor.fetchall() if statement in (_OPEN_SQL, _EVENTS_SQL) else []
    alerts_changed(told)


def _rows(changes: Sequence[Change]) -> Iterator[tuple[Any, ...]]:
    for change in changes:
        action, note = _ACTIONS.get(change.step, ("", ""))
        yield (change.step.value, str(action), str(change.note or note), change.alert_id, *_figures(change.finding))


def _figures(finding: Finding | None) -> tuple[Any, ...]:
    if finding is None:
        return (None,) * 9
    rule, subject_type, key = finding.subject
    evidence = json.dumps(finding.evidence, ensure_ascii=False)
    ids = (finding.buyer_id, finding.group_id)
    return (rule.value, subject_type.value, key, *ids, finding.severity, finding.level, finding.amount_base, evidence)


_STAGE_SQL = """
CREATE TEMP TABLE alert_step (
    step text, action text, note text, alert_id bigint, rule text, subject_type text, subject_key text,
    buyer_id bigint, group_id bigint, severity smallint, level numeric(20, 4), amount_base numeric(20, 4),
    evidence jsonb
) ON COMMIT DROP
"""

# The former episodes are joined, not looked up row by row: on a table whose growth the planner has not seen yet that
# would read all rows inserted so far for each new one.
_OPEN_SQL = """
WITH opened AS (
    INSERT INTO alerts_alert (
        rule, subject_type, subject_key, episode, buyer_id, group_id, state, severity, level, announced_level,
        amount_base, announced_amount, evidence, opened_on, last_seen_on, close_note, snooze_reason, version,
        created_at)
    SELECT s.rule, s.subject_type, s.subject_key, 1 + coalesce(former.episode, 0),
           s.buyer_id, s.group_id, %(open)s, s.severity, s.level, s.level,
           s.amount_base, s.amount_base, s.evidence, %(as_of)s, %(as_of)s, '', '', 1, now()
    FROM alert_step s LEFT JOIN (
        SELECT rule, subject_type, subject_key, max(episode) AS episode FROM alerts_alert GROUP BY 1, 2, 3
    ) former USING (rule, subject_type, subject_key)
    WHERE s.step = 'open'
    RETURNING id, level, severity, amount_base, evidence
)
INSERT INTO alerts_alertevent (alert_id, action, state, as_of, note, data, run_id, occurred_at)
SELECT id, 'opened', %(open)s, %(as_of)s, '',
       jsonb_build_object('level', level::text, 'severity', severity, 'amount_base', amount_base::text,
                          'evidence', evidence),
       %(run_id)s, clock_timestamp()
FROM opened
RETURNING alert_id, action
"""

# A known cause is brought up to date quietly; version, which people's actions are checked against, moves only if
# the alert rings. A date that is run again changes nothing.
_KEEP_SQL = """
UPDATE alerts_alert a SET
    severity = s.severity, level = s.level, amount_base = s.amount_base, evidence = s.evidence,
    last_seen_on = %(as_of)s,
    announced_level = CASE WHEN s.step = 'keep' THEN a.announced_level ELSE s.level END,
    announced_amount = CASE WHEN s.step = 'keep' THEN a.announced_amount ELSE s.amount_base END,
    state = CASE WHEN s.step IN ('reopen', 'return') THEN %(open)s ELSE a.state END,
    snoozed_until = CASE WHEN s.step IN ('reopen', 'return') THEN NULL ELSE a.snoozed_until END,
    snooze_reason = CASE WHEN s.step IN ('reopen', 'return') THEN '' ELSE a.snooze_reason END,
    version = a.version + CASE WHEN s.step = 'keep' THEN 0 ELSE 1 END
FROM alert_step s
WHERE a.id = s.alert_id AND s.step IN ('keep', 'worsen', 'reopen', 'return')
  AND (s.step <> 'keep' OR (a.severity, a.level, a.amount_base, a.evidence, a.last_seen_on)
       IS DISTINCT FROM (s.severity, s.level, s.amount_base, s.evidence, %(as_of)s::date))
"""

_CLOSE_SQL = """
UPDATE alerts_alert a SET
    state = %(closed)s, closed_on = %(as_of)s, close_note = s.note, snoozed_until = NULL, snooze_reason = '',
    version = a.version + 1
FROM alert_step s WHERE a.id = s.alert_id AND s.step = 'close'
"""

_EVENTS_SQL = """
INSERT INTO alerts_alertevent (alert_id, action, state, as_of, note, data, run_id, occurred_at)
SELECT a.id, s.action, a.state, %(as_of)s, s.note,
       jsonb_build_object('level', a.level::text, 'severity', a.severity, 'amount_base', a.amount_base::text,
                          'evidence', a.evidence),
       %(run_id)s, clock_timestamp()
FROM alert_step s JOIN alerts_alert a ON a.id = s.alert_id
WHERE s.step IN ('worsen', 'reopen', 'return', 'close')
ORDER BY a.id
RETURNING alert_id, action
"""
