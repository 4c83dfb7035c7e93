"""The OpenAPI document in docs/ is the one that the product serves."""

from pathlib import Path

import yaml
from drf_spectacular.validation import validate_schema

from tests.integration.api.ladder import document
from tests.integration.api.test_ladder import ADMINISTRATION, INTAKE

FILE = Path(__file__).parents[3] / "docs" / "openapi.yaml"


def test_document_in_the_repository_is_current() -> None:
    assert yaml.safe_load(FILE.read_text()) == yaml.safe_load(yaml.safe_dump(_plain(document()))), "run: make schema"


def test_document_is_valid_openapi() -> None:
    validate_schema(document())


def test_every_operation_says_what_it_is_and_how_it_fails() -> None:
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (path, method)
            assert {"200", "400", "401", "403", "406", "429"} <= set(operation["responses"]), (path, method)


def test_what_changes_something_stands_with_orders_limits_intake_and_administration_only() -> None:
    changing = {path: set(operations) - {"get"} for path, operations in document()["paths"].items()}
    assert {path for path, methods in changing.items() if methods} <= {
        "/api/v1/order-checks/",
        *(f"/api/v1/order-checks/{{id}}/{verb}/" for verb in ("release", "reject", "cancel", "recheck")),
        "/api/v1/limit-requests/",
        *(f"/api/v1/limit-requests/{{id}}/{verb}/" for verb in ("approve", "reject", "withdraw")),
        "/api/v1/receipts/",
        "/api/v1/orders/{source}/{external_id}/shipments/{shipment}/",
        *INTAKE,
        *ADMINISTRATION,
    }


def _plain(node: object) -> object:
    """Lazy texts as text, ordered mappings as mappings."""
    if isinstance(node, dict):
        return {str(name): _plain(value) for name, value in node.items()}
    if isinstance(node, list | tuple):
        return [_plain(item) for item in node]
    return node if isinstance(node, bool | int | float | type(None)) else str(node)


def test_guide_names_every_address() -> None:
    guide = (FILE.parent / "api.md").read_text()
    assert [path for path in document()["paths"] if f"`{path}`" not in guide] == []
