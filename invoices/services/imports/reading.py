"""A file read to its end before the ledger is touched: accepted rows and problems parked, everything counted."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from django.conf import settings

from invoices.intake.columns import ColumnMap, map_columns
from invoices.intake.limits import Limits
from invoices.intake.profile import Profile
from invoices.intake.reader import open_table
from invoices.intake.reasons import FileRefused
from invoices.intake.records import Table
from invoices.intake.rows import Filtered, InvoiceLine, Problem, RowParser
from invoices.intake.spool import Spool
from invoices.services.imports.results import Outcome, Tally

# Code and spellings of the buyer in an InvoiceLine.
_BUYER = slice(InvoiceLine._fields.index("buyer_code"), InvoiceLine._fields.index("buyer_country") + 1)


@dataclass(slots=True)
class Reading:
    """A read file. Accepted rows carry an index: their place in ``accepted``.

    ``reopen`` opens what is no file of :func:`open_table` for another pass.
    """

    profile: Profile
    table: Table
    columns: ColumnMap
    path: Path
    name: str
    accepted: Spool
    problems: Spool
    reopen: Callable[[], AbstractContextManager[Table]] | None = None
    tally: Tally = field(default_factory=Tally)
    repeats: set[int] = field(default_factory=set)
    conflicts: dict[int, int] = field(default_factory=dict)

    def lines(self) -> Iterator[InvoiceLine]:
        """The accepted rows, in the file's order."""
        return map(InvoiceLine._make, self.accepted)

    def open_again(self) -> AbstractContextManager[Table]:
        """The same table for another pass."""
        if self.reopen is not None:
            return self.reopen()
        return open_table(self.path, self.profile.read_options(), name=self.name, limits=limits())

    def refuse(self, problem: Problem) -> None:
        """Park a row that was not accepted and count it."""
        params = {**problem.params, "column": problem.column}
        self.problems.add((problem.line, problem.field, problem.value, problem.reason, params, dict(problem.raw)))
        self.tally.add(Outcome.QUARANTINED, problem.currency, problem.amount)


def limits() -> Limits:
    """The limits of this installation."""
    return Limits(max_bytes=settings.UPLOAD_MAX_BYTES)


@contextmanager
def read_file(path: Path, profile: Profile, *, name: str | None = None) -> Iterator[Reading]:
    """Read every row of a file; raises ``FileRefused`` for a file that is not taken at all."""
    with open_table(path, profile.read_options(), name=name, limits=limits()) as table, Spool() as good, Spool() as bad:
        columns = map_columns(table, profile)
        reading = Reading(profile, table, columns, path, name or path.name, accepted=good, problems=bad)
        read_table(reading)
        if not reading.tally.rows and not good.count:
            raise FileRefused("no_rows")
        yield reading


def read_table(reading: Reading) -> None:
    """Sort the rows of the reading's table, and find those that the file has more than once."""
    parser = RowParser(reading.profile, reading.columns, is_typed=reading.table.format == "xlsx")
    _find_duplicates(reading, _sort(reading, parser))


def _sort(reading: Reading, parser: RowParser) -> array[int]:
    """Sort the rows; gives the hash of each accepted row's invoice id."""
    ids, accept, tally = array("q"), reading.accepted.add, reading.tally
    buyers: set[int] = set()
    for outcome in map(parser.parse, reading.table.rows):
        if type(outcome) is InvoiceLine:
            accept(outcome)
            ids.append(hash(outcome.invoice_id))
            buyers.add(hash(outcome[_BUYER]))
        elif isinstance(outcome, Problem):
            reading.refuse(outcome)
        elif isinstance(outcome, Filtered):
            tally.add(Outcome.FILTERED, outcome.currency, outcome.amount)
    if len(buyers) > limits().max_buyers:
        raise FileRefused("too_many_buyers", limit=limits().max_buyers)
    return ids


def _find_duplicates(reading: Reading, ids: array[int]) -> None:
    """Rows of one invoice id: repeats of the same content count as unchanged, different contents are all refused.

    Which of two different rows is right cannot be known, and taking the first would make the order decide.
    """
    values, counts = np.unique(np.frombuffer(ids, dtype=np.int64), return_counts=True)
    suspects = set(values[counts > 1].tolist())
    if not suspects:
        return
    seen = _contents(reading, ids, suspects)
    for index, line in enumerate(reading.lines()):
        if ids[index] in suspects and (first := seen.get(line.invoice_id)):
            if first.other_line:
                reading.conflicts[index] = first.other_line if line.line == first.line else first.line
            elif line.line != first.line:
                reading.repeats.add(index)


@dataclass(slots=True)
class _Seen:
    line: int
    content: int
    other_line: int = 0


def _contents(reading: Reading, ids: array[int], suspects: set[int]) -> dict[str, _Seen]:
    seen: dict[str, _Seen] = {}
    for index, line in enumerate(reading.lines()):
        if ids[index] not in suspects:
            continue
        content = hash(line[1:])
        first = seen.setdefault(line.invoice_id, _Seen(line.line, content))
        if first.content != content and not first.other_line:
            first.other_line = line.line
    return seen
