"""Finding orders and shipments by the numbers that their sources gave them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from core.errors import NotFound
from core.queries.sql import fetch_all
from invoices.models import Order, Shipment


def get_order_by_number(*, source: str, external_id: str) -> Order:
    """The order of this source under this number, with its buyer; raises ``order_not_found``."""
    order = Order.objects.select_related("buyer").filter(source=source, external_id=external_id).first()
    if order is None:
        params = {"field": "external_id", "value": external_id}
        raise NotFound("order_not_found", _("%(source)s has no order with this number.") % {"source": source}, params)
    return order


def order_ids(numbers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Ids of orders by source and number."""
    pairs = list(dict.fromkeys(numbers))
    sql = (
        "SELECT o.source, o.external_id, o.id FROM invoices_order o "
        "JOIN unnest(%(sources)s::text[], %(ids)s::text[]) AS wanted(source, external_id) USING (source, external_id)"
    )
    params = {"sources": [pair[0] for pair in pairs], "ids": [pair[1] for pair in pairs]}
    return {(source, number): pk for source, number, pk in fetch_all(sql, params)}


def orders_of_source(source: str, external_ids: Iterable[str]) -> dict[str, Order]:
    """Orders of one source, by number."""
    return {one.external_id: one for one in Order.objects.filter(source=source, external_id__in=set(external_ids))}


def latest_shipments(source: str, external_ids: Iterable[str]) -> dict[str, Shipment]:
    """The version that counts of each shipment of a source, by number."""
    versions = Shipment.objects.filter(source=source, external_id__in=set(external_ids))
    latest = versions.order_by("external_id", "-recorded_at", "-pk").distinct("external_id")
    return {one.external_id: one for one in latest}
