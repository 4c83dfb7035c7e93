"""Running stated SQL: the one place where cursors are opened for reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

Params = Mapping[str, Any] | Sequence[Any] | None


def fetch_all(sql: str, params: Params = None) -> list[Any]:
    """All rows as tuples."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[Any] = cursor.fetchall()
        return rows


def fetch_one(sql: str, params: Params = None) -> Any:
    """The first row as a tuple; None if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()


def fetch_dicts(sql: str, params: Params = None) -> list[dict[str, Any]]:
    """All rows as dictionaries by column name."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
