"""Merges: proposed by leading zeros, decided by people, reversible, reproducible."""

from datetime import UTC, datetime

import pytest

from buyers.domain.facts import MergeState
from buyers.models import Buyer, BuyerMerge
from buyers.queries.merges import get_survivor_id, list_merges, list_records
from buyers.services.merges import dismiss, merge, propose, propose_duplicates, undo_merge
from core.errors import DomainError, InvalidTransition
from core.models import AuditEvent, Counter

pytestmark = pytest.mark.django_db

DAYS = [datetime(2026, 11, day, tzinfo=UTC) for day in range(1, 6)]


def buyers(*codes: str) -> list[Buyer]:
    return [Buyer.objects.create(code=code, name=code) for code in codes]


def pair(first: str = "0042", second: str = "42") -> BuyerMerge:
    kept, twin = buyers(first, second)
    return propose(duplicate_id=twin.pk, survivor_id=kept.pk, reason="the same firm")


def test_codes_that_differ_by_leading_zeros_are_proposed_once() -> None:
    buyers("0200706844", "200706844", "00200706844", "7", "A7", "0A7", "000", "0")
    assert propose_duplicates() == 2
    assert propose_duplicates() == 0
    found = {(m.duplicate.code, m.survivor.code) for m in list_merges()}
    assert found == {("200706844", "00200706844"), ("0200706844", "00200706844")}


def test_a_dismissed_pair_is_not_proposed_again() -> None:
    buyers("0042", "42")
    propose_duplicates()
    dismiss(BuyerMerge.objects.get().pk)
    assert propose_duplicates() == 0
    assert list(list_merges()) == []


def test_a_merge_is_read_from_its_moment_until_it_is_undone() -> None:
    merged = pair()
    duplicate, survivor = merged.duplicate_id, merged.survivor_id
    merge(merged.pk, now=DAYS[1])
    assert get_survivor_id(duplicate) == survivor
    assert list_records([survivor]) == sorted([duplicate, survivor])
    undo_merge(merged.pk, now=DAYS[3])
    assert get_survivor_id(duplicate) == duplicate
    known = [list_records([survivor], known_at=day) for day in (DAYS[0], DAYS[2], DAYS[4])]
    assert known == [[survivor], sorted([duplicate, survivor]), [survivor]]


def test_a_decision_is_audited_and_makes_figures_stale() -> None:
    merge(pair().pk, now=DAYS[1])
    assert AuditEvent.objects.filter(action="buyers.merge.merged").count() == 1
    assert Counter.objects.get(name="ledger").value == 1


def test_what_is_not_proposed_cannot_be_merged() -> None:
    merged = merge(pair().pk, now=DAYS[1])
    with pytest.raises(InvalidTransition) as refused:
        merge(merged.pk, now=DAYS[2])
    assert refused.value.params == {"current": MergeState.MERGED, "allowed": [MergeState.PROPOSED]}


def test_merges_form_no_chain() -> None:
    first, second, third = buyers("1", "01", "001")
    one = propose(duplicate_id=first.pk, survivor_id=second.pk, reason="zeros")
    two = propose(duplicate_id=second.pk, survivor_id=third.pk, reason="zeros")
    merge(one.pk, now=DAYS[1])
    with pytest.raises(DomainError) as refused:
        merge(two.pk, now=DAYS[2])
    assert refused.value.code == "merge_chain"
    two.refresh_from_db()
    assert two.state == MergeState.PROPOSED


def test_an_unknown_merge_is_named() -> None:
    with pytest.raises(DomainError) as refused:
        merge(0, now=DAYS[1])
    assert refused.value.code == "merge_not_found"
