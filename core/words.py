"""Sentences for people that can be said again in another language: the template is kept beside the figures.

Rules must not know a framework, so they cannot translate; a sentence reads in English (logs, commands, the API) until
:func:`core.language.in_language` says it in the reader's. ``makemessages`` collects templates by the usual name:
``from core.words import sentence as _``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self


class Sentence(str):
    """English text made of ``template`` (printf style, the id of its translation) and ``figures``."""

    __slots__ = ("figures", "template")

    template: str
    figures: Mapping[str, object]

    def __new__(cls, template: str, /, **figures: object) -> Self:
        """The sentence in English; figures may be sentences themselves."""
        said = super().__new__(cls, template % figures)
        said.template, said.figures = template, figures
        return said

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.template,), dict(self.figures)


def sentence(template: str, /, **figures: object) -> Sentence:
    """A sentence with its figures. Example: ``sentence("Write %(low)s or more.", low=3)`` is "Write 3 or more."."""
    return Sentence(template, **figures)
