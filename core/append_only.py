"""Tables that only grow: what the database itself refuses."""

from typing import Any

import pgtrigger


def append_only() -> pgtrigger.Trigger:
    """A trigger that refuses UPDATE and DELETE; corrections are new rows."""
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


def append_only_tables() -> list[str]:
    """The tables guarded by :func:`append_only`, for the runtime role's missing privileges."""
    from django.apps import apps

    models: list[Any] = list(apps.get_models())
    guarded = [
        m for m in models if any(getattr(t, "name", "") == "append_only" for t in getattr(m._meta, "triggers", ()))
    ]
    return sorted(m._meta.db_table for m in guarded)
