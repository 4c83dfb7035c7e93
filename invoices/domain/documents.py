"""Documents that come in: what they are and what became of them."""

from __future__ import annotations

from enum import StrEnum


class DocumentKind(StrEnum):
    """What the file holds."""

    EINVOICE = "einvoice"
    STATEMENTS = "statements"
    UNKNOWN = "unknown"


class DocumentState(StrEnum):
    """Life of a document.

    Unchanged: the ledger had what it says already. Waiting: a person must say something first. Refused: it cannot be
    posted as it is. Discarded: a person put it aside.
    """

    POSTED = "posted"
    UNCHANGED = "unchanged"
    WAITING = "waiting"
    REFUSED = "refused"
    DISCARDED = "discarded"
