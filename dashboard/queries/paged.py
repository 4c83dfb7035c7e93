"""Long lists out of stated SQL: counted, ordered and cut by the database, streamed for files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from core.queries.sql import fetch_all, fetch_one

CHUNK = 2_000
_PAGE = "LIMIT %(page_size)s OFFSET %(page_start)s"


@dataclass(frozen=True, slots=True)
class SqlRows:
    """``relation`` is a SELECT; ``orders`` maps the names that may be asked for to SQL; ``tie`` makes orders total.

    Where rows are dear to compute, ``relation`` takes ``%(only)s`` (null: all), values of its column ``narrowed_by``: a
    page is then chosen by what its order needs, and only its rows are computed in full.
    """

    relation: str
    params: Mapping[str, Any]
    make: Callable[..., Any]
    orders: Mapping[str, str]
    tie: str
    wanted: tuple[str, ...]
    narrowed_by: str = ""

    def count(self) -> int:
        """Number of rows."""
        return int(fetch_one(f"SELECT count(*) FROM ({self.relation}) r", self.params)[0])

    def order_by(self, names: Sequence[str]) -> SqlRows:
        """In the order asked for; names that are not offered do not count."""
        known = tuple(name for name in names if name.lstrip("-") in self.orders)
        return replace(self, wanted=known or self.wanted)

    def slice(self, start: int, stop: int) -> list[Any]:
        """The rows of one page."""
        params = {**self.params, "page_size": max(0, stop - start), "page_start": start}
        if not self.narrowed_by:
            rows = fetch_all(f"{self._ordered()} {_PAGE}", params)
        else:
            chosen = fetch_all(f"{self._ordered(self.tie)} {_PAGE}", params)
            rows = self._in_full(chosen, params)
        return [self.make(*row) for row in rows]

    def _in_full(self, chosen: list[tuple[Any, ...]], params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        place = self.tie.split(", ").index(self.narrowed_by)
        narrowed = {**params, "only": [row[place] for row in chosen], "chosen": tuple(chosen)}
        found: list[tuple[Any, ...]] = (
            fetch_all(self._ordered(where=f"WHERE ({self.tie}) IN %(chosen)s"), narrowed) if chosen else []
        )
        return found

    def stream(self) -> Iterator[Any]:
        """All rows, read in portions by a cursor on the server."""
        with connection.chunked_cursor() as cursor:
            cursor.execute(self._ordered(), self.params)
            while rows := cursor.fetchmany(CHUNK):
                for row in rows:
                    yield self.make(*row)

    def _ordered(self, columns: str = "*", *, where: str = "") -> str:
        terms = [self._term(name) for name in self.wanted]
        return f"SELECT {columns} FROM ({self.relation}) r {where} ORDER BY {', '.join([*terms, self.tie])}"

    def _term(self, name: str) -> str:
        direction = "DESC NULLS LAST" if name.startswith("-") else "ASC NULLS LAST"
        return f"{self.orders[name.lstrip('-')]} {direction}"
