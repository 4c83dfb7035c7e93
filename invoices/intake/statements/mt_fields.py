"""The text of SWIFT messages MT940 and MT942 cut into messages and fields."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

from invoices.intake.reasons import FileRefused
from invoices.intake.text import CONTROL, show

_TAGS = "13D?|20|21|25P?|28C?|34F|60[FM]?|61|62[FM]?|64|65|86|90[CD]|NS"
_FIELD = re.compile(rf"^:\n?({_TAGS}):", re.MULTILINE)
# The end of a message: "-", "-}", "-}{5:}"; ING writes "-" and three times the letter X there.
_END = re.compile(r"^-(?:\}.*|X{3})?[ \t]*$", re.MULTILINE)
_MEANINGS = {
    "20": gettext_noop("reference of the message"),
    "25": gettext_noop("account"),
    "28C": gettext_noop("number of the statement"),
    "34F": gettext_noop("smallest amount reported"),
    "60F": gettext_noop("opening balance"),
    "62F": gettext_noop("closing balance"),
}
_ENCODINGS = ("cp1252", "cp852")
_ASCII = bytes(range(128))
_MOST_FIELDS = 200_000
_LONGEST = 20_000  # SWIFT allows 6 lines of 65 characters, some banks write more


@dataclass(frozen=True, slots=True)
class MtField:
    """One field: its tag without colons, and its value with the line breaks as they stand."""

    tag: str
    value: str


@dataclass(frozen=True, slots=True)
class Message:
    """The fields from one ``:20:`` to the next."""

    fields: tuple[MtField, ...]

    def value(self, *tags: str) -> str:
        """The value of the first field with one of the tags; empty if there is none."""
        return next((field.value for field in self.fields if field.tag in tags), "")

    def has(self, *tags: str) -> bool:
        """True if there is a field with one of the tags."""
        return any(field.tag in tags for field in self.fields)


def decode_mt(data: bytes) -> tuple[str, str]:
    """Text and encoding: UTF-8 if it is that throughout, else Windows-1252 or CP 852, whichever gives more letters.

    Banks do not say which; amounts and dates are ASCII in all of them. Control characters (SOH, ETX around a message)
    are dropped.
    """
    name = _encoding_of(data)
    text = data.decode(name).replace("\r\n", "\n").replace("\r", "\n")
    return CONTROL.sub("", text), name


def _encoding_of(data: bytes) -> str:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return max(_ENCODINGS, key=lambda name: _letters(data, name))
    return "utf-8-sig"


def _letters(data: bytes, name: str) -> int:
    """How many of the characters beyond ASCII are letters; -1 if the bytes are not in this encoding."""
    try:
        text = data.translate(None, _ASCII).decode(name)
    except UnicodeDecodeError:
        return -1
    return sum(character.isalpha() for character in text)


def is_mt(text: str) -> bool:
    """True if the text has a field of an MT940 or MT942 message."""
    return _FIELD.search(text[:20_000]) is not None


def split_messages(text: str) -> tuple[Message, ...]:
    """Messages at every ``:20:``; raises ``field_missing`` if there is none: a piece of a message is no statement."""
    if (count := text.count("\n:")) > _MOST_FIELDS:
        raise FileRefused("fields_limit", value=count, limit=_MOST_FIELDS)
    found = list(_FIELD.finditer(text))
    groups: list[list[MtField]] = []
    for match, end in zip(found, [*(one.start() for one in found[1:]), len(text)], strict=True):
        field = _field(match.group(1), text[match.end() : end])
        if field.tag == "20":
            groups.append([])
        if groups:
            groups[-1].append(field)
    if not groups:
        raise field_missing("20", "SWIFT MT940")
    return tuple(Message(tuple(group)) for group in groups)


def _field(tag: str, text: str) -> MtField:
    value = _value(text)
    if len(value) > _LONGEST:
        expected = f"≤ {_LONGEST} characters"
        raise FileRefused(
            "field_invalid", field=f":{tag}:", value=show(value, 40), expected=expected, rule="SWIFT MT940"
        )
    return MtField(tag=tag, value=value)


def field_missing(tag: str, message: str) -> FileRefused:
    """The refusal of a message without a field that its standard makes mandatory."""
    meaning = gettext(_MEANINGS[tag])
    return FileRefused("field_missing", field=f":{tag}:", meaning=meaning, rule=f"{message} field {tag}")


def _value(text: str) -> str:
    end = _END.search(text)
    lines = (text[: end.start()] if end else text).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n ")
