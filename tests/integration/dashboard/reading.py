"""Reading pages as a person or a spreadsheet would."""

from __future__ import annotations

import csv
import io
from html.parser import HTMLParser
from typing import Any

from openpyxl import load_workbook

_VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "path", "rect", "source", "use", "wbr"}


class _Reader(HTMLParser):
    """Visible text, the addresses of links, and the body rows of every table under each element id."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.inline: list[str] = []
        self.rows: dict[str, list[list[str]]] = {}
        self._open: list[tuple[str, str]] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if "style" in given or any(name.startswith(("on", "hx-on")) for name in given):
            self.inline.append(self.get_starttag_text() or tag)
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.inline.append("script")
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag not in _VOID:
            self._open.append((tag, given.get("id") or ""))
        if self._inside("tbody"):
            self._start(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"} and self._cell is not None:
            text = " ".join(" ".join(self._cell).split())
            for row in self._current_rows():
                row[-1].append(text)
            self._cell = None
        while self._open and tag not in _VOID:
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] in {"script", "style"}:
            return
        self.words.append(data)
        if self._cell is not None:
            self._cell.append(data)

    def _start(self, tag: str) -> None:
        if tag == "tr":
            for rows in self._current_rows():
                rows.append([])
        if tag in {"td", "th"}:
            self._cell = []

    def _current_rows(self) -> list[list[list[str]]]:
        ids = [name for _tag, name in self._open if name]
        return [self.rows.setdefault(name, []) for name in ids]

    def _inside(self, tag: str) -> bool:
        return any(name == tag for name, _id in self._open)


def body_of(response: Any) -> bytes:
    """All bytes, streamed or not."""
    return b"".join(response.streaming_content) if response.streaming else response.content


def text_of(response: Any) -> str:
    """What a reader sees, in one line."""
    return " ".join(" ".join(_read(response).words).split())


def links_of(response: Any) -> list[str]:
    """The addresses of all links."""
    return _read(response).links


def inline_code_of(response: Any) -> list[str]:
    """Inline styles, scripts and handlers: what the policy would refuse."""
    return _read(response).inline


def rows_of(response: Any, region: str) -> list[list[str]]:
    """The body rows of the table in the element with the id, cells as text."""
    return _read(response).rows.get(region, [])


def csv_rows(response: Any) -> list[list[str]]:
    """The file as rows; its byte order mark is checked and taken off."""
    text = body_of(response).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


def sheet_rows(response: Any) -> list[list[Any]]:
    """The first sheet as rows of values."""
    sheet = load_workbook(io.BytesIO(body_of(response)), read_only=True).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def _read(response: Any) -> _Reader:
    reader = _Reader()
    reader.feed(body_of(response).decode())
    return reader
