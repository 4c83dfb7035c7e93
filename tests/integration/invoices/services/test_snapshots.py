"""Snapshots say what the ledger says, shard by shard or at once, and only once."""

from datetime import date
from decimal import Decimal as D

import pytest

from buyers.models import BuyerGroup
from buyers.services.memberships import set_group_membership
from core.models import Job
from invoices.domain.kinds import AgingBasis
from invoices.models import AgingSnapshot, SnapshotSet
from invoices.queries.aging import AgingQuestion, get_aging
from invoices.queries.metrics import get_metrics
from invoices.queries.snapshots import get_set, latest_date
from invoices.services import snapshots
from tests.integration.invoices.builders import make_buyer, make_invoice, make_receipt, pay

pytestmark = pytest.mark.django_db

AS_OF = date(2026, 6, 30)


@pytest.fixture
def ledger() -> None:
    group = BuyerGroup.objects.create(code="G", name="Harbour group")
    for number in range(7):
        buyer = make_buyer(country="DE" if number % 2 else "FR")
        if number < 2:
            set_group_membership(buyer.pk, group=group, valid_from=date(2020, 1, 1))
        make_invoice(buyer, str(100 + number), issued="2026-03-01", due=f"2026-0{3 + number % 4}-28")
        pay(make_invoice(buyer, "50", issued="2026-05-01", due="2026-05-31"), "50", day="2026-06-15")
        make_receipt(buyer, "3", day="2026-06-01")
    make_invoice(make_buyer(), "40", issued="2025-01-01", due="2025-02-01")


def written(shards: int) -> SnapshotSet:
    snapshot = snapshots.open_set(AS_OF)
    for shard in range(shards):
        snapshots.write_shard(snapshot.pk, shard, shards)
    return snapshots.complete_set(snapshot.pk)


def test_a_set_says_what_the_aging_says(ledger: None) -> None:
    totals = written(1).totals
    for basis in AgingBasis:
        report = get_aging(AgingQuestion(as_of=AS_OF, by=basis, always_base=True))
        shown = totals["aging"][basis.value]
        assert [D(b["amount"]) for b in shown["buckets"]] == [b.amount for b in report.buckets]
        assert (D(shown["amount"]), shown["items"], shown["buyers"]) == (report.amount, report.items, report.buyers)
        assert D(shown["unapplied_cash"]) == report.unapplied_cash
    assert all(line["ok"] for line in totals["control"])


def test_shards_together_give_the_same_rows_as_one_pass(ledger: None) -> None:
    columns = ("basis", "buyer_id", "currency", "open_amount", "base_open", "b0", "b1", "b5", "oldest_days_past_due")
    one = list(AgingSnapshot.objects.filter(set=written(1)).order_by("basis", "buyer_id").values_list(*columns))
    SnapshotSet.objects.all().delete()
    many = list(AgingSnapshot.objects.filter(set=written(3)).order_by("basis", "buyer_id").values_list(*columns))
    assert one == many
    assert one


def test_a_shard_written_twice_adds_nothing(ledger: None) -> None:
    snapshot = snapshots.open_set(AS_OF)
    assert snapshots.write_shard(snapshot.pk, 0, 2) > 0
    assert snapshots.write_shard(snapshot.pk, 0, 2) == 0
    done = snapshots.complete_set(snapshot.pk)
    assert snapshots.write_shard(snapshot.pk, 1, 2) == 0
    assert snapshots.complete_set(snapshot.pk).totals == done.totals


def test_metrics_of_a_set_are_those_of_the_ledger(ledger: None) -> None:
    metrics = written(1).totals["metrics"]
    report = get_metrics(AgingQuestion(as_of=AS_OF))
    for metric in report.metrics:
        shown = metrics[metric.name]["value"]
        assert (shown is None) == (metric.value is None)
        assert shown is None or abs(D(shown) - metric.value) <= D("0.005")


def test_the_trend_ends_with_the_aging_of_the_day(ledger: None) -> None:
    totals = written(1).totals
    last, before = totals["trend"][-1], totals["trend"][-2]
    overdue = sum(D(b["amount"]) for b in totals["aging"]["due"]["buckets"][1:])
    assert (D(last["receivable"]), D(last["overdue"])) == (D(totals["aging"]["due"]["amount"]), overdue)
    may = get_aging(AgingQuestion(as_of=date(2026, 5, 31), always_base=True))
    assert (before["day"], D(before["receivable"])) == ("2026-05-31", may.amount)
    assert D(before["overdue"]) == sum(b.amount for b in may.buckets[1:])
    assert D(last["receipts"]) == 350
    assert len(totals["trend"]) == 24
    assert D(totals["trend"][0]["receivable"]) == 0


def test_home_sees_who_is_late_and_what_was_late_a_year_before(ledger: None) -> None:
    totals = written(1).totals
    worst = {row["code"]: D(row["overdue_year_before"]) for row in totals["most_overdue_buyers"]}
    assert sorted(worst.values())[-1] == 40
    group = totals["most_overdue_groups"][0]
    assert (group["code"], group["buyers"], D(group["overdue"])) == ("G", 2, 201)
    assert {row["country"] for row in totals["by_country"]} == {"DE", "FR", ""}


def test_a_posting_makes_the_set_stale_and_a_new_one_replaces_it(ledger: None) -> None:
    first = written(1)
    assert not get_set(AS_OF).is_stale
    make_invoice(make_buyer(), "1000")
    assert get_set(AS_OF).is_stale
    second = written(1)
    assert get_set(AS_OF).set == second
    assert not SnapshotSet.objects.filter(pk=first.pk).exists()
    assert latest_date() == AS_OF


def test_a_posting_between_the_shards_is_left_to_the_next_set(ledger: None) -> None:
    snapshot = snapshots.open_set(AS_OF)
    snapshots.write_shard(snapshot.pk, 0, 2)
    make_invoice(make_buyer(), "1000")
    snapshots.write_shard(snapshot.pk, 1, 2)
    done = snapshots.complete_set(snapshot.pk)
    assert all(line["ok"] for line in done.totals["control"])
    assert done.pk == snapshot.pk
    assert get_set(AS_OF).is_stale


def test_asking_twice_for_a_date_is_one_run(ledger: None) -> None:
    first = snapshots.request(AS_OF)
    assert snapshots.request(AS_OF).pk == first.pk
    assert Job.objects.filter(run=first).count() == 2


def test_an_empty_ledger_has_an_empty_set() -> None:
    totals = written(1).totals
    assert (D(totals["aging"]["due"]["amount"]), totals["by_country"], totals["control"]) == (0, [], [])
