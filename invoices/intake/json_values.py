"""One JSON record, read exactly: numbers keep their digits, nothing comes twice, nothing is guessed."""

from __future__ import annotations

import json
from typing import Any


class JsonNumber(str):
    """A number as it stands in the text, ``NaN`` and ``Infinity`` included: whoever reads the field refuses those."""

    __slots__ = ()


class JsonObject(dict[str, Any]):
    """An object; ``repeated`` is a name that it has twice."""

    __slots__ = ("repeated",)

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.repeated = "" if len(self) == len(pairs) else _first_repeated(pairs)


def _first_repeated(pairs: list[tuple[str, Any]]) -> str:
    seen: set[str] = set()
    for name, _value in pairs:
        if name in seen:
            return name
        seen.add(name)
    return ""


DECODER = json.JSONDecoder(
    object_pairs_hook=JsonObject, parse_float=JsonNumber, parse_int=JsonNumber, parse_constant=JsonNumber
)


def has_half_character(text: str) -> bool:
    """True for a lone surrogate, which no encoding of text can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
