"""Groups of related parties: membership and ownership as dated versions, with the buyer's group as a copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Min

from buyers.domain.ownership import MembershipRow, list_circles
from buyers.models import Buyer, BuyerGroup, GroupMembership
from buyers.queries.records import no_buyer
from buyers.services.rechecks import ask_recheck
from core.errors import DomainError
from core.models import User
from core.queries.sql import fetch_all
from core.services import audit, counters
from core.words import sentence as _

BATCH = 2_000


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
    lock_memberships()
    _check_exists(buyer_id)
    row = MembershipRow(buyer_id, group.pk if group else None, valid_from, parent_id, share)
    check_membership(row)
    if parent_id is not None:
        _check_exists(parent_id)
        if closing_circles({buyer_id: parent_id}):
            raise circle_refused(parent_id)
    (version,) = record_memberships([row], source=source, actor=actor)
    return version


def record_memberships(
    rows: Sequence[MembershipRow], *, source: str, actor: User | None = None, actor_label: str = ""
) -> list[GroupMembership]:
    """Append versions that were checked, in the caller's transaction, which holds :func:`lock_memberships`."""
    versions = [GroupMembership(**row._asdict(), source=source) for row in rows]
    written = GroupMembership.objects.bulk_create(versions, batch_size=BATCH)
    ids = sorted({row.buyer_id for row in rows})
    left = _keep_copies(ids)
    _audit(rows, actor, actor_label)
    # A shared limit has more or less to carry, in the group that a buyer left and in the one it came to.
    ask_recheck([*ids, *left], cause="group_changed")
    counters.bump(counters.LEDGER)
    return written


def lock_memberships() -> None:
    """One at a time: two links that close a circle together must not both find the way free."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('buyers.memberships'))")


def check_membership(row: MembershipRow) -> None:
    """What can be seen of the row alone; raises ``share_invalid``, ``own_parent``."""
    if row.share is not None and not 0 < row.share <= 100:
        params = {"field": "share", "value": str(row.share)}
        raise DomainError("share_invalid", _("share is a percentage above 0 and up to 100."), params)
    if row.parent_id == row.buyer_id:
        raise DomainError("own_parent", _("A buyer cannot own itself."), {"field": "parent", "value": row.parent_id})


def closing_circles(owners: Mapping[int, int | None]) -> set[int]:
    """Which of these buyers would own themselves if each had this owner (None: none) from now on."""
    if not any(owners.values()):
        return set()  # every circle needs a new owner
    links = dict(fetch_all(_LINKS_SQL)) | dict(owners)
    circles = list_circles(links=[(child, parent) for child, parent in links.items() if parent is not None])
    return set().union(*circles) & owners.keys()


_LINKS_SQL = """
SELECT DISTINCT ON (buyer_id) buyer_id, parent_id FROM buyers_groupmembership
ORDER BY buyer_id, valid_from DESC, recorded_at DESC, id DESC
"""


def circle_refused(parent: object) -> DomainError:
    """The refusal of an owner that is itself owned by the buyer."""
    return DomainError(
        "ownership_circle", _("This owner is itself owned by the buyer."), {"field": "parent", "value": str(parent)}
    )


def _check_exists(buyer_id: int) -> None:
    if not Buyer.objects.filter(pk=buyer_id).exists():
        raise no_buyer(buyer_id)


def _keep_copies(ids: Sequence[int]) -> list[int]:
    """Set the buyers' groups; gives a buyer of each group that one of them left."""
    # waits for a credit decision under way: it holds the buyer's row, so a buyer never moves between two limits unseen
    locked = Buyer.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    former = [buyer.group_id for buyer in locked if buyer.group_id]
    fetch_all(_COPY_SQL, {"ids": list(ids)})
    others = Buyer.objects.filter(group_id__in=former).exclude(pk__in=ids)
    return list(others.values("group_id").annotate(first=Min("pk")).values_list("first", flat=True))


_COPY_SQL = """
UPDATE buyers_buyer b SET group_id = latest.group_id
FROM (
    SELECT DISTINCT ON (buyer_id) buyer_id, group_id FROM buyers_groupmembership WHERE buyer_id = ANY(%(ids)s)
    ORDER BY buyer_id, valid_from DESC, recorded_at DESC, id DESC
) latest
WHERE b.id = latest.buyer_id AND b.group_id IS DISTINCT FROM latest.group_id
RETURNING b.id
"""


def _audit(rows: Sequence[MembershipRow], actor: User | None, label: str) -> None:
    """One event for the call; the group's code where there is one buyer only."""
    first = rows[0]
    group = BuyerGroup.objects.filter(pk__in=[first.group_id or 0]).values_list("code", flat=True).first()
    data = {"group": group, "valid_from": first.valid_from.isoformat(), "memberships": len(rows)}
    audit.record(
        actor=actor,
        actor_label=label,
        action="buyers.group.changed",
        subject_type="buyer",
        subject_id=first.buyer_id if len(rows) == 1 else "many",
        data=data,
    )
