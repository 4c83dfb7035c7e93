"""A profile written back as TOML, for mappings that are made on the page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from invoices.intake.profile import Column, Disputes, Profile

_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def write_profile(profile: Profile) -> str:
    """TOML text; ``parse_profile(write_profile(p))`` gives the same profile."""
    blocks = [
        _lines(name=profile.name, title=profile.title or None, source=profile.source, is_history=profile.is_history),
        _file(profile),
        ["[dates]", *_lines(format=profile.dates.text)],
        ["[numbers]", *_lines(decimal=profile.numbers.decimal, thousands=profile.numbers.thousands)],
        ["[columns]", *(f"{name} = {_column(column)}" for name, column in profile.columns.items())],
        _table("defaults", profile.defaults),
        *(_table(f"values.{name}", known) for name, known in profile.values.items()),
        ["[amounts]", *_lines(negative=profile.negative.value)],
        ["[settlement]", *_lines(receipt=profile.settled_amount.value)],
        _disputes(profile.disputes),
        *_filters(profile),
    ]
    if profile.numbers.ignore:
        blocks[3] += _lines(ignore=profile.numbers.ignore)
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _file(profile: Profile) -> list[str]:
    file = profile.file
    lines = _lines(encoding=file.encoding, delimiter=file.delimiter, sheet=file.sheet, header_line=file.header_line)
    return ["[file]", *lines] if lines else []


def _column(column: Column) -> str:
    names = _text(column.names[0]) if len(column.names) == 1 else _list(column.names)
    options = []
    if column.is_optional:
        options.append("optional = true")
    if column.is_whole_number:
        options.append("whole_number = true")
    if column.date:
        options.append(f"date = {_text(column.date.text)}")
    return f"{{ column = {names}, {', '.join(options)} }}" if options else names


def _disputes(disputes: Disputes) -> list[str]:
    head = ["[disputes]", f"yes = {_list(disputes.yes)}", f"no = {_list(disputes.no)}"]
    return head + _lines(**{"from": disputes.start.value, "reason": disputes.reason})


def _filters(profile: Profile) -> list[list[str]]:
    return [
        ["[[filters]]", f"column = {_text(f.column)}"]
        + ([f"keep = {_list(sorted(f.keep))}"] if f.keep else [f"drop = {_list(sorted(f.drop))}"])
        for f in profile.filters
    ]


def _table(name: str, values: Mapping[str, str]) -> list[str]:
    return [f"[{name}]", *(f"{_key(key)} = {_text(value)}" for key, value in values.items())] if values else []


def _lines(**values: str | int | bool | None) -> list[str]:
    return [
        f"{key} = {_text(value) if isinstance(value, str) else str(value).lower()}"
        for key, value in values.items()
        if value is not None
    ]


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _key(text: str) -> str:
    return text if text and set(text) <= _BARE else _text(text)


def _text(text: str) -> str:
    """A basic string: TOML takes JSON's escapes; DEL is the one control character that JSON leaves alone."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
