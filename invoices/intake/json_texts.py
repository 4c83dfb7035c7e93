"""The values of a JSON file one after the other: lines of NDJSON, or the elements of one array. Memory stays at one
record, whatever the size of the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from invoices.intake.json_values import DECODER
from invoices.intake.reasons import FileRefused

MAX_RECORD_CHARS = 64 * 1024
_CHUNK_CHARS = 64 * 1024
_SPACES = " \t\r\n"


class Damaged(str):
    """In place of a value: why it cannot be read."""

    __slots__ = ()


Parsed = tuple[object, str]


def iter_values(path: Path, *, is_array: bool) -> Iterator[Parsed]:
    """Each value with its text; :class:`Damaged` in place of a line that is none.

    Raises ``json_broken`` where an array ends being one: what follows the damage cannot be found.
    """
    with path.open("r", encoding="utf-8-sig", newline="\n") as stream:
        yield from _Array(stream).values() if is_array else _lines(stream)


def _lines(stream: TextIO) -> Iterator[Parsed]:
    while line := stream.readline(MAX_RECORD_CHARS + 1):
        if len(line) > MAX_RECORD_CHARS and not line.endswith("\n"):
            _skip_line(stream)
            yield Damaged("record_too_long"), line[:60]
        elif text := line.strip(_SPACES):
            yield _decoded(text), text


def _skip_line(stream: TextIO) -> None:
    while (rest := stream.readline(_CHUNK_CHARS)) and not rest.endswith("\n"):
        pass


def _decoded(text: str) -> object:
    try:
        value, end = DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return Damaged("record_invalid")
    return value if end == len(text) else Damaged("record_invalid")


class _Array:
    """One array, read through a window of text."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._text = ""
        self._at = 0
        self._count = 0

    def values(self) -> Iterator[Parsed]:
        self._expect("[")
        if self._next() == "]":
            self._at += 1
        else:
            yield self._value()
            while self._next() == ",":
                self._at += 1
                yield self._value()
            self._expect("]")
        if self._next():
            raise self._broken()

    def _value(self) -> Parsed:
        self._next()
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
                # A number at the window's end may go on behind it.
                if end < len(self._text) or not self._more():
                    break
            except (ValueError, RecursionError) as error:
                if len(self._text) - self._at > MAX_RECORD_CHARS or not self._more():
                    raise self._broken() from error
        text, self._at = self._text[self._at : end], end
        self._count += 1
        return value, text

    def _next(self) -> str:
        """The next character that is no space, without taking it; empty at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACES:
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def _expect(self, character: str) -> None:
        if self._next() != character:
            raise self._broken()
        self._at += 1

    def _more(self) -> bool:
        chunk = self._stream.read(_CHUNK_CHARS)
        self._text, self._at = self._text[self._at :] + chunk, 0
        return bool(chunk)

    def _broken(self) -> FileRefused:
        return FileRefused("json_broken", line=self._count + 1, value=self._text[self._at : self._at + 40])
