"""Two records of one customer: proposed, merged, undone. Postings are never moved."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from buyers.domain.facts import MergeState
from buyers.models import Buyer, BuyerMerge
from buyers.services.rechecks import ask_recheck
from core.errors import Conflict, InvalidTransition, NotFound
from core.models import User
from core.services import audit, counters
from core.words import sentence as _

LEADING_ZEROS = "codes differ by leading zeros only"

# The code written in full survives; the pair is proposed once, also after it was dismissed.
_PROPOSE_SQL = """
INSERT INTO buyers_buyermerge (duplicate_id, survivor_id, reason, state)
SELECT shorter.id, longest.id, %(reason)s, 'proposed'
FROM (
    SELECT id, code, ltrim(code, '0') AS bare,
        first_value(id) OVER (PARTITION BY ltrim(code, '0') ORDER BY length(code) DESC, id) AS longest_id
    FROM buyers_buyer WHERE code ~ '^[0-9]+$' AND ltrim(code, '0') <> ''
) shorter
JOIN buyers_buyer longest ON longest.id = shorter.longest_id AND longest.id <> shorter.id
WHERE NOT EXISTS (
    SELECT FROM buyers_buyermerge m
    WHERE least(m.duplicate_id, m.survivor_id) = least(shorter.id, longest.id)
      AND greatest(m.duplicate_id, m.survivor_id) = greatest(shorter.id, longest.id))
"""


@transaction.atomic
def propose_duplicates() -> int:
    """Propose to merge buyers whose numeric codes differ by leading zeros only; returns how many are new.

    Example: 0200706844 and 200706844: the shorter one is proposed as the duplicate.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('buyers.propose'))")
        cursor.execute(_PROPOSE_SQL, {"reason": LEADING_ZEROS})
        return int(cursor.rowcount)


@transaction.atomic
def merge(merge_id: int, *, now: datetime, actor: User | None = None) -> BuyerMerge:
    """From now on read the duplicate under the survivor.

    Raises ``merge_not_found``; ``InvalidTransition`` unless proposed; ``merge_chain`` if either is merged elsewhere.
    """
    pair = _lock(merge_id, allowed=(MergeState.PROPOSED,))
    _check_no_chain(pair)
    pair.merged_at = now
    return _decide(pair, MergeState.MERGED, "buyers.merge.merged", actor)


@transaction.atomic
def undo_merge(merge_id: int, *, now: datetime, actor: User | None = None) -> BuyerMerge:
    """Read the two apart again; what was known while merged stays reproducible."""
    pair = _lock(merge_id, allowed=(MergeState.MERGED,))
    pair.undone_at = now
    return _decide(pair, MergeState.UNDONE, "buyers.merge.undone", actor)


@transaction.atomic
def dismiss(merge_id: int, *, actor: User | None = None) -> BuyerMerge:
    """They are two customers: the proposal is not made again."""
    pair = _lock(merge_id, allowed=(MergeState.PROPOSED,))
    return _decide(pair, MergeState.DISMISSED, "buyers.merge.dismissed", actor)


@transaction.atomic
def propose(*, duplicate_id: int, survivor_id: int, reason: str, actor: User | None = None) -> BuyerMerge:
    """Propose by hand that two records are one customer; an open proposal of the pair is returned as it is."""
    pair, is_new = BuyerMerge.objects.get_or_create(
        duplicate_id=duplicate_id,
        survivor_id=survivor_id,
        state__in=[MergeState.PROPOSED, MergeState.MERGED],
        defaults={"reason": reason, "state": MergeState.PROPOSED},
    )
    if is_new:
        _audit(pair, "buyers.merge.proposed", actor)
    return pair


def _lock(merge_id: int, *, allowed: tuple[MergeState, ...]) -> BuyerMerge:
    with connection.cursor() as cursor:
        # Merges are rare and look at each other (chains): one at a time.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('buyers.merge'))")
    pair = BuyerMerge.objects.select_for_update().filter(pk=merge_id).first()
    if pair is None:
        raise NotFound(
            "merge_not_found",
            _("There is no merge %(merge_id)s.", merge_id=merge_id),
            {"field": "merge", "value": str(merge_id)},
        )
    if pair.state not in allowed:
        raise InvalidTransition(current=pair.state, allowed=tuple(s.value for s in allowed))
    return pair


def _check_no_chain(pair: BuyerMerge) -> None:
    merged = BuyerMerge.objects.filter(state=MergeState.MERGED)
    if merged.filter(duplicate_id__in=[pair.duplicate_id, pair.survivor_id]).exists():
        raise Conflict(
            "merge_chain", _("One of the two is merged into another buyer; undo that first."), {"field": "merge"}
        )
    if merged.filter(survivor_id=pair.duplicate_id).exists():
        raise Conflict("merge_chain", _("Others are merged into the duplicate; undo that first."), {"field": "merge"})


def _decide(pair: BuyerMerge, state: MergeState, action: str, actor: User | None) -> BuyerMerge:
    _hold_buyers(pair)
    pair.state = state
    pair.decided_by = actor
    pair.save()
    _audit(pair, action, actor)
    ask_recheck([pair.duplicate_id, pair.survivor_id], cause="group_changed")
    counters.bump(counters.LEDGER)
    return pair


def _hold_buyers(pair: BuyerMerge) -> None:
    """Wait for credit decisions on either of the two: they hold the buyer's row until they are written."""
    both = Buyer.objects.select_for_update(no_key=True).filter(pk__in=[pair.duplicate_id, pair.survivor_id])
    list(both.order_by("pk"))


def _audit(pair: BuyerMerge, action: str, actor: User | None) -> None:
    audit.record(
        actor=actor,
        action=action,
        subject_type="buyer",
        subject_id=pair.survivor_id,
        data={"merge": pair.pk, "duplicate": pair.duplicate_id, "survivor": pair.survivor_id, "reason": pair.reason},
    )
