"""The words of a refusal on a page: the one place that says them in the reader's language."""

from __future__ import annotations

from typing import Protocol

from core.language import in_language


class Refusing(Protocol):
    """What says in a message why something may not be: a ``DomainError``, or who may not sign."""

    @property
    def message(self) -> str:
        """The sentence, in English."""


def words_of(problem: Refusing) -> str:
    """Why a rule refuses something, in the active language."""
    return in_language(problem.message)
