"""The audit trail against its seals: what was changed or taken away behind the product's back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from core.append_only import append_only_tables
from core.domain.seals import SealLine, is_signed, leaf_hash, root_of
from core.errors import DomainError
from core.models import AuditSeal
from core.queries.sql import fetch_all, fetch_one
from core.words import sentence as _

CHUNK = 5_000

# Null members are left out, so that a column that a later release adds empty changes no hash.
_EVENTS_SQL = """
SELECT e.id, jsonb_strip_nulls(to_jsonb(e))::text, (e.data -> 'rows')::text, e.action, e.subject_type, e.subject_id
FROM core_auditevent e WHERE e.id = ANY(%(ids)s)
"""
_ROW_SQL = "SELECT t.id, jsonb_strip_nulls(to_jsonb(t))::text FROM {table} t WHERE t.id = ANY(%(ids)s)"
_LEAVES_SQL = "SELECT l.seal_id, l.event_id, l.hash FROM core_sealleaf l ORDER BY l.seal_id, l.event_id"
_TAIL_SQL = """
SELECT count(*), min(e.occurred_at) FROM core_auditevent e
WHERE NOT EXISTS (SELECT FROM core_sealleaf l WHERE l.event_id = e.id)
"""


@dataclass(frozen=True, slots=True)
class Content:
    """What an event says now: its leaf's hash, and how a person finds it."""

    hash: str
    name: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was sealed."""

    code: str
    seal: int
    event: int | None
    message: str


@dataclass(slots=True)
class SealReport:
    """What the verification read, what is wrong, and how much of the trail waits for its seal."""

    seals: int = 0
    leaves: int = 0
    unsealed: int = 0
    unsealed_since: datetime | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_ok(self) -> bool:
        """True if nothing was changed or removed."""
        return not self.findings


def contents_of(event_ids: Sequence[int]) -> dict[int, Content]:
    """The leaf of each event as it stands now, the append-only rows that it names included."""
    found = fetch_all(_EVENTS_SQL, {"ids": list(event_ids)})
    events = [(event, text, json.loads(named) if named else {}, *rest) for event, text, named, *rest in found]
    rows = _rows_of([named for _event, _text, named, *_rest in events])
    return {
        event_id: Content(
            leaf_hash(text, *(_part(key, rows) for key in _keys(named))),
            f"{action} of {subject} {subject_id}" + (f" with {', '.join(_keys(named))}" if named else ""),
        )
        for event_id, text, named, action, subject, subject_id in events
    }


def _keys(named: dict[str, list[int]]) -> list[str]:
    return [f"{table}:{row}" for table in sorted(named) for row in sorted(named[table])]


def _part(key: str, rows: dict[str, str]) -> str:
    return f"{key}={rows.get(key, 'gone')}"


def _rows_of(named: list[dict[str, list[int]]]) -> dict[str, str]:
    """The named rows as text; only tables that never change can be sealed."""
    wanted: dict[str, set[int]] = {}
    for tables in named:
        for table, ids in tables.items():
            wanted.setdefault(table, set()).update(ids)
    sealable = set(append_only_tables())
    found: dict[str, str] = {}
    for table in sorted(sealable & wanted.keys()):
        rows = fetch_all(_ROW_SQL.format(table=connection.ops.quote_name(table)), {"ids": sorted(wanted[table])})
        found |= {f"{table}:{row}": text for row, text in rows}
    return found


@transaction.atomic
def verify_seals() -> SealReport:
    """Recompute every leaf and root and compare them with the database and with the file outside it.

    Raises ``seal_key_missing`` or ``seal_file_missing`` where seals exist that cannot be proved.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
    report = SealReport()
    report.unsealed, report.unsealed_since = fetch_one(_TAIL_SQL)
    seals = {seal.pk: seal for seal in AuditSeal.objects.order_by("pk")}
    lines = read_lines()
    if seals or lines:
        _check_lines(seals, lines, report)
        _check_leaves(seals, report)
    report.seals = len(seals)
    return report


def read_key() -> bytes:
    """The key that signs; raises ``seal_key_missing``."""
    path = Path(settings.AUDIT_KEY_FILE)
    if not path.exists():
        raise DomainError(
            "seal_key_missing",
            _(
                "The key of the audit seals is not at %(path)s. Put it back from the backup (AUDIT_KEY_FILE).",
                path=path,
            ),
            {"field": "AUDIT_KEY_FILE", "value": str(path)},
        )
    return path.read_bytes().strip()


def read_lines() -> dict[int, SealLine]:
    """The seals as written down outside the database, by number; empty if nothing was sealed yet."""
    path = Path(settings.AUDIT_SEAL_FILE)
    if not path.exists():
        if AuditSeal.objects.exists():
            raise DomainError(
                "seal_file_missing",
                _(
                    "The file of the audit seals is not at %(path)s. Put it back from the backup (AUDIT_SEAL_FILE).",
                    path=path,
                ),
                {"field": "AUDIT_SEAL_FILE", "value": str(path)},
            )
        return {}
    lines = (SealLine(**json.loads(line)) for line in path.read_text().splitlines() if line.strip())
    return {line.seal: line for line in lines}


def line_of(seal: AuditSeal) -> SealLine:
    """The line of a seal as the database holds it."""
    return SealLine(
        seal=seal.pk,
        sealed_at=seal.sealed_at.astimezone(UTC).isoformat(),
        leaves=seal.leaves,
        previous_root=seal.previous_root,
        root=seal.root,
        signature=seal.signature,
    )


def _check_lines(seals: dict[int, AuditSeal], lines: dict[int, SealLine], report: SealReport) -> None:
    key = read_key()
    newest = max(seals, default=0)
    for number in sorted(seals.keys() | lines.keys()):
        if number not in seals:
            _add(report, "seal_removed", number, None, f"Seal {number} is in the file and not in the database.")
        elif number not in lines and number != newest:
            _add(report, "seal_not_in_file", number, None, f"Seal {number} is not in the file.")
        elif number in lines and line_of(seals[number]) != lines[number]:
            _add(report, "seal_changed", number, None, f"Seal {number} differs from the file.")
        elif not is_signed(line_of(seals[number]), key=key):
            _add(report, "signature_wrong", number, None, f"Seal {number} was not signed with this key.")


def _check_leaves(seals: dict[int, AuditSeal], report: SealReport) -> None:
    previous = ""
    stored = {number: list(leaves) for number, leaves in groupby(_leaves(), key=lambda row: int(row[0]))}
    for number, seal in seals.items():
        leaves = stored.get(number, [])
        report.leaves += len(leaves)
        _check_contents(number, leaves, report)
        root = root_of(previous_root=previous, leaves=(leaf for _seal, _event, leaf in leaves))
        if len(leaves) != seal.leaves:
            message = f"Seal {number} was made over {seal.leaves} events and holds {len(leaves)}: some were removed."
            _add(report, "leaves_removed", number, None, message)
        elif root != seal.root or seal.previous_root != previous:
            _add(report, "root_wrong", number, None, f"The leaves of seal {number} are not those that were sealed.")
        previous = seal.root


def _leaves() -> Iterator[tuple[int, int, str]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(_LEAVES_SQL)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


def _check_contents(number: int, leaves: list[tuple[int, int, str]], report: SealReport) -> None:
    for start in range(0, len(leaves), CHUNK):
        part = leaves[start : start + CHUNK]
        contents = contents_of([event for _seal, event, _hash in part])
        for _seal, event, sealed in part:
            _compare(number, event, sealed, contents.get(event), report)


def _compare(number: int, event: int, sealed: str, now: Content | None, report: SealReport) -> None:
    if now is None:
        _add(report, "event_removed", number, event, f"Event {event} was sealed and is gone.")
    elif now.hash != sealed:
        _add(report, "event_changed", number, event, f"Event {event} ({now.name}) is not as it was sealed.")


def _add(report: SealReport, code: str, seal: int, event: int | None, message: str) -> None:
    report.findings.append(Finding(code, seal, event, message))


def as_dict(report: SealReport) -> dict[str, Any]:
    """Ready for JSON."""
    return {
        "ok": report.is_ok,
        "seals": report.seals,
        "leaves": report.leaves,
        "unsealed": report.unsealed,
        "unsealed_since": report.unsealed_since.isoformat() if report.unsealed_since else None,
        "findings": [
            {"code": found.code, "seal": found.seal, "event": found.event, "message": found.message}
            for found in report.findings
        ],
    }
