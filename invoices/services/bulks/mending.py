"""Records of a bulk that were not taken: sent again as they are or as a person wrote them, or set aside.

Invoices have rows in quarantine of their own (:mod:`invoices.services.quarantine`); this is for every other kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from core.access.scope import require
from core.domain.roles import Permission
from core.errors import DomainError, InvalidTransition, NotFound
from core.models import User
from core.services import audit
from core.words import sentence as _
from invoices.domain.bulks import BulkKind, MendKind
from invoices.intake.json_table import CONTROL_TOTALS
from invoices.intake.json_texts import iter_values
from invoices.intake.json_values import JsonObject
from invoices.models import Bulk, BulkRecord, MendedRecord
from invoices.queries.bulks import open_positions
from invoices.services.bulks.early import forget_early, note_refusals
from invoices.services.bulks.running import receive_bulk
from invoices.services.bulks.spooling import spool_body
from invoices.services.imports.results import Outcome
from invoices.services.source_locks import lock_source

AT_ONCE = 20_000
# What is refused is left out and the rest sent again; records seldom hang together, so that two rounds are the rule.
_ROUNDS = 5
# What ends a line of NDJSON; other separators may stand in a text and stay.
_BREAKS = re.compile(r"[\r\n]+")


@dataclass(frozen=True, slots=True)
class Resent:
    """How many records are taken now, and what is wrong with the others, by position."""

    taken: int
    problems: Mapping[int, Mapping[str, Any]]


class _Refused(Exception):  # no error of the program: undoes what was tried
    def __init__(self, problems: dict[int, Mapping[str, Any]]) -> None:
        super().__init__()
        self.problems = problems


def raw_records(bulk: Bulk, positions: Iterable[int]) -> dict[int, tuple[object, str]]:
    """Value and text of records by position, out of the bulk's file; raises ``bulk_forgotten`` once that is gone."""
    wanted = set(positions)
    if not bulk.path or not (Path(settings.MEDIA_ROOT) / bulk.path).is_file():
        raise NotFound(
            "bulk_forgotten", _("The records of this bulk are no longer kept."), {"field": "bulk", "value": bulk.pk}
        )
    found: dict[int, tuple[object, str]] = {}
    for position, value, text in _numbered(bulk) if wanted else ():
        if position in wanted:
            found[position] = (value, text)
            if len(found) == len(wanted):
                break
    return found


def _numbered(bulk: Bulk) -> Iterator[tuple[int, object, str]]:
    position = 0
    for value, text in iter_values(Path(settings.MEDIA_ROOT) / bulk.path, is_array=bulk.is_array):
        if not (isinstance(value, JsonObject) and CONTROL_TOTALS in value):
            position += 1
            yield position, value, text


@transaction.atomic
def send_again(bulk_id: int, *, actor: User, mended: Mapping[int, str] | None = None) -> Resent:
    """Send open records again: those in ``mended`` as they are written there, or else all as they were.

    They go the way of every record, as a bulk of their own; one that is refused stays open with its answer, and
    nothing of it is kept. Raises ``bulk_not_found``, ``record_not_open``, ``bulk_forgotten``.
    """
    bulk = _lock(bulk_id, actor)
    still_open = set(open_positions(bulk))
    if mended is not None:
        _check_open(bulk, mended, still_open)
        return _resend(bulk, mended, actor)
    return resend(bulk, sorted(still_open)[:AT_ONCE], actor=actor)


def resend(bulk: Bulk, positions: Iterable[int], *, actor: User | None) -> Resent:
    """Send open records of a locked bulk again as they came; nobody is the actor where what they waited for is there.

    Raises ``bulk_forgotten``.
    """
    raw = raw_records(bulk, positions)
    resent = _resend(bulk, {position: text for position, (_value, text) in sorted(raw.items())}, actor)
    note_refusals(bulk, resent.problems)
    return resent


def _resend(bulk: Bulk, texts: Mapping[int, str], actor: User | None) -> Resent:
    problems: dict[int, Mapping[str, Any]] = {}
    for _round in range(_ROUNDS):
        if not texts:
            break
        try:
            with transaction.atomic():
                _send(bulk, texts, actor)
            return Resent(len(texts), problems)
        except _Refused as refused:
            problems |= refused.problems
            texts = {position: text for position, text in texts.items() if position not in refused.problems}
    return Resent(0, problems)


def _send(bulk: Bulk, texts: Mapping[int, str], actor: User | None) -> None:
    forget_early(bulk, texts)
    lines = "\n".join(_BREAKS.sub(" ", text).strip() or "{}" for text in texts.values())
    sent = receive_bulk(
        spool_body([lines.encode("utf-8", "replace")]),
        kind=BulkKind(bulk.kind),
        source=bulk.source,
        is_array=False,
        in_background=False,
        actor=actor,
    )
    positions = list(texts)
    refused = BulkRecord.objects.filter(bulk=sent, outcome=Outcome.QUARANTINED)
    problems = {positions[record.position - 1]: record.problem or {} for record in refused}
    if problems:
        raise _Refused(problems)
    _decide(bulk, positions, MendKind.REPLAYED, actor, became=sent)


@transaction.atomic
def discard_record(bulk_id: int, position: int, *, actor: User) -> None:
    """Set a record aside for good; raises ``bulk_not_found``, ``record_not_open``."""
    bulk = _lock(bulk_id, actor)
    _check_open(bulk, [position], set(open_positions(bulk)))
    forget_early(bulk, [position])
    _decide(bulk, [position], MendKind.DISCARDED, actor)


def _lock(bulk_id: int, actor: User) -> Bulk:
    require(actor, Permission.LEDGER_IMPORT)
    return lock_bulk(bulk_id)


def lock_bulk(bulk_id: int) -> Bulk:
    """The bulk for whoever decides on its records: what its source sends waits. Raises ``bulk_not_found``."""
    source = Bulk.objects.filter(pk=bulk_id).values_list("source", flat=True).first()
    if source is None:
        raise NotFound("bulk_not_found", _("There is no such bulk."), {"field": "bulk", "value": bulk_id})
    lock_source(source)
    bulk = Bulk.objects.select_for_update().get(pk=bulk_id)
    if bulk.kind == BulkKind.INVOICES:
        raise DomainError(
            "rows_of_an_import", _("Correct its rows on the Quarantine page."), {"field": "bulk", "value": bulk_id}
        )
    return bulk


def _check_open(bulk: Bulk, positions: Iterable[int], still_open: set[int]) -> None:
    for position in positions:
        if position not in still_open:
            decided = MendedRecord.objects.filter(bulk=bulk, position=position).first()
            raise InvalidTransition(current=decided.kind if decided else "taken", allowed=("quarantined",))


def _decide(bulk: Bulk, positions: list[int], kind: MendKind, actor: User | None, became: Bulk | None = None) -> None:
    rows = [MendedRecord(bulk=bulk, position=one, kind=kind, became=became, actor=actor) for one in positions]
    MendedRecord.objects.bulk_create(rows, batch_size=2_000)
    audit.record(
        actor=actor,
        action=f"invoices.bulk.records_{kind}",
        subject_type="bulk",
        subject_id=bulk.pk,
        data={"records": len(positions), "positions": positions[:50], "became": became.pk if became else ""},
    )
