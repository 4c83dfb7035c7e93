"""The API is held to its own schema: whatever is sent, by whomever, the answer is one that the schema describes.

``FUZZ_EXAMPLES`` (``make api-fuzz``) says how many examples of each kind are sent to each operation.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from django.core.cache import cache

from bench.http import served
from tests.functional.api.fuzzing import all_scopes, ended_keys, everybody_else, fuzz
from tests.integration.api.ladder import document
from tests.integration.api.world import make_world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("fuzz")]
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "1"))


@pytest.fixture
def web(child_environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """The address of gunicorn on this test's database; nobody is throttled."""
    cache.clear()
    make_world()
    own = {"API_RATE": "9999999/min", "API_DRY_RUN_RATE": "9999999/min"}
    with served(tmp_path / "web.log", child_environment | own) as (port, _):
        yield f"http://127.0.0.1:{port}"


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
        address = web + path.replace("{id}", "1").translate(str.maketrans("", "", "{}"))
        for method in operations:
            for code, headers in callers.items():
                answer = requests.request(method, address, headers=headers, json={}, timeout=30)
                assert (answer.status_code, answer.json()["code"]) == (401, code), (method, path, answer.text)
