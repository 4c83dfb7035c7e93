"""What is on record under a source's number, whatever it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """The values of a record as they stand, and its versions: they change with every change of it."""

    versions: tuple[int, int]
    values: Mapping[str, Any]
