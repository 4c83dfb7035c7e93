"""Documents that come in: what they are and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


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


class Answer(StrEnum):
    """What a waiting document may ask of a person."""

    BUYER = "buyer"
    DUE_DATE = "due"


_ASKED_BY = {
    "buyer_unmatched": Answer.BUYER,
    "buyer_doubtful": Answer.BUYER,
    "due_missing": Answer.DUE_DATE,
    "due_unclear": Answer.DUE_DATE,
    "due_before_issue": Answer.DUE_DATE,
    "instalments_differ": Answer.DUE_DATE,
    "instalments_many": Answer.DUE_DATE,
}


def answer_to(problem: Mapping[str, Any] | None) -> Answer | None:
    """What a person must say before a document with this problem (``code``, ``params``) posts; None if no answer would.

    A number that the ledger has of another buyer may be the wrong buyer that somebody confirmed. Example:
    ``answer_to({"code": "due_missing", "params": {}}) is Answer.DUE_DATE``.
    """
    if problem is None:
        return None
    if problem["code"] == "number_known" and problem["params"].get("field") == "buyer":
        return Answer.BUYER
    return _ASKED_BY.get(problem["code"])
