"""CSV of the field: any delimiter, quoted line breaks, damaged rows; one line in memory at a time."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path

from invoices.intake.delimiter import sniff_delimiter
from invoices.intake.encoding import Encoding, check_encoding, detect_encoding
from invoices.intake.limits import Limits
from invoices.intake.reasons import FileRefused
from invoices.intake.records import Fault, Record
from invoices.intake.text import CONTROL, show

_HINT = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
END_OF_FILE = "\x1a"  # what DOS programs write at the end


class Lines:
    """Physical lines with their count; the lines of a damaged record can be given back, all but the first."""

    def __init__(self, stream: TextIOWrapper, limit: int) -> None:
        self._stream = stream
        self._limit = limit
        self._returned: deque[str] = deque()
        self.number = 0
        self.taken: list[str] = []

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else self._stream.readline(self._limit + 1)
        if not line:
            raise StopIteration
        if len(line) > self._limit:
            raise FileRefused("line_too_long", line=self.number + 1, limit=self._limit)
        self.number += 1
        self.taken.append(line)
        return line

    def peek(self) -> str:
        """The next line, still to be read; empty at the end of the file."""
        line = next(self, "")
        if line:
            self._returned.appendleft(line)
            self.number -= 1
        return line

    def give_back(self) -> str:
        """Keep the first line of the current record, return the rest to be read again as records of their own."""
        first, rest = self.taken[0], self.taken[1:]
        self._returned.extendleft(reversed(rest))
        self.number -= len(rest)
        self.taken = [first]
        return first


class CsvFile:
    """An open CSV file: encoding and delimiter found, rows still to be read."""

    def __init__(
        self,
        path: Path,
        *,
        limits: Limits,
        encoding: str | None = None,
        delimiter: str | None = None,
        columns: frozenset[str] = frozenset(),
    ) -> None:
        self.encoding: Encoding = check_encoding(path, encoding) if encoding else detect_encoding(path)
        self._limits = limits
        self._stream = path.open("r", encoding=self.encoding.name, errors="strict", newline="")
        self._lines = Lines(self._stream, limits.max_line_chars)
        hint = self._read_hint()
        self.delimiter = delimiter or hint or sniff_delimiter(path, self.encoding.name, columns)

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def records(self) -> Iterator[Record]:
        """Every row that is not blank, with the line it starts on; damaged rows carry a fault."""
        lines, blank = self._lines, 0
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        while True:
            lines.taken.clear()
            start = lines.number + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield _damaged(start, lines.give_back())
                continue
            text = "".join(cells)
            if not text.strip() or text == END_OF_FILE:
                blank += 1
                if blank > self._limits.max_blank_rows:
                    raise FileRefused("too_many_empty_rows", limit=self._limits.max_blank_rows)
                continue
            yield Record(start, cells, self._faults(cells, text))

    def _faults(self, cells: list[str], text: str) -> tuple[Fault, ...]:
        if not self.encoding.has_control and len(text) <= self._limits.max_field_chars:
            return ()
        found = [Fault("control_character", i, show(c)) for i, c in enumerate(cells) if CONTROL.search(c)]
        too_long = self._limits.max_field_chars
        found += [Fault("field_too_long", i, show(c)) for i, c in enumerate(cells) if len(c) > too_long]
        return tuple(found)

    def _read_hint(self) -> str | None:
        """Some spreadsheets write ``sep=;`` on the first line; it counts as a line and is no row."""
        match = _HINT.fullmatch(self._lines.peek())
        if match is None:
            return None
        next(self._lines)
        return match.group(1)


def _damaged(line: int, text: str) -> Record:
    text = text.rstrip("\r\n")
    return Record(line, [text], (Fault("malformed_quotes", None, show(text)),))
