"""Why an order is not changed as somebody asks, in the words of whoever asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.errors import Conflict, NotFound
from core.words import sentence as _
from invoices.domain.orders import OrderStatus
from invoices.models import Order
from invoices.queries.orders import OrderProgress


def another_buyer(known: Order, params: Mapping[str, Any]) -> Conflict:
    """The refusal of an order's number that comes with another buyer."""
    message = _("Order %(external_id)s is of another buyer.", external_id=known.external_id)
    return Conflict("order_of_another_buyer", message, params)


def has_ended(known: Order, params: Mapping[str, Any]) -> Conflict:
    """The refusal of another content for an order that has ended."""
    message = _(
        "Order %(external_id)s is %(status)s; re-open it first.", external_id=known.external_id, status=known.status
    )
    return Conflict("order_ended", message, params)


def changed_meanwhile(order: Order, version: int) -> Conflict:
    """The refusal of a change that was made from another version than the one that stands."""
    message = _(
        "Order %(external_id)s was changed meanwhile (not version %(version)s); look again.",
        external_id=order.external_id,
        version=version,
    )
    return Conflict("order_changed", message, {"field": "version", "value": str(version), "order": order.pk})


def nothing_to_change(external_id: str) -> NotFound:
    """The refusal of a version of an order that is not on record."""
    params = {"field": "external_id", "value": external_id}
    return NotFound(
        "order_not_found", _("There is no order %(external_id)s to change.", external_id=external_id), params
    )


def check_end(order: Order, status: OrderStatus, progress: OrderProgress) -> None:
    """Goods that left stay billable; raises ``goods_have_left``, ``goods_not_invoiced``."""
    params = {"field": "status", "value": status.value, "delivered": str(progress.delivered)}
    if status == OrderStatus.CANCELLED and progress.delivered > 0:
        message = _(
            "%(delivered)s %(currency)s of order %(external_id)s has left; lower its amount.",
            delivered=progress.delivered,
            currency=order.currency,
            external_id=order.external_id,
        )
        raise Conflict("goods_have_left", message, params)
    if status == OrderStatus.CLOSED and progress.delivered > progress.invoiced:
        message = _(
            "Of order %(external_id)s %(delivered)s has left, %(invoiced)s was invoiced.",
            external_id=order.external_id,
            delivered=progress.delivered,
            invoiced=progress.invoiced,
        )
        raise Conflict("goods_not_invoiced", message, {**params, "invoiced": str(progress.invoiced)})
