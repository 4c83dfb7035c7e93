"""Finding an order by the number that its source gave it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from core.errors import NotFound
from invoices.models import Order


def get_order_by_number(*, source: str, external_id: str) -> Order:
    """The order of this source under this number, with its buyer; raises ``order_not_found``."""
    order = Order.objects.select_related("buyer").filter(source=source, external_id=external_id).first()
    if order is None:
        params = {"field": "external_id", "value": external_id}
        raise NotFound("order_not_found", _("%(source)s has no order with this number.") % {"source": source}, params)
    return order
