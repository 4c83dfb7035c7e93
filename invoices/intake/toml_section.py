"""Reading a hand-written TOML file strictly: unknown keys and wrong values are named, with the right form."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from core.errors import DomainError

_Enum = TypeVar("_Enum", bound=StrEnum)


class ProfileInvalid(DomainError):
    """A profile is written wrongly: ``params`` name key, value and what would be right."""

    def __init__(self, key: str, value: object, expected: str, *, code: str = "profile_invalid") -> None:
        text = _("Profile: %(key)s = %(value)s is not right; it must be %(expected)s.")
        params = {"key": key, "value": _shown(value), "expected": expected}
        super().__init__(code, text % params, {"field": key, **params})


def _shown(value: object) -> str:
    return _("(nothing)") if value is None else str(value)[:200]


class Section:
    """One table of the file; every key must be taken, or be refused by :meth:`finish`."""

    def __init__(self, data: Mapping[str, Any], path: str = "") -> None:
        self._data = dict(data)
        self._path = path
        self._known: set[str] = set()

    def key(self, name: str) -> str:
        """The key as the file's author would write it, e.g. ``file.encoding``."""
        return f"{self._path}.{name}" if self._path else name

    def fail(self, name: str, expected: str) -> ProfileInvalid:
        """The error for a key of this table."""
        return ProfileInvalid(self.key(name), self._data.get(name), expected)

    def text(self, name: str, default: str | None = None, *, max_chars: int = 255) -> str:
        """A text; without a default it must be there and must not be empty."""
        value = self._take(name, default)
        if not isinstance(value, str) or (default is None and not value.strip()) or len(value) > max_chars:
            raise self.fail(name, _("a text of 1 to %(max)s characters in quotation marks") % {"max": max_chars})
        return value

    def optional_text(self, name: str) -> str | None:
        """A text, or None where the key is missing."""
        return self.text(name) if name in self._data else self._take(name, None)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """``true`` or ``false``."""
        value = self._take(name, default)
        if not isinstance(value, bool):
            raise self.fail(name, _("true or false"))
        return value

    def number(self, name: str) -> int | None:
        """A whole number from 1, or None where the key is missing."""
        value = self._take(name, None)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.fail(name, _("a whole number from 1"))
        return value

    def choice(self, name: str, enum: type[_Enum], default: _Enum) -> _Enum:
        """One of an enum's words."""
        value = self._take(name, default.value)
        if value not in list(enum):
            raise self.fail(name, _("one of: %(words)s") % {"words": ", ".join(enum)})
        return enum(value)

    def texts(self, name: str, default: Iterable[str] = ()) -> tuple[str, ...]:
        """One text or a list of texts."""
        value = self._take(name, list(default))
        found = [value] if isinstance(value, str) else value
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            raise self.fail(name, _("a text or a list of texts"))
        return tuple(found)

    def table(self, name: str) -> Section:
        """A table inside; empty where it is missing."""
        value = self._take(name, {})
        if not isinstance(value, dict):
            raise self.fail(name, _("a table, written as [%(key)s]") % {"key": self.key(name)})
        return Section(value, self.key(name))

    def tables(self, name: str) -> list[Section]:
        """A list of tables, written as ``[[name]]``."""
        value = self._take(name, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.fail(name, _("tables, written as [[%(key)s]]") % {"key": self.key(name)})
        return [Section(item, f"{self.key(name)}[{index}]") for index, item in enumerate(value)]

    def keys(self) -> list[str]:
        """The keys that are there."""
        return list(self._data)

    def raw(self, name: str) -> Any:
        """The value as it stands."""
        return self._take(name, None)

    def finish(self) -> None:
        """Refuse keys that nobody asked for, with the nearest known one."""
        for name in self._data:
            if name not in self._known:
                near = difflib.get_close_matches(name, sorted(self._known), n=1) or sorted(self._known)
                raise self.fail(name, _("one of the known keys: %(keys)s") % {"keys": ", ".join(near)})

    def _take(self, name: str, default: Any) -> Any:
        self._known.add(name)
        return self._data.get(name, default)
