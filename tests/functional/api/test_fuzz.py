"""The API is held to its own schema: whatever is sent, by whomever, the answer is one that the schema describes.

``FUZZ_EXAMPLES`` (``make api-fuzz``) says how many examples of each kind are sent to each operation.
"""

from __future__ import annotations

import os
import re

import pytest
import requests

from tests.functional.api.fuzzing import all_scopes, ended_keys, everybody_else, fuzz
from tests.integration.api.ladder import document
from tests.integration.api.world import make_world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("fuzz")]
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "1"))


@pytest.fixture
def web(port: int) -> str:
    """The address of a server with something to ask about."""
    make_world()
    return f"http://127.0.0.1:{port}"


def test_a_key_of_every_scope_gets_described_answers(web: str) -> None:
    phases = ["coverage", "fuzzing", *(["stateful"] if EXAMPLES > 1 else [])]
    found = fuzz(web, [all_scopes()], examples=EXAMPLES, phases=phases)
    assert not found.findings, found.text
    assert found.answers[200] > 50, found.answers


def test_everybody_else_gets_described_answers(web: str) -> None:
    found = fuzz(web, everybody_else(), examples=4 * EXAMPLES, phases=["fuzzing"])
    assert not found.findings, found.text


def test_who_has_no_key_that_works_is_told_so_by_every_operation(web: str) -> None:
    callers = ended_keys()
    for path, operations in document()["paths"].items():
        address = web + re.sub(r"{(id|position|delivery)}", "1", path).translate(str.maketrans("", "", "{}"))
        for method in operations:
            for code, headers in callers.items():
                answer = requests.request(method, address, headers=headers, json={}, timeout=30)
                assert (answer.status_code, answer.json()["code"]) == (401, code), (method, path, answer.text)
