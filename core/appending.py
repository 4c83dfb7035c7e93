"""Adding a row by a statement that is planned once: what happens at every decision is not compiled each time."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import DecimalField, JSONField, Model

from core.queries.prepared import Prepared, fetch_prepared

Row = TypeVar("Row", bound=Model)


def append(row: Row) -> Row:
    """Insert the row as it is and give it its id; for tables without signals, every value known beforehand."""
    return _insert(row, _statement(type(row), "RETURNING id")) or row


def append_unless_known(row: Row) -> Row | None:
    """The same; None if a unique index knows the row already. Waits for whoever is just adding it."""
    return _insert(row, _statement(type(row), "ON CONFLICT DO NOTHING RETURNING id"))


def _insert(row: Row, statement: Prepared) -> Row | None:
    values = {field.column: _value(row, field) for field in _columns(type(row))}
    added = fetch_prepared(statement, values)
    if not added:
        return None
    row.pk = added[0][0]
    state = row._state  # noqa: SLF001 -- as Model.save leaves it
    state.adding, state.db = False, connection.alias
    return row


# These are written otherwise than they are held; everything else goes as it is.
_PREPARED_BY_DJANGO = (DecimalField, JSONField)


def _value(row: Model, field: Any) -> Any:
    value = getattr(row, field.attname)
    return field.get_db_prep_save(value, connection) if isinstance(field, _PREPARED_BY_DJANGO) else value


@cache
def _columns(kind: type[Model]) -> list[Any]:
    return [field for field in kind._meta.concrete_fields if not field.primary_key]


@cache
def _statement(kind: type[Model], ending: str) -> Prepared:
    fields, table = _columns(kind), kind._meta.db_table
    names = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(f"%({field.column})s" for field in fields)
    sql = f"INSERT INTO {table} ({names}) VALUES ({values}) {ending}"  # noqa: S608 -- names of our own tables
    name = f"add_{table}_known" if "CONFLICT" in ending else f"add_{table}"
    return Prepared(name, sql, {field.column: str(field.db_type(connection)) for field in fields})
