"""Groups of related parties: membership and ownership as dated versions, with the buyer's group as a copy."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from buyers.domain.ownership import closes_circle
from buyers.models import Buyer, BuyerGroup, GroupMembership
from buyers.queries.records import no_buyer
from buyers.services.rechecks import ask_recheck
from core.errors import DomainError
from core.models import User
from core.services import audit, counters
from core.words import sentence as _


@transaction.atomic
def set_group_membership(
    buyer_id: int,
    *,
    group: BuyerGroup | None,
    valid_from: date,
    parent_id: int | None = None,
    share: Decimal | None = None,
    source: str = "",
    actor: User | None = None,
) -> GroupMembership:
    """From ``valid_from`` on the buyer belongs to the group (None: to none), owned by ``parent`` with ``share`` %.

    Raises ``buyer_not_found``, ``share_invalid`` (not above 0 to 100), ``own_parent``, ``ownership_circle``.
    """
    _lock_memberships()
    buyer = _get(buyer_id)
    _check_share(share)
    _check_parent(buyer, parent_id)
    version = GroupMembership.objects.create(
        buyer=buyer, group=group, parent_id=parent_id, share=share, valid_from=valid_from, source=source
    )
    _keep_copy(buyer)
    audit.record(
        actor=actor,
        action="buyers.group.changed",
        subject_type="buyer",
        subject_id=buyer.pk,
        data={"group": group.code if group else None, "valid_from": valid_from.isoformat()},
    )
    _ask_rechecks(buyer)
    counters.bump(counters.LEDGER)
    return version


def _ask_rechecks(buyer: Buyer) -> None:
    """A shared limit has more or less to carry, in the group that the buyer left and in the one it came to."""
    left_behind = Buyer.objects.filter(group=buyer.group_id).exclude(pk=buyer.pk) if buyer.group_id else ()
    ask_recheck([buyer.pk, *(other.pk for other in left_behind[:1])], cause="group_changed")


def _lock_memberships() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('buyers.memberships'))")


def _get(buyer_id: int) -> Buyer:
    buyer = Buyer.objects.filter(pk=buyer_id).first()
    if buyer is None:
        raise no_buyer(buyer_id)
    return buyer


def _check_share(share: Decimal | None) -> None:
    if share is not None and not 0 < share <= 100:
        raise DomainError(
            "share_invalid", _("share is a percentage above 0 and up to 100."), {"field": "share", "value": str(share)}
        )


def _check_parent(buyer: Buyer, parent_id: int | None) -> None:
    if parent_id is None:
        return
    if parent_id == buyer.pk:
        raise DomainError("own_parent", _("A buyer cannot own itself."), {"field": "parent", "value": str(parent_id)})
    _get(parent_id)
    if closes_circle(links=_links(), child=buyer.pk, parent=parent_id):
        raise DomainError(
            "ownership_circle",
            _("This owner is itself owned by the buyer."),
            {"field": "parent", "value": str(parent_id)},
        )


def _links() -> list[tuple[int, int]]:
    latest = GroupMembership.objects.order_by("buyer", "-valid_from", "-recorded_at", "-pk").distinct("buyer")
    return [(m.buyer_id, m.parent_id) for m in latest if m.parent_id is not None]


def _keep_copy(buyer: Buyer) -> None:
    # waits for a credit decision under way: it holds the buyer's row, so a buyer never moves between two limits unseen
    latest = buyer.memberships.order_by("-valid_from", "-recorded_at", "-pk")[:1].get()
    Buyer.objects.filter(pk=buyer.pk).update(group=latest.group_id)
