"""What a waiting document asks of a person."""

from __future__ import annotations

from typing import Any

import pytest

from invoices.domain.documents import Answer, answer_to
from invoices.intake.document_waits import DOCUMENT_WAITS


@pytest.mark.parametrize(
    ("problem", "answer"),
    [
        ({"code": "buyer_doubtful", "params": {}}, Answer.BUYER),
        ({"code": "due_unclear", "params": {}}, Answer.DUE_DATE),
        ({"code": "instalments_many", "params": {}}, Answer.DUE_DATE),
        ({"code": "number_known", "params": {"field": "buyer"}}, Answer.BUYER),
        ({"code": "number_known", "params": {"field": "amount"}}, None),
        ({"code": "seller_unknown", "params": {}}, None),
        (None, None),
    ],
)
def test_problem_asks_for_the_one_thing_that_is_missing(problem: dict[str, Any] | None, answer: Answer | None) -> None:
    assert answer_to(problem) is answer


def test_every_sentence_that_asks_for_a_due_date_is_answered_by_one() -> None:
    asking = {
        code
        for code, words in DOCUMENT_WAITS.items()
        if "ive the due date" in str(words) or "Give one due" in str(words)
    }
    assert {code for code in DOCUMENT_WAITS if answer_to({"code": code, "params": {}}) is Answer.DUE_DATE} == asking
