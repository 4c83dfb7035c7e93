"""Which delimiter a CSV file uses, from its first rows and the column names that the profile expects."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

CANDIDATES = (",", ";", "\t", "|")
_SAMPLE_CHARS = 256 * 1024
_SAMPLE_ROWS = 50


def sniff_delimiter(path: Path, encoding: str, columns: frozenset[str]) -> str:
    """The candidate that finds most of the expected columns, then the steadiest rows, then the most columns.

    Example: ``a;b`` over ``1,5;2`` is cut at ``;``, because every row then has as many cells as the header.
    """
    with path.open("r", encoding=encoding, newline="") as stream:
        sample = stream.read(_SAMPLE_CHARS)
    return choose_delimiter(sample, columns)


def choose_delimiter(sample: str, columns: frozenset[str]) -> str:
    """As :func:`sniff_delimiter`, on text in memory; the earlier candidate wins a tie."""
    return max(CANDIDATES, key=lambda candidate: _rating(sample, candidate, columns))


def _rating(sample: str, delimiter: str, columns: frozenset[str]) -> tuple[int, float, int]:
    rows = [row for row in _rows(sample, delimiter) if row]
    if not rows:
        return (0, 0.0, 0)
    known = max(len(columns.intersection(map(column_key, row))) for row in rows[:10])
    width = len(rows[0])
    steady = sum(len(row) == width for row in rows) / len(rows) if width > 1 else 0.0
    return (known, steady, width)


def _rows(sample: str, delimiter: str) -> list[list[str]]:
    found: list[list[str]] = []
    reader = csv.reader(_lines(sample), delimiter=delimiter)
    try:
        for row in reader:
            found.append(row)
            if len(found) >= _SAMPLE_ROWS:
                break
    except csv.Error:
        pass  # the rows before the damage are enough to choose by
    return found


def _lines(sample: str) -> Iterable[str]:
    lines = sample.splitlines(keepends=True)
    return lines[:-1] if len(lines) > 1 and len(sample) == _SAMPLE_CHARS else lines


def column_key(name: str) -> str:
    """Column names are compared without regard to case and spacing: ``Invoice  No`` is ``invoice no``."""
    return " ".join(name.split()).casefold()
