"""Rows parked between reading and posting: in memory while few, on disk beyond."""

from __future__ import annotations

import marshal
import struct
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from invoices.intake.limits import MIB

_CHUNK = 2_000
_IN_MEMORY = 16 * MIB
_SIZE = struct.Struct("<Q")


class Spool:
    """Tuples of text and numbers, written first, then read in order as often as needed."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # closed by the context
        self._pending: list[tuple[Any, ...]] = []
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, row: tuple[Any, ...]) -> None:
        """Park one row."""
        self._pending.append(tuple(row))
        self.count += 1
        if len(self._pending) >= _CHUNK:
            self._flush()

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for chunk in self.chunks():
            yield from chunk

    def chunks(self) -> Iterator[list[tuple[Any, ...]]]:
        """The rows in lists of up to 2,000; several passes may be under way at once."""
        self._flush()
        at = 0
        while True:
            self._file.seek(at)
            size = self._file.read(_SIZE.size)
            if not size:
                return
            data = self._file.read(_SIZE.unpack(size)[0])
            at = self._file.tell()
            yield marshal.loads(data)  # noqa: S302  # our own bytes, never a user's

    def _flush(self) -> None:
        if self._pending:
            data = marshal.dumps(self._pending)
            self._file.seek(0, 2)
            self._file.write(_SIZE.pack(len(data)) + data)
            self._pending = []
