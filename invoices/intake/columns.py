"""Which column of this file holds which field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from invoices.intake.delimiter import column_key
from invoices.intake.profile import Profile
from invoices.intake.reasons import FileRefused
from invoices.intake.records import Table


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Column index by field and by filter, for one file's header."""

    header: tuple[str, ...]
    fields: Mapping[str, int]
    filters: tuple[int, ...]

    def column_of(self, field: str) -> str:
        """The file's own name for a field's column; empty if the field has none."""
        index = self.fields.get(field)
        return "" if index is None else self.header[index]


def map_columns(table: Table, profile: Profile) -> ColumnMap:
    """Find the profile's columns in the header; raises ``columns_missing`` with what the header has."""
    places = {column_key(name): index for index, name in enumerate(table.header) if name}
    fields: dict[str, int] = {}
    for name, column in profile.columns.items():
        index = next((places[column_key(n)] for n in column.names if column_key(n) in places), None)
        if index is not None:
            fields[name] = index
        elif not column.is_optional:
            raise _missing(" / ".join(column.names), table, profile)
    for condition in profile.filters:
        if column_key(condition.column) not in places:
            raise _missing(condition.column, table, profile)
    filters = tuple(places[column_key(condition.column)] for condition in profile.filters)
    return ColumnMap(header=table.header, fields=fields, filters=filters)


def _missing(name: str, table: Table, profile: Profile) -> FileRefused:
    found = ", ".join(filter(None, table.header))
    shown = found if len(found) <= 400 else found[:400] + "…"
    return FileRefused("columns_missing", value=name, profile=profile.name, line=table.header_line, found=shown)
