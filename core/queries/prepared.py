"""Statements that are planned once a connection: for large ones that are asked often about a few rows.

Planning a statement of a dozen joins takes longer than reading what it finds by index. A generic plan, with nested
loops and indexes only, is the right one for every question that names its rows; it also holds where a table was filled
a moment ago, after the plan was made or with statistics that say that it is empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import Model

Row = TypeVar("Row", bound=Model)

_SETTINGS = (
    "SET LOCAL plan_cache_mode = {mode}; SET LOCAL enable_hashjoin = {others}; "
    "SET LOCAL enable_mergejoin = {others}; SET LOCAL enable_seqscan = {others}"
)
_BY_INDEX = _SETTINGS.format(mode="force_generic_plan", others="off")
_AS_USUAL = _SETTINGS.format(mode="auto", others="on")

_KNOWN_AT = "known_at"

_is_inside: ContextVar[bool] = ContextVar("planned_once", default=False)

# The statements that each connection has planned.
_planned: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement with named parameters (``%(name)s``) and the type of each, in the order in which they are passed.

    One that can be asked as known at a moment (``known_at``) has a plan of its own for what is known now.
    """

    name: str
    sql: str
    types: Mapping[str, str] = field(hash=False)
    # ``EXECUTE``, with the parameters by name.
    call: str = field(init=False, repr=False, compare=False)
    now: Prepared | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = ", ".join(f"%({name})s" for name in self.types)
        object.__setattr__(self, "call", f"EXECUTE {self.name} ({names})")
        object.__setattr__(self, "now", self._known_now() if _KNOWN_AT in self.types else None)

    def _known_now(self) -> Prepared:
        """Everything about the past folds away when it is planned."""
        sql = self.sql.replace(f"%({_KNOWN_AT})s", f"NULL::{self.types[_KNOWN_AT]}")
        types = {name: kind for name, kind in self.types.items() if name != _KNOWN_AT}
        return Prepared(f"{self.name}_now", sql, types)

    def as_statement(self) -> str:
        """``PREPARE``, with numbered parameters."""
        numbered = self.sql % {name: f"${place}" for place, name in enumerate(self.types, start=1)}
        return f"PREPARE {self.name} ({', '.join(self.types.values())}) AS {numbered}"


@contextmanager
def planned_once() -> Iterator[None]:
    """Inside, prepared statements keep one plan, by index; one transaction, the caller's if there is one."""
    if _is_inside.get():
        yield
        return
    token = _is_inside.set(True)
    try:
        with transaction.atomic(savepoint=False), connection.cursor() as cursor:
            cursor.execute(_BY_INDEX)
            yield
            cursor.execute(_AS_USUAL)
    finally:
        _is_inside.reset(token)


@contextmanager
def planned_once_until_end(settings: str) -> Iterator[None]:
    """The same up to the end of the caller's transaction, which has more settings of its own, in one statement.

    For transactions that do nothing but ask about rows that they name: nothing is set back.
    """
    token = _is_inside.set(True)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"{_BY_INDEX}; {settings}")
        yield
    finally:
        _is_inside.reset(token)


def fetch_prepared(statement: Prepared, params: Mapping[str, Any]) -> list[Any]:
    """All rows as tuples."""
    if statement.now is not None and params[_KNOWN_AT] is None:
        statement = statement.now
    database = connections[DEFAULT_DB_ALIAS]
    with database.cursor() as cursor:
        _prepare(statement, database.connection)
        cursor.execute(statement.call, params)
        rows: list[Any] = cursor.fetchall()
        return rows


def rows_of(kind: type[Model], name: str, where: str, types: Mapping[str, str]) -> Prepared:
    """A statement for :func:`fetch_rows`: whole rows of a table whose columns need no conversion."""
    columns = ", ".join(f'"{field.column}"' for field in kind._meta.concrete_fields)
    return Prepared(name, f"SELECT {columns} FROM {kind._meta.db_table} WHERE {where}", types)


def fetch_rows(kind: type[Row], statement: Prepared, params: Mapping[str, Any]) -> list[Row]:
    """The rows as models, as the manager would make them."""
    names = [field.attname for field in kind._meta.concrete_fields]
    return [kind.from_db(connection.alias, names, row) for row in fetch_prepared(statement, params)]


def _prepare(statement: Prepared, raw: Any) -> None:
    """Plan the statement on this connection, unless it is; a rollback does not forget it."""
    known = _planned.setdefault(raw, set())
    if statement.name not in known:
        with raw.cursor() as cursor:
            cursor.execute(statement.as_statement())
        known.add(statement.name)
