"""What a file of statements comes to: those that add up, and those refused, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from invoices.intake.reasons import FileRefused
from invoices.intake.statements.records import Statement

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedStatement:
    """A statement that was not taken: which one (from 1), its own number, and why."""

    position: int
    name: str
    refusal: FileRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The statements of one file."""

    statements: tuple[Statement, ...]
    refused: tuple[RefusedStatement, ...]


def each(parts: Iterable[_Part], read: Callable[[_Part], Statement], *, name: Callable[[_Part], str]) -> Outcome:
    """Read part after part; a statement is taken whole or not at all, and a refused one stops no other."""
    taken: list[Statement] = []
    refused: list[RefusedStatement] = []
    for position, part in enumerate(parts, start=1):
        try:
            taken.append(read(part))
        except FileRefused as refusal:
            # without its traceback, which would keep every frame of the reading alive
            bare = refusal.with_traceback(None)
            bare.__cause__ = bare.__context__ = None
            refused.append(RefusedStatement(position=position, name=name(part), refusal=bare))
    return Outcome(statements=tuple(taken), refused=tuple(refused))
