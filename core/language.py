"""What was said in English, in the language of whoever reads it now."""

from __future__ import annotations

from django.utils.translation import gettext

from core.words import Sentence


def in_language(text: str) -> str:
    """A sentence in the active language, with the sentences in it; any other text as it is."""
    if not isinstance(text, Sentence):
        return text
    return gettext(text.template) % {name: _figure(value) for name, value in text.figures.items()}


def _figure(value: object) -> object:
    return in_language(value) if isinstance(value, Sentence) else value
