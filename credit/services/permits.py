"""Whether a person may do something with a buyer's orders: role, row scope, and nobody on what they entered."""

from __future__ import annotations

from buyers.models import Buyer
from core.access.scope import require, scope_of
from core.domain.roles import Permission
from core.errors import Denied, NotFound
from core.models import User
from core.words import sentence as _
from credit.models import OrderCheck


def check_may(actor: User, permission: Permission, *, buyer_id: int) -> None:
    """Raises ``permission_denied``; ``order_not_found`` for a buyer outside the person's scope."""
    require(actor, permission)
    scope = scope_of(actor)
    if scope.is_everything:
        return
    if not Buyer.objects.filter(pk=buyer_id, sales_owner_id=scope.sales_owner_id).exists():
        raise NotFound("order_not_found", _("There is no such order."), {"field": "order"})


def check_may_release(actor: User, *, order_id: int, buyer_id: int) -> None:
    """A release needs ``hold:decide``, by somebody who neither asked for this order nor sells to the buyer.

    Raises ``permission_denied``, ``own_order``, ``own_buyer`` (domain.md section 4: nobody approves what they entered).
    """
    check_may(actor, Permission.HOLD_DECIDE, buyer_id=buyer_id)
    if OrderCheck.objects.filter(order_id=order_id, actor=actor, cause="asked", is_dry_run=False).exists():
        raise Denied("own_order", _("You asked for this order; somebody else must release it."), {"field": "order"})
    if Buyer.objects.filter(pk=buyer_id, sales_owner=actor).exists():
        raise Denied(
            "own_buyer", _("You sell to this buyer; somebody else must release the order."), {"field": "buyer"}
        )
