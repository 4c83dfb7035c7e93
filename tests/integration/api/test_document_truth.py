"""The OpenAPI document says what is so of every operation: version, problems, headers, closed bodies."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.api.ladder import document

REF = "#/components/headers/"
TOO_LONG = "414"  # said by the web server, before the request reaches us


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for item in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(item)


def test_it_is_openapi_3_1_throughout() -> None:
    assert document()["openapi"] == "3.1.0"
    old = [
        node for node in nodes(document()["components"]) if "nullable" in node or node.get("exclusiveMinimum") is True
    ]
    assert old == []


def test_every_refusal_is_a_problem() -> None:
    for path, method, operation in operations():
        for status, response in operation["responses"].items():
            if status >= "400":
                kind = "text/html" if status == TOO_LONG else "application/problem+json"
                assert set(response["content"]) == {kind}, (path, method, status)


def test_every_answer_has_its_headers() -> None:
    for path, method, operation in operations():
        for status, response in operation["responses"].items():
            if status == TOO_LONG:
                continue
            told = {"X-Request-ID", "RateLimit", "RateLimit-Policy"}
            told |= {"401": {"WWW-Authenticate"}, "429": {"Retry-After"}, "503": {"Retry-After"}}.get(status, set())
            assert told <= set(response["headers"]), (path, method, status)
    assert document()["components"]["headers"]["Retry-After"]["required"]


@pytest.mark.parametrize(("sent", "answered"), [("If-Match", "ETag"), ("Idempotency-Key", "Idempotency-Replayed")])
def test_what_is_sent_in_a_header_is_answered_in_one(sent: str, answered: str) -> None:
    found = [
        (path, method)
        for path, method, operation in operations()
        if sent in {one["name"] for one in operation.get("parameters", ())}
        and answered not in operation["responses"]["200"]["headers"]
    ]
    assert found == []


def test_bodies_allow_no_other_fields() -> None:
    schemas = document()["components"]["schemas"]
    for path, method, operation in operations():
        for media in operation.get("requestBody", {}).get("content", {}).values():
            schema = media["schema"].get("items", media["schema"])
            name = schema.get("$ref", "").rpartition("/")[2]
            if name and schemas[name].get("properties"):
                assert schemas[name]["additionalProperties"] is False, (path, method, name)
