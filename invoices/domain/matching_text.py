"""Numbers in the words of a payment: how they are written down, and how they are found again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from stdnum import iso11649

from core.domain.folding import without_accents

# What people put into numbers to make them readable, and leave out again where they write them down. As
# invoices.models.fields.plain_number in the database: both sides of a comparison are made plain alike.
SEPARATORS = " -/._:#,"
_DROP = str.maketrans("", "", SEPARATORS)
_RUN = re.compile(r"[0-9A-Z]+", re.ASCII)
_MOST_RUNS, _SHORTEST, _LONGEST, _LEAST_DIGITS = 4, 4, 40, 3


def plain(number: str) -> str:
    """A number in capitals without separators.

    Example: ``plain("inv-2026/00 123") == "INV202600123"``.
    """
    return number.translate(_DROP).upper()


def folded(text: str) -> str:
    """Capitals without accents: Ä and Á are A, ß is SS; letters that are no Latin ones stay.

    Example: ``folded("Müßig & Søn") == "MUSSIG & SØN"``.
    """
    return without_accents(text.upper())


def tokens(text: str) -> Iterator[str]:
    """What may be a number in a text: one to four runs of letters and digits put together, plain.

    Kept are those of 4 to 40 characters with at least 3 digits, each once. Formula: for runs r₁ … rₙ every
    rᵢ‖…‖rⱼ with j − i < 4, so at most 4n. Example: ``set(tokens("Inv. 2026-00123"))`` holds ``INV202600123``,
    ``202600123``, ``INV2026``, ``2026`` and ``00123``.
    """
    runs = _RUN.findall(folded(text))
    seen: set[str] = set()
    for start in range(len(runs)):
        joined = ""
        for run in runs[start : start + _MOST_RUNS]:
            joined += run
            if len(joined) > _LONGEST:
                break
            if joined not in seen and _is_number_like(joined):
                seen.add(joined)
                yield joined


def _is_number_like(token: str) -> bool:
    return len(token) >= _SHORTEST and sum(letter.isdigit() for letter in token) >= _LEAST_DIGITS


def creditor_reference(value: str) -> str:
    """The number in a creditor reference by ISO 11649 with right check digits; else empty.

    Example: ``creditor_reference("RF18 5390 0754 7034") == "539007547034"``.
    """
    compact = plain(value)
    return compact[4:] if compact.startswith("RF") and iso11649.is_valid(compact) else ""


def creditor_references(values: Iterable[str]) -> tuple[str, ...]:
    """The numbers of all creditor references among some references and the words of a text, each once."""
    found = (creditor_reference(value) for value in values)
    return tuple(dict.fromkeys(number for number in found if number))
