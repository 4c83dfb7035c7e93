"""What the tests of every endpoint share: callers, the shape of refusals, and the schema that answers must match."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker
from rest_framework.test import APIClient

from core.models import User
from core.services.api_clients import create_client

SIGNED_IN = "allauth.account.auth_backends.AuthenticationBackend"


def with_key(*scopes: str) -> APIClient:
    """A system with a key of these scopes (default: read)."""
    issued = create_client(name="ERP", scopes=scopes or ("read",), expires_at=None, now=timezone.now(), actor=None)
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {issued.key}")
    return client


def as_person(role: str, *, user: User | None = None) -> APIClient:
    """A signed-in person."""
    client = APIClient(raise_request_exception=False)
    person = user or User.objects.create(username=f"person-{role}", role=role)
    client.force_login(person, backend=SIGNED_IN)
    return client


def check_problem(response: Any, status: int, code: str, path: str = "") -> dict[str, Any]:
    """The refusal's body, after a look at its shape."""
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["code"]) == (status, code), body
    assert response["Content-Type"] == "application/problem+json"
    assert (body["status"], body["type"]) == (status, f"urn:duewatch:problem:{code}")
    assert body["detail"]
    if path:
        check_schema(response, path)
    return body


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return found


def check_schema(response: Any, path: str, method: str = "get") -> None:
    """The answer is what the document promises for this operation and status, no more and no less."""
    answers = document()["paths"][path][method]["responses"]
    content = answers[str(response.status_code)]["content"][response["Content-Type"]]
    schema = {**_closed(content["schema"]), "components": _closed(document()["components"])}
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    problems = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(response.json())]
    assert not problems, problems


def ok(response: Any, path: str, method: str = "get", *, status: int = 200) -> dict[str, Any]:
    """The body of an answer that says yes, after a look at its shape."""
    body: dict[str, Any] = response.json()
    assert response.status_code == status, body
    check_schema(response, path, method)
    return body


def _closed(node: Any) -> Any:
    """Objects with named properties hold no others: an undocumented member is a defect too."""
    if isinstance(node, list):
        return [_closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "anyOf" in node and str(node["anyOf"][-1].get("$ref", "")).endswith("Members"):
        return _closed(node["anyOf"][0])  # a row of which not only some members were asked for
    closed = {name: _closed(value) for name, value in node.items()}
    is_object = closed.get("type") == "object" and "properties" in closed
    return {"additionalProperties": False, **closed} if is_object else closed
