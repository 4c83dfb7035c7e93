"""The records of a bulk: read from its file, compared with the sender's totals, answered one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from core.copying import copy_rows
from core.errors import DomainError
from core.money import known_currencies
from invoices.domain.bulks import ControlTotals
from invoices.intake.json_table import JsonRecords, Shape
from invoices.intake.json_values import JsonObject
from invoices.intake.reasons import FileRefused
from invoices.intake.text import show
from invoices.models import Bulk
from invoices.services.bulks.progress import note_progress
from invoices.services.imports.results import Outcome, Tally, amounts

_PLAIN = re.compile(r"-?\d{1,24}(\.\d{1,10})?", re.ASCII)
_COLUMNS = ("bulk_id", "position", "external_id", "outcome", "problem")


class Answer(NamedTuple):
    """What became of a record; ``problem`` has code, field, value and the parameters of its words."""

    position: int
    external_id: str
    outcome: Outcome
    problem: Mapping[str, Any] | None = None


def records_of(bulk: Bulk, shapes: Mapping[str, Shape]) -> JsonRecords:
    """The records of the bulk's file, for any number of passes; progress begins at 0 with each attempt."""
    note_progress(bulk.pk, 0)
    return JsonRecords(
        path=Path(settings.MEDIA_ROOT) / bulk.path,
        is_array=bulk.is_array,
        shapes=shapes,
        own_source=bulk.source,
        max_records=settings.BULK_MAX_RECORDS,
        note=lambda count: note_progress(bulk.pk, count),
    )


def keep_answers(bulk: Bulk, answers: Iterable[Answer]) -> None:
    """Write what became of each record, in the transaction of the posting."""
    rows = ((bulk.pk, *_stored(answer)) for answer in answers)
    with connection.cursor() as cursor:
        copy_rows(cursor, "invoices_bulkrecord", _COLUMNS, rows)


def _stored(answer: Answer) -> tuple[object, ...]:
    problem = None if answer.problem is None else json.dumps(answer.problem, default=str)
    return answer.position, show(answer.external_id, 139), answer.outcome.value, problem


def asked_totals(given: JsonObject | None) -> ControlTotals | None:
    """The totals that a bulk asks to be compared; raises ``control_totals_invalid``."""
    if given is None:
        return None
    rows, sums = given.get("rows"), given.get("sums")
    is_whole = given.keys() <= {"rows", "sums"} and not given.repeated
    if not is_whole or not isinstance(sums, JsonObject | None) or (sums is not None and sums.repeated):
        raise _invalid_totals(given)
    try:
        asked = None if sums is None else {_currency(code): _amount(text) for code, text in sums.items()}
        return ControlTotals(None if rows is None else _count(rows), asked)
    except ValueError as error:
        raise _invalid_totals(given) from error


def _count(text: object) -> int:
    if not (isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(text)
    return int(text)


def _currency(code: str) -> str:
    if code not in known_currencies():
        raise ValueError(code)
    return code


def _amount(text: object) -> Decimal:
    if not (isinstance(text, str) and _PLAIN.fullmatch(text)):
        raise ValueError(text)
    return Decimal(text)


def _invalid_totals(given: JsonObject) -> FileRefused:
    return FileRefused("control_totals_invalid", value=show(", ".join(given).encode("utf-8", "replace").decode(), 120))


def check_totals(bulk: Bulk, given: JsonObject | None, tally: Tally) -> None:
    """Note what the bulk asks to be compared, and compare it with what was found in all records, taken or not.

    Raises ``control_totals_invalid``, ``control_totals_mismatch``.
    """
    asked = asked_totals(given)
    bulk.control = asked and {"rows": asked.rows, "sums": asked.sums and amounts(dict(asked.sums))}
    difference = asked and asked.first_difference(rows=tally.rows, sums=tally.total(*Outcome))
    if difference:
        name, wanted, found = difference
        raise DomainError(
            "control_totals_mismatch",
            _("The control total %(name)s is %(wanted)s, the records give %(found)s. Nothing was posted.")
            % {"name": name, "wanted": wanted, "found": found},
            {"field": f"control_totals.{name}", "value": wanted, "found": found, "rows": tally.rows}
            | {"sums": amounts(tally.total(*Outcome))},
        )
