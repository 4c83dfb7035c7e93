"""The last hand on the OpenAPI document: what follows from how the house answers, and not from one endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.api.request_ids import HEADER as REQUEST_ID

Node = dict[str, Any]
_REF = "#/components/schemas/"
HEADERS: dict[str, Node] = {
    REQUEST_ID: {
        "description": "Under which our logs know the request.",
        "required": True,
        "schema": {"type": "string", "minLength": 1},
    },
    "RateLimit-Policy": {
        "description": "How many requests a key or person may send in a window of so many seconds.",
        "schema": {"type": "string", "examples": ['"client";q=1200;w=60']},
    },
    "RateLimit": {
        "description": "How many are left, and the seconds to the next window.",
        "schema": {"type": "string", "examples": ['"client";r=1187;t=41']},
    },
    "Retry-After": {
        "description": "Seconds to wait before the next try.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    "WWW-Authenticate": {
        "description": "How to say who calls.",
        "required": True,
        "schema": {"type": "string"},
    },
    "Idempotency-Replayed": {
        "description": "true: the answer that the same request was given before.",
        "schema": {"type": "string", "const": "true"},
    },
    "Deprecation": {
        "description": "A parameter that was used is on its way out since this moment (RFC 9745).",
        "schema": {"type": "string", "pattern": "^@[0-9]+$"},
    },
    "Sunset": {
        "description": "Until when it works (RFC 8594).",
        "schema": {"type": "string"},
    },
}
_EVERYWHERE = (REQUEST_ID, "RateLimit-Policy", "RateLimit")
_BY_STATUS = {"401": ("WWW-Authenticate",), "429": ("Retry-After",), "503": ("Retry-After",)}


def finish(result: Node, **_hook: Any) -> Node:
    """The hook of drf-spectacular."""
    components = result["components"]
    components["headers"] = HEADERS
    # Problems may hold further members, e.g. what a rule measured (RFC 9457, section 3.2).
    components["schemas"]["Problem"]["additionalProperties"] = {}
    for operation in _operations(result):
        _close_body(operation, components["schemas"])
        _name_members(operation, components["schemas"])
        _name_headers(operation)
        _bound_address(operation)
    return result


def _operations(result: Node) -> Iterator[Node]:
    for operations in result["paths"].values():
        yield from operations.values()


def _close_body(operation: Node, schemas: Node) -> None:
    """A field that does not exist is an error, so the document must not allow it."""
    content = operation.get("requestBody", {}).get("content", {})
    if content.keys() - {"application/json"}:  # records or a file: what would be none of them?
        operation["requestBody"]["required"] = True
    for media in content.values():
        for name in _named(media.get("schema", {}), schemas):
            if "properties" in schemas[name]:
                schemas[name]["additionalProperties"] = False


def _named(node: Any, schemas: Node) -> Iterator[str]:
    """Names of the components that a schema is made of."""
    if isinstance(node, list):
        for item in node:
            yield from _named(item, schemas)
    elif isinstance(node, dict):
        if str(node.get("$ref", "")).startswith(_REF):
            name = node["$ref"].removeprefix(_REF)
            yield name
            yield from _named(schemas[name], schemas)
        for value in node.values():
            yield from _named(value, schemas)


def _name_members(operation: Node, schemas: Node) -> None:
    """Lists go with commas between; ``fields`` names members of the row, and a row then holds no others."""
    for parameter in operation.get("parameters", ()):
        if parameter["schema"].pop("deprecated", False):
            parameter["deprecated"] = True
        if parameter["in"] == "query" and parameter["schema"].get("type") == "array":
            parameter |= {"style": "form", "explode": False}
            if parameter["name"] == "fields":
                parameter["schema"] = _members(operation, schemas)


def _members(operation: Node, schemas: Node) -> Node:
    page = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].removeprefix(_REF)
    items = schemas[page]["properties"]["results"]["items"]
    whole = (items["anyOf"][0] if "anyOf" in items else items)["$ref"].removeprefix(_REF)
    names = list(schemas[whole]["properties"])
    part = f"{whole}Members"
    schemas[part] = {
        "type": "object",
        "description": f"What fields names of {whole}.",
        "properties": {name: {"$ref": f"{_REF}{whole}/properties/{name}"} for name in names},
        "additionalProperties": False,
    }
    schemas[page]["properties"]["results"]["items"] = {"anyOf": [{"$ref": _REF + whole}, {"$ref": _REF + part}]}
    return {"type": "array", "items": {"type": "string", "enum": names}, "minItems": 1}


def _name_headers(operation: Node) -> None:
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    for status, response in operation["responses"].items():
        told = [*_EVERYWHERE, *_BY_STATUS.get(status, ())]
        if "Idempotency-Key" in names and status < "500":
            told.append("Idempotency-Replayed")
        if status == "200" and any(parameter.get("deprecated") for parameter in operation.get("parameters", ())):
            told += ["Deprecation", "Sunset"]
        refs = {name: {"$ref": f"#/components/headers/{name}"} for name in told}
        response["headers"] = {**refs, **response.get("headers", {})}


def _bound_address(operation: Node) -> None:
    """What the web server itself answers to an address that is too long: before it reaches us, and not in JSON."""
    if any(parameter["in"] == "query" for parameter in operation.get("parameters", ())):
        operation["responses"]["414"] = {
            "description": "The address with its parameters is longer than 8,190 bytes.",
            "content": {"text/html": {"schema": {"type": "string"}}},
        }
