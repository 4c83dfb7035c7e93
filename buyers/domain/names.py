"""How alike two names are, whoever compares them: documents with the registry, or payers with buyers."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from core.domain.folding import without_accents

_NOT_WORD = re.compile(r"[\W_]+")


def name_key(name: str) -> str:
    """A name without case, accents and punctuation. Example: ``Kunden-AG, Mitte`` gives ``kunden ag mitte``."""
    return _NOT_WORD.sub(" ", without_accents(name.casefold())).strip()


def ordered_words(key: str) -> str:
    """A key with its words in the order of the alphabet: rapidfuzz's ratio of two such is their :func:`likeness`."""
    return " ".join(sorted(key.split()))


def likeness(left: str, right: str) -> float:
    """How alike two keys are, 0 to 100; the order of the words does not count.

    Formula: rapidfuzz's token_sort_ratio: 2 × common / total length, words in the order of the alphabet.
    """
    return float(fuzz.token_sort_ratio(left, right))


def name_score(left: str, right: str) -> int:
    """Likeness of two whole names, 0-100: legal forms count, for they tell legal entities apart.

    Payers are compared by :func:`invoices.domain.matching_names.name_score`: banks leave legal forms out and cut names.
    Example: ``Trading Acme`` and ``Acme, TRADING`` give 100.
    """
    return int(likeness(name_key(left), name_key(right)))
