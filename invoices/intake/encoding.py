"""Which encoding a text file is in: strict and deterministic, decided over the whole file.

Order: byte order mark; strict UTF-8; GB18030 if what it decodes to is mostly everyday Chinese; strict Windows-1252.
GB18030 alone proves little, because it reads most Western text as rare ideographs: ``Mü`` + ``ll`` is valid GB18030.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from invoices.intake.limits import MIB
from invoices.intake.reasons import FileRefused
from invoices.intake.text import CONTROL

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH = re.compile(rb"[\x80-\xff]")
_UTF8_CHARACTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_SAMPLE_CHARACTERS = 100_000
_BINARY_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding that reads the whole file, and whether control characters have to be looked for in its rows."""

    name: str
    has_control: bool


def detect_encoding(path: Path) -> Encoding:
    """The encoding of a text file; raises ``FileRefused`` with encoding_unknown, encoding_broken or binary_content."""
    marked = _by_mark(path)
    if marked:
        return _checked(path, marked, refusal="encoding_broken")
    if (found := _try(path, "utf-8")) is not None:
        return found
    if _is_damaged_utf8(path):
        raise FileRefused("encoding_broken", line=_first_bad_line(path, "utf-8"))
    if _is_chinese(path) and (found := _try(path, "gb18030")) is not None:
        return found
    if (found := _try(path, "cp1252")) is not None:
        return found
    raise FileRefused("encoding_unknown")


def check_encoding(path: Path, name: str) -> Encoding:
    """The encoding that the profile names, if it reads the whole file; raises ``encoding_mismatch`` otherwise."""
    if name.replace("_", "-").lower() in {"utf-8", "utf8"} and _by_mark(path) == "utf-8-sig":
        name = "utf-8-sig"
    return _checked(path, name, refusal="encoding_mismatch")


def _by_mark(path: Path) -> str | None:
    with path.open("rb") as file:
        start = file.read(4)
    name = next((name for mark, name in _MARKS if start.startswith(mark)), None)
    if name == "utf-32":
        raise FileRefused("encoding_unknown")
    return name


def _checked(path: Path, name: str, *, refusal: str) -> Encoding:
    found = _try(path, name)
    if found is None:
        raise FileRefused(refusal, encoding=name, line=_first_bad_line(path, name))
    return found


def _try(path: Path, name: str) -> Encoding | None:
    """The encoding if it decodes every byte; raises ``binary_content`` for text full of control characters."""
    has_control, is_start = False, True
    try:
        for text in _decoded(path, name):
            controls = len(CONTROL.findall(text)) if CONTROL.search(text) else 0
            if is_start and controls > _BINARY_SHARE * len(text):
                raise FileRefused("binary_content")
            has_control, is_start = has_control or controls > 0, False
    except UnicodeError:
        return None
    return Encoding(name=name, has_control=has_control)


def _decoded(path: Path, name: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(name)(errors="strict")
    for chunk in _chunks(path):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(MIB):
            yield chunk


def _is_damaged_utf8(path: Path) -> bool:
    """True if nearly every byte beyond ASCII belongs to a well-formed UTF-8 character."""
    high = formed = 0
    for chunk in _chunks(path):
        high += len(_HIGH.findall(chunk))
        formed += sum(len(character) for character in _UTF8_CHARACTER.findall(chunk))
    return high >= 20 and formed > 0.9 * high


def _is_chinese(path: Path) -> bool:
    """True if the file reads as GB18030 to characters of GB 2312, a fair part of them everyday ones.

    Western text gives ideographs outside GB 2312 (its second byte is ASCII), Cyrillic text mostly rare ones inside.
    """
    seen = common = everyday = 0
    try:
        for character in islice(_beyond_ascii(path, "gb18030"), _SAMPLE_CHARACTERS):
            lead = _gb2312_lead(character)
            seen += 1
            common += lead > 0
            everyday += 0xA1 <= lead <= 0xA3 or 0xB0 <= lead <= 0xD7
    except UnicodeError:
        return False
    return common >= 0.7 * seen and everyday >= 0.4 * seen


def _beyond_ascii(path: Path, name: str) -> Iterator[str]:
    for text in _decoded(path, name):
        yield from _NOT_ASCII.findall(text)


def _gb2312_lead(character: str) -> int:
    try:
        return character.encode("gb2312")[0]
    except UnicodeEncodeError:
        return 0


def _first_bad_line(path: Path, name: str) -> int:
    """The line of the first chunk position that does not decode, counted by line feeds."""
    decoder = codecs.getincrementaldecoder(name)(errors="strict")
    lines = 1
    for chunk in _chunks(path):
        try:
            lines += decoder.decode(chunk).count("\n")
        except UnicodeError as error:
            start = getattr(error, "start", 0)
            return lines + chunk[:start].count(b"\n")
    return lines
