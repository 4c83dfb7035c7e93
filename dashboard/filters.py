"""Filters that a worklist keeps in its address."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from core.models import User

MINE, NOBODY = "mine", "nobody"


def query_of(query: QueryDict, names: Collection[str]) -> str:
    """The filter as the end of an address: of ``names`` those that are set."""
    kept = query.copy()
    for name in list(kept):
        if name not in names or not kept[name]:
            del kept[name]
    return f"?{kept.urlencode()}" if kept else ""


def of_owner(rows: QuerySet[Any], who: str, user: User) -> QuerySet[Any]:
    """Those assigned to the reader, to nobody, or all of them."""
    if who == MINE:
        rows = rows.filter(assignee_id=user.pk)
    return rows.filter(assignee=None) if who == NOBODY else rows
