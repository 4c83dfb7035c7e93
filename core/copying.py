"""COPY rows into a table: the fast way in, used by everything that writes thousands of rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection

_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_special = re.compile(r"[\\\t\n\r]")
_ROWS_PER_CHUNK = 500


def copy_rows(cursor: Any, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Stream ``rows`` into ``table`` (a name from code, never from outside); memory stays at one chunk.

    Values are written as text: ``None`` is NULL; dates, decimals, numbers and booleans by ``str``. What ``rows``
    raises comes out as it is.
    """
    stream = _Stream(_chunks(rows))
    try:
        with connection.wrap_database_errors:  # Django knows execute() only: an outage must look like one here too
            cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", stream, 1 << 16)
    except Exception as failed:
        if stream.problem is None:
            raise
        raise stream.problem from failed


def copy_line(row: Sequence[object]) -> str:
    """One row in PostgreSQL's COPY text format.

    Example: ``copy_line(("A\\tB", None, 3)) == "A\\\\tB\\t\\\\N\\t3\\n"``.
    """
    return "\t".join([_field(value) for value in row]) + "\n"


def _field(value: object) -> str:
    if value is None:
        return "\\N"
    text = value if isinstance(value, str) else str(value)
    return _special.sub(lambda found: _ESCAPES[found.group()], text) if _special.search(text) else text


def _chunks(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    lines = map(copy_line, rows)
    while chunk := "".join(islice(lines, _ROWS_PER_CHUNK)):
        yield chunk


class _Stream:
    """The file that psycopg2 reads from; a chunk may be longer than the size asked for, which it allows."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self._chunks = chunks
        self.problem: Exception | None = None

    def read(self, _size: int) -> str:
        try:
            return next(self._chunks, "")
        except Exception as problem:
            self.problem = problem  # the database only says that its COPY was cancelled
            raise
