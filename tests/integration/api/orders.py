"""What the tests of order checks share: the golden buyer of domain.md section 4, and short ways to ask."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from rest_framework.test import APIClient

from buyers.models import Buyer
from core.models import IdempotencyKey, Job, User
from credit.models import Hold, OrderCheck, OrderGate, Release, Reservation
from credit.services.checks import CheckRequest, check_order
from invoices.models import Order, Receipt, Shipment
from tests.integration.api.ladder import check_problem, check_schema, ok
from tests.integration.credit.builders import TODAY, make_clean_buyer, make_limit, make_order, ship
from tests.integration.invoices.builders import make_invoice

CHECKS = "/api/v1/order-checks/"
ONE = "/api/v1/order-checks/{id}/"
LATER = TODAY + timedelta(days=100)
# The key that ``ladder.with_key`` makes is named so, and speaks for the source of its name.
SOURCE = "ERP"

_keys = count(1)
_DRY: dict[str, Any] = {"dry_run": True, "external_id": ...}


def golden_buyer(code: str = "ACME", **fields: Any) -> Buyer:
    """Limit 500; receivables 310, delivered 60, ordered inside the horizon 90, later 120 (thousand USD)."""
    buyer = make_clean_buyer(code, **fields)
    first = make_limit(buyer, "1000000")
    due = {"issued": str(TODAY - timedelta(days=30)), "due": str(TODAY + timedelta(days=30))}
    make_invoice(buyer, "310000", **due)
    delivered = make_order(buyer, "60000")
    for order in (delivered, make_order(buyer, "90000"), make_order(buyer, "120000", planned_ship_date=LATER)):
        check_order(CheckRequest(order_id=order.pk), as_of=TODAY, actor_label="api:erp")
    ship(delivered)
    make_limit(buyer, "500000", since=first.valid_from + timedelta(days=1))
    return buyer


def order_body(amount: str = "80000.00", **fields: Any) -> dict[str, Any]:
    """The new order of the golden case."""
    known = {
        "buyer": "ACME",
        "external_id": "SO-1",
        "currency": "USD",
        "amount": amount,
        "terms": "open_account",
        "terms_days": 60,
        "planned_ship_date": (TODAY + timedelta(days=20)).isoformat(),
    }
    return {name: value for name, value in (known | fields).items() if value is not ...}


def send(client: APIClient, url: str = CHECKS, body: Any = None, *, key: str | None = "", **headers: str) -> Any:
    """A POST under a new Idempotency-Key (None: without one); headers as ``If_Match``."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    if key is not None:
        given["Idempotency-Key"] = key or f"key-{next(_keys)}"
    return client.post(url, {} if body is None else body, format="json", headers=given)


def ask(client: APIClient, *, status: int = 201, **fields: Any) -> dict[str, Any]:
    """Check an order for real."""
    return ok(send(client, body=order_body(**fields)), CHECKS, "post", status=status)


def what_if(client: APIClient, **fields: Any) -> dict[str, Any]:
    """A dry run."""
    return ok(send(client, body=order_body(**_DRY | fields), key=None), CHECKS, "post")


def act(client: APIClient, check_id: int, verb: str, body: Any = None, *, status: int = 200, **more: Any) -> Any:
    """Release, reject, cancel or recheck."""
    return ok(
        send(client, f"{CHECKS}{check_id}/{verb}/", body, **more), f"{CHECKS}{{id}}/{verb}/", "post", status=status
    )


def refused(response: Any, status: int, code: str, field: str | None = None, path: str = CHECKS) -> dict[str, Any]:
    """A refusal as documented, naming the field."""
    body = check_problem(response, status, code)
    if status not in (401, 405):
        check_schema(response, path, "post")
    assert body.get("field") == field, body
    return body


def rule(answer: dict[str, Any], name: str) -> dict[str, Any]:
    """One rule of an answer."""
    found: dict[str, Any] = next(one for one in answer["rules"] if one["rule"] == name)
    return found


def everything() -> tuple[Any, ...]:
    """What a refused request must not change; the kept refusal itself is no change."""
    models = (OrderCheck, Reservation, Hold, Release, Receipt, Shipment, Job)
    return (
        *(model.objects.count() for model in models),
        list(Order.objects.order_by("pk").values_list("pk", "version", "status", "amount", "currency")),
        list(OrderGate.objects.order_by("pk").values_list("pk", "version", "state")),
    )


def make_ana() -> User:
    """A person in sales."""
    return User.objects.create(username="ana", role="sales")


def kept_answers() -> int:
    """How many answers are kept under keys."""
    return IdempotencyKey.objects.count()
