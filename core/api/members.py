"""Sparse rows: a caller names the members that it wants."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.serializers import Serializer

from core.api.problems import ParameterError, nearest


def keep_members(serializer: Serializer[Any], wanted: Collection[str] | None) -> None:
    """Leave only the wanted members in what a row is shown with. Raises ``parameter_invalid`` for an unknown one."""
    if wanted is None:
        return
    known = list(serializer.fields)
    for name in wanted:
        if name not in known:
            raise _unknown(name, known)
    for name in set(known) - set(wanted):
        serializer.fields.pop(name)


def _unknown(name: str, known: list[str]) -> ParameterError:
    return ParameterError(
        code="parameter_invalid",
        detail=_("A row has no member %(name)r; it has: %(known)s.") % {"name": name[:60], "known": ", ".join(known)},
        field="fields",
        value=name[:60],
        fix=nearest(name, known),
    )
