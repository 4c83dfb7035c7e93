"""Letters without their accents, the same way for names and for the words of payments."""

from __future__ import annotations

import unicodedata


def without_accents(text: str) -> str:
    """The text in compatibility form without combining marks; letters that are no Latin ones stay.

    Example: ``without_accents("Müller, Søn") == "Muller, Søn"``.
    """
    if text.isascii():
        return text
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
