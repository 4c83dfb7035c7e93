"""Pages of a computed list: by position, bound to the version of what it was computed from."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from core.api.pagination import invalid_cursor
from core.errors import Conflict

Row = TypeVar("Row")


def slice_rows(rows: Sequence[Row], *, cursor: str | None, size: int, version: int) -> tuple[Sequence[Row], str | None]:
    """One page of rows and the cursor of the next, None after the last.

    Raises ``cursor_invalid``, and ``cursor_outdated`` if the ledger has moved since the first page.
    """
    start = 0 if cursor is None else _start(cursor, version)
    end = start + size
    return rows[start:end], _cursor(end, version) if end < len(rows) else None


def _cursor(start: int, version: int) -> str:
    return urlsafe_b64encode(json.dumps([start, version]).encode()).decode()


def _start(cursor: str, version: int) -> int:
    try:
        start, seen = _numbers(json.loads(urlsafe_b64decode(cursor.encode())))
    except ValueError as error:
        raise invalid_cursor(cursor) from error
    if seen != version:
        raise Conflict(
            "cursor_outdated",
            _("The ledger has moved since the first page; start again without a cursor."),
            {"field": "cursor", "value": cursor},
        )
    return start


def _numbers(value: Any) -> tuple[int, int]:
    if not (isinstance(value, list) and len(value) == 2 and all(type(item) is int and item >= 0 for item in value)):
        raise ValueError("not a cursor")
    return value[0], value[1]
