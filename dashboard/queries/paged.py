"""Long lists out of stated SQL: counted, ordered and cut by the database, streamed for files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from core.queries.sql import fetch_all, fetch_one

CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class SqlRows:
    """``relation`` is a SELECT; ``orders`` maps the names that may be asked for to SQL; ``tie`` makes orders total."""

    relation: str
    params: Mapping[str, Any]
    make: Callable[..., Any]
    orders: Mapping[str, str]
    tie: str
    wanted: tuple[str, ...]

    def count(self) -> int:
        """Number of rows."""
        return int(fetch_one(f"SELECT count(*) FROM ({self.relation}) r", self.params)[0])

    def order_by(self, names: Sequence[str]) -> SqlRows:
        """In the order asked for; names that are not offered do not count."""
        known = tuple(name for name in names if name.lstrip("-") in self.orders)
        return replace(self, wanted=known or self.wanted)

    def slice(self, start: int, stop: int) -> list[Any]:
        """The rows of one page."""
        limits = {"page_size": max(0, stop - start), "page_start": start}
        rows = fetch_all(f"{self._ordered()} LIMIT %(page_size)s OFFSET %(page_start)s", {**self.params, **limits})
        return [self.make(*row) for row in rows]

    def stream(self) -> Iterator[Any]:
        """All rows, read in portions by a cursor on the server."""
        with connection.chunked_cursor() as cursor:
            cursor.execute(self._ordered(), self.params)
            while rows := cursor.fetchmany(CHUNK):
                for row in rows:
                    yield self.make(*row)

    def _ordered(self) -> str:
        terms = [self._term(name) for name in self.wanted]
        return f"SELECT * FROM ({self.relation}) r ORDER BY {', '.join([*terms, self.tie])}"

    def _term(self, name: str) -> str:
        direction = "DESC NULLS LAST" if name.startswith("-") else "ASC NULLS LAST"
        return f"{self.orders[name.lstrip('-')]} {direction}"
