"""Where an order stands with credit now; while it is on hold the page asks again by itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from core.domain.roles import Permission
from credit.domain.kinds import GateState
from credit.models import OrderGate
from dashboard.credit_labels import GATES
from dashboard.labels import Label
from dashboard.orders.answer import answer_of
from dashboard.pages import PageView
from dashboard.queries.orders import get_check, get_order
from invoices.models import Order


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of an order's gate and the answer that it stands on; ``is_watched`` while that may change by itself."""

    order_id: int
    check_id: int
    label: Label
    is_watched: bool


def standing_of(order: Order) -> Standing | None:
    """None for an order that nobody has asked about."""
    gate = OrderGate.objects.filter(order=order).first()
    if gate is None or gate.check_row_id is None:
        return None
    state = GateState(gate.state)
    return Standing(order.pk, gate.check_row_id, GATES[state], is_watched=state is GateState.HELD)


class OrderAnswer(PageView):
    """``/orders/<id>/answer/?seen=CHECK``: the answer for a page that waits; 204 while it is still that one."""

    permission = Permission.ORDER_CHECK

    def get(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """The answer that the order stands on, as the reader may see it."""
        order = get_order(order_id, scope=self.page.scope)
        standing = standing_of(order)
        if standing is None or (standing.is_watched and request.GET.get("seen") == str(standing.check_id)):
            return HttpResponse(status=204)
        answer = answer_of(
            get_check(standing.check_id, scope=self.page.scope), sees_limits=self.page.may(Permission.LIMITS_READ)
        )
        may_request = self.page.may(Permission.LIMIT_REQUEST)
        return self.render("orders/_answer.html", answer=answer, standing=standing, may_request=may_request)
