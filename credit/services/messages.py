"""What is told of decided orders, holds and limits; figures that could show a limit are for who may read limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.domain.outbox import MessageKind
from core.house import base_currency
from core.services.outbox.figures import amount_text
from core.services.outbox.publishing import Notice, publish, publish_all
from credit.domain.kinds import HoldState, Result
from credit.models import CreditLimit, Hold, HoldEvent, OrderCheck, OrderGate
from invoices.models import Order


def order_decided(check: OrderCheck, gate: OrderGate) -> None:
    """An order was checked and the answer acted upon; what-ifs are nobody's business."""
    publish(MessageKind.ORDER_DECIDED, lambda: _decided(check, gate))


def hold_changed(*events: HoldEvent) -> None:
    """Holds opened, have other reasons or figures, were handed on, or ended; some statements for any number."""
    publish_all({_kind_of(event) for event in events}, lambda: _holds(events))


def limit_changed(row: CreditLimit, *, event: str) -> None:
    """A version of a limit was recorded (``recorded``), began or ended."""
    publish(MessageKind.LIMIT_CHANGED, lambda: _limit(row, event))


def _decided(check: OrderCheck, gate: OrderGate) -> Notice:
    order = Order.objects.select_related("buyer").get(pk=gate.order_id)
    exposure: dict[str, Any] = check.exposure
    return Notice(
        kind=MessageKind.ORDER_DECIDED,
        subject=f"order:{order.pk}",
        data={
            **_order(order),
            "check_id": check.pk,
            "checkpoint": check.checkpoint,
            "outcome": check.outcome,
            "gate": gate.state,
            "decided_by": check.decided_by,
            "stops": [rule["rule"] for rule in check.rules if rule["result"] == Result.STOP],
            "amount": amount_text(check.amount, check.currency),
            "currency": check.currency,
            "cause": check.cause,
        },
        restricted={"over_by": exposure["over_by"], "base_currency": exposure["base_currency"]},
        sales_owner_id=order.buyer.sales_owner_id,
        path=f"/orders/checks/{check.pk}/",
    )


def _kind_of(event: HoldEvent) -> MessageKind:
    return MessageKind.HOLD_SET if event.state == HoldState.OPEN else MessageKind.HOLD_ENDED


def _holds(events: Sequence[HoldEvent]) -> list[Notice]:
    holds = Hold.objects.select_related("buyer", "order__buyer").in_bulk([event.hold_id for event in events])
    return [_hold(event, holds[event.hold_id]) for event in events]


def _hold(event: HoldEvent, hold: Hold) -> Notice:
    known = _order(hold.order) if hold.order else {"buyer": hold.buyer.code, "buyer_name": hold.buyer.name}
    currency = base_currency()
    return Notice(
        kind=_kind_of(event),
        subject=f"order:{hold.order_id}" if hold.order_id else f"buyer:{hold.buyer_id}",
        data={
            **known,
            "hold_id": hold.pk,
            "hold_kind": hold.kind,
            "event": event.action,
            "state": event.state,
            "stops": hold.reasons,
        },
        restricted={"over_by": amount_text(hold.over_by, currency), "base_currency": currency},
        sales_owner_id=hold.buyer.sales_owner_id,
        path=f"/holds/{hold.pk}/",
    )


def _limit(row: CreditLimit, event: str) -> Notice:
    account = row.account
    return Notice(
        kind=MessageKind.LIMIT_CHANGED,
        subject=f"credit_account:{account.pk}",
        data={
            "account_id": account.pk,
            "limit_id": row.pk,
            "buyer": account.buyer.code if account.buyer else None,
            "group": account.group.code if account.group else None,
            "event": event,
            "limit_kind": row.kind,
            "amount": amount_text(row.amount, row.currency),
            "currency": row.currency,
            "valid_from": row.valid_from.isoformat(),
            "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        },
        sales_owner_id=account.buyer.sales_owner_id if account.buyer else None,
        path=f"/limits/accounts/{account.pk}/",
    )


def _order(order: Order) -> dict[str, Any]:
    return {
        "order_id": order.pk,
        "source": order.source,
        "order_number": order.external_id,
        "buyer": order.buyer.code,
        "buyer_name": order.buyer.name,
    }
