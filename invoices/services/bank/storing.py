"""Many changed lines by one statement."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from invoices.models import BankLine


def store(lines: Sequence[BankLine], columns: Mapping[str, str]) -> None:
    """Write these columns (name and type) of locked lines as they stand in memory."""
    if not lines:
        return
    names = list(columns)
    sql = f"""
UPDATE invoices_bankline l SET {", ".join(f"{name} = v.{name}" for name in names)}
FROM unnest(%(id)s::bigint[], {", ".join(f"%({name})s::{columns[name]}[]" for name in names)})
    AS v(id, {", ".join(names)})
WHERE l.id = v.id
"""
    values = {name: [_value(line, name, columns[name]) for line in lines] for name in names}
    with connection.cursor() as cursor:
        cursor.execute(sql, {"id": [line.pk for line in lines], **values})


def _value(line: BankLine, name: str, kind: str) -> Any:
    value = getattr(line, name)
    return json.dumps(value) if kind == "jsonb" and value is not None else value
