"""What the audit trail records of orders, limits, holds and cover, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

CREDIT_ACTIONS: dict[str, Any] = {
    "invoices.order.put": _("order recorded"),
    "invoices.order.edited": _("order edited"),
    "invoices.order.moved": _("order moved on"),
    "invoices.shipment.reported": _("shipment reported"),
    "credit.check.tried": _("what-if asked"),
    "credit.order.unchecked": _("order checked, nothing decided"),
    "credit.order.approved": _("order approved"),
    "credit.order.held": _("order put on hold"),
    "credit.order.released": _("order released"),
    "credit.order.rejected": _("order rejected"),
    "credit.order.cancelled": _("order cancelled"),
    "credit.order.check_needed": _("order to be checked again"),
    "credit.order.shipped_unapproved": _("shipped without approval"),
    "credit.reservation.expired": _("reservation expired"),
    "credit.hold.forced": _("order or buyer stopped"),
    "credit.hold.forwarded": _("hold given to another person"),
    "credit.hold.lifted": _("forced hold lifted"),
    "credit.limit.began": _("limit came into force"),
    "credit.limit.ended": _("limit ended"),
    "credit.limit.cut": _("limit cut"),
    "credit.limit_request.created": _("limit asked for"),
    "credit.limit_request.signed": _("request for a limit signed"),
    "credit.limit_request.approved": _("limit approved"),
    "credit.limit_request.rejected": _("request for a limit rejected"),
    "credit.limit_request.withdrawn": _("request for a limit withdrawn"),
    "credit.authority.changed": _("delegation of authority changed"),
    "credit.substitute.named": _("substitute named"),
    "credit.substitute.ended": _("substitute ended"),
    "credit.review.done": _("review done"),
    "credit.review.moved": _("review moved"),
    "credit.rule.changed": _("rule of the order check changed"),
    "credit.rule.removed": _("rule of the order check taken away"),
    "cover.insured_limit.recorded": _("insured limit recorded"),
    "cover.insured_limits.loaded": _("file of insured limits loaded"),
    "cover.security.recorded": _("security recorded"),
    "cover.bill.recorded": _("bill recorded"),
    "cover.soldreceivable.recorded": _("sold receivable recorded"),
}
