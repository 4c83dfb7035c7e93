"""Quarantined rows as lines that can be mended on the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.desk_labels import QUARANTINE_STATES
from dashboard.labels import Label
from invoices.domain.kinds import QuarantineState
from invoices.queries.imports import QuarantineItem


@dataclass(frozen=True, slots=True)
class EditableRow:
    """A row with the cell that is wrong first."""

    item: QuarantineItem
    state: Label
    is_open: bool
    wrong: tuple[str, str] | None
    others: list[tuple[str, str]]


def editable_rows(items: Iterable[QuarantineItem]) -> list[EditableRow]:
    """The rows in the order given."""
    return [editable_row(item) for item in items]


def editable_row(item: QuarantineItem) -> EditableRow:
    """The column that the reason names is offered for mending; the others stand behind it."""
    column = item.column if item.column in item.cells else ""
    return EditableRow(
        item=item,
        state=QUARANTINE_STATES[QuarantineState(item.state)],
        is_open=item.state == QuarantineState.OPEN,
        wrong=(column, item.cells[column]) if column else None,
        others=[(name, text) for name, text in item.cells.items() if name != column],
    )
