"""Scores as rows: written once, immutable, with evidence where something changed."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from buyers.domain.fact_rows import EventRow, KycRow
from buyers.models import Buyer, BuyerMerge
from buyers.services.facts import record_fact
from core.access.scope import Scope
from core.errors import NotFound
from core.models import Run, User
from scoring.models import Score, ScoreEvidence
from scoring.queries.explain import explain, explain_code, explain_score
from scoring.queries.inputs import load_inputs
from scoring.queries.records import canonical, hash_of
from scoring.queries.scores import get_score, latest_scores, score_history
from scoring.services.scores import ScoreBatch, score_buyers
from tests.integration.invoices.builders import make_buyer, make_invoice, pay
from tests.integration.scoring.golden_buyer import make_golden_buyer

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 6, 29)
LATER = datetime(2100, 1, 1, tzinfo=UTC)


def a_run(as_of: date = AS_OF) -> Run:
    return Run.objects.create(kind="close", key=f"close:{as_of}:{Run.objects.count()}", as_of=as_of)


def score(*buyers: Buyer, as_of: date = AS_OF, known_at: datetime = LATER, **options: Any) -> ScoreBatch:
    return score_buyers(buyer_ids=[b.pk for b in buyers], as_of=as_of, known_at=known_at, **options)


def test_a_shard_that_runs_twice_writes_once_and_counts_the_same() -> None:
    buyers = [make_buyer() for _ in range(3)]
    run = a_run()
    first = score(*buyers, run_id=run.pk)
    assert first == ScoreBatch(scored=3, evidence_written=3)
    assert score(*buyers, run_id=run.pk) == first
    assert Score.objects.count() == 3


def test_shards_that_overlap_write_each_buyer_once() -> None:
    buyers = [make_buyer() for _ in range(4)]
    run = a_run()
    score(*buyers[:3], run_id=run.pk)
    assert score(*buyers[1:], run_id=run.pk) == ScoreBatch(scored=3, evidence_written=3)
    assert Score.objects.filter(run=run).count() == 4


def test_without_a_run_every_call_writes() -> None:
    buyer = make_buyer()
    assert score(buyer).scored == 1
    assert score(buyer, known_at=LATER + timedelta(days=1)).scored == 1
    assert Score.objects.count() == 2


def test_nobody_to_score_is_nothing_to_do() -> None:
    assert score(run_id=a_run().pk) == ScoreBatch(0, 0)


def test_a_merged_duplicate_is_not_scored() -> None:
    survivor, duplicate = make_buyer(), make_buyer()
    BuyerMerge.objects.create(
        duplicate=duplicate, survivor=survivor, reason="x", state="merged", merged_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    run = a_run()
    assert score(survivor, duplicate, run_id=run.pk).scored == 1
    assert score(survivor, duplicate, run_id=run.pk).scored == 1
    assert Score.objects.get().buyer_id == survivor.pk


def test_evidence_is_kept_when_grade_or_reasons_change() -> None:
    buyer = make_buyer()
    counts = [score(buyer, as_of=AS_OF - timedelta(days=d)).evidence_written for d in (5, 4)]
    record_fact(KycRow(buyer.pk, "complete", AS_OF - timedelta(days=3)))
    counts += [score(buyer, as_of=AS_OF - timedelta(days=d)).evidence_written for d in (3, 2)]
    record_fact(EventRow(buyer.pk, "insolvency", AS_OF - timedelta(days=1)))
    counts += [score(buyer, as_of=AS_OF - timedelta(days=d)).evidence_written for d in (1, 0)]
    assert counts == [1, 0, 1, 0, 1, 0]


def test_evidence_is_kept_at_a_months_end_or_when_asked() -> None:
    buyer = make_buyer()
    score(buyer)
    assert score(buyer, as_of=date(2026, 6, 30)).evidence_written == 1
    assert score(buyer, as_of=date(2026, 7, 1)).evidence_written == 0
    assert score(buyer, as_of=date(2026, 7, 2), with_evidence="all").evidence_written == 1
    assert score(make_buyer(), as_of=date(2026, 7, 2), with_evidence="none").evidence_written == 0


def test_the_evidence_holds_what_the_hash_was_taken_of() -> None:
    buyer = make_golden_buyer()
    score(buyer)
    evidence = ScoreEvidence.objects.select_related("score").get()
    assert hash_of(canonical(evidence.inputs)) == evidence.score.inputs_hash
    assert evidence.inputs["buyer_credit"]["rating"]["grade"] == "G"
    assert "screening_old" in [reason["code"] for reason in evidence.dimensions["compliance"]["reasons"]]


def test_a_stored_score_explains_itself_with_and_without_kept_evidence() -> None:
    buyer = make_golden_buyer()
    score(buyer)
    score(buyer, known_at=LATER + timedelta(days=1), with_evidence="none")
    fresh = explain(buyer_id=buyer.pk, as_of=AS_OF)
    for row in Score.objects.all():
        assert json.loads(json.dumps(explain_score(row))) == json.loads(json.dumps(fresh))


def test_a_buyer_scores_the_same_alone_and_in_any_batch() -> None:
    buyers = [make_golden_buyer("GOLD"), make_buyer(country="VN"), make_buyer(), make_buyer(country="DE")]
    for index, buyer in enumerate(buyers[1:], start=1):
        pay(make_invoice(buyer, "70.70", issued="2026-03-01", due="2026-04-01"), "70.70", day=f"2026-04-0{index}")
        make_invoice(buyer, "33.30", issued="2026-03-01", due="2026-04-01", currency="EUR")
    score(*buyers)
    score(*reversed(buyers))
    for buyer in buyers:
        score(buyer)
    rows = Score.objects.values_list("buyer_id", "score", "grade", "coverage", "reasons", "inputs_hash")
    assert len(set(rows)) == 4
    assert len(rows) == 12


def test_a_score_cannot_be_changed_or_deleted() -> None:
    score(make_buyer())
    for statement in ("UPDATE scoring_score SET grade = 'A'", "DELETE FROM scoring_score"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_number_of_queries_does_not_grow_with_the_buyers(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    buyers = [make_buyer(country="VN") for _ in range(30)]
    for buyer in buyers:
        make_invoice(buyer, "100")
    with django_assert_max_num_queries(24):
        load_inputs(buyer_ids=[b.pk for b in buyers], as_of=AS_OF)


def test_latest_scores_are_one_a_buyer_on_or_before_the_date() -> None:
    first, second = make_buyer(), make_buyer()
    for days in (3, 1):
        score(first, second, as_of=AS_OF - timedelta(days=days))
    score(first, as_of=AS_OF - timedelta(days=1), known_at=LATER + timedelta(days=1))
    found = list(latest_scores(as_of=AS_OF))
    assert [row.buyer_id for row in found] == [first.pk, second.pk]
    assert found[0].known_at == LATER + timedelta(days=1)
    assert [row.as_of for row in latest_scores(as_of=AS_OF - timedelta(days=2), buyer_ids=[first.pk])] == [
        AS_OF - timedelta(days=3)
    ]
    assert latest_scores(as_of=AS_OF, known_at=LATER - timedelta(days=1)).count() == 0


def test_a_history_has_one_score_a_date() -> None:
    buyer = make_buyer()
    for days, moment in ((3, 0), (2, 0), (2, 1)):
        score(buyer, as_of=AS_OF - timedelta(days=days), known_at=LATER + timedelta(days=moment))
    rows = score_history(buyer_id=buyer.pk, until=AS_OF)
    assert [(row.as_of, row.known_at) for row in rows] == [
        (AS_OF - timedelta(days=3), LATER),
        (AS_OF - timedelta(days=2), LATER + timedelta(days=1)),
    ]
    assert len(score_history(buyer_id=buyer.pk, until=AS_OF, since=AS_OF - timedelta(days=2))) == 1


def test_sales_see_the_scores_of_their_own_buyers_only() -> None:
    owner = User.objects.create(username="sales1")
    mine, other = make_buyer(sales_owner=owner), make_buyer()
    score(mine, other)
    scope = Scope(label="sales1", sales_owner_id=owner.pk, user_id=owner.pk)
    assert [row.buyer_id for row in latest_scores(as_of=AS_OF, scope=scope)] == [mine.pk]
    assert score_history(buyer_id=other.pk, until=AS_OF, scope=scope) == []
    assert explain_code(mine.code, as_of=AS_OF, scope=scope)["grade"]
    with pytest.raises(NotFound):
        explain_code(other.code, as_of=AS_OF, scope=scope)
    with pytest.raises(NotFound):
        get_score(Score.objects.get(buyer=other).pk, scope=scope)


def test_a_merged_code_is_explained_under_its_survivor() -> None:
    survivor, duplicate = make_buyer(), make_buyer()
    make_invoice(duplicate, "100", issued="2026-01-01", due="2026-02-01")
    BuyerMerge.objects.create(
        duplicate=duplicate, survivor=survivor, reason="x", state="merged", merged_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    found = explain_code(duplicate.code, as_of=AS_OF)
    assert found == explain_code(survivor.code, as_of=AS_OF)
    assert "overdue_over_90" in [cap["code"] for cap in found["caps"]]
