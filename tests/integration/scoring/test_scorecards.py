"""Weights are a versioned setting: published beside the old ones, in force from then on."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from core.errors import DomainError, NotFound
from core.models import AuditEvent
from scoring.domain.weights import DEFAULT_WEIGHTS
from scoring.models import Score, ScorecardWeights
from scoring.queries.explain import explain, explain_score
from scoring.queries.scorecards import current_card, get_card
from scoring.services.recompute import recompute
from scoring.services.scorecards import publish_weights
from scoring.services.scores import score_buyers
from tests.integration.scoring.golden_buyer import AS_OF, KNOWN_AT, make_golden_buyer

pytestmark = pytest.mark.django_db
EVEN = {
    "buyer_credit": "0.2",
    "payment_history": "0.2",
    "fx_tolerance": "0.2",
    "logistics": "0.2",
    "compliance": "0.2",
}


def test_the_default_weights_are_version_v1() -> None:
    assert current_card().version == "v1"
    assert current_card().weights == DEFAULT_WEIGHTS


def test_published_weights_are_a_new_version_with_an_audit_event() -> None:
    assert publish_weights(EVEN, note="trial").version == "v1.1"
    assert current_card().version == "v1.1"
    assert get_card("v1").weights == DEFAULT_WEIGHTS
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.subject_id, event.data["note"]) == ("scoring.weights.published", "v1.1", "trial")


def test_the_same_weights_again_change_nothing() -> None:
    publish_weights(EVEN, note="trial")
    assert publish_weights(EVEN | {"compliance": "0.20"}, note="again").version == "v1.1"
    assert ScorecardWeights.objects.count() == 1


@pytest.mark.parametrize(
    "shares", [EVEN | {"compliance": "0.3"}, {"compliance": "1"}, EVEN | {"compliance": "a fifth"}, EVEN | {"x": "0"}]
)
def test_weights_that_cannot_be_are_refused(shares: dict[str, str]) -> None:
    with pytest.raises(DomainError) as refusal:
        publish_weights(shares, note="x")
    assert refusal.value.code == "weights_invalid"
    assert not ScorecardWeights.objects.exists()


def test_scores_keep_the_version_they_were_made_with() -> None:
    buyer = make_golden_buyer()
    score_buyers(buyer_ids=[buyer.pk], as_of=AS_OF, known_at=KNOWN_AT, with_evidence="none")
    publish_weights(EVEN, note="trial")
    score_buyers(buyer_ids=[buyer.pk], as_of=AS_OF, known_at=KNOWN_AT, with_evidence="none")
    old, new = Score.objects.order_by("pk")
    assert (old.version, float(old.score), new.version, float(new.score)) == ("v1", 52.94, "v1.1", 58.99)
    for score in (old, new):
        assert recompute(score.pk).is_same
        assert explain_score(score)["score"] == float(score.score)


def test_a_moment_before_the_publication_sees_the_weights_of_then() -> None:
    buyer = make_golden_buyer()
    publish_weights(EVEN, note="trial")
    past = datetime(2020, 1, 1, tzinfo=UTC)
    assert current_card(past).version == "v1"
    assert explain(buyer_id=buyer.pk, as_of=date(2026, 6, 30))["version"] == "v1.1"


def test_published_weights_cannot_be_changed() -> None:
    publish_weights(EVEN, note="trial")
    with pytest.raises(DatabaseError):
        ScorecardWeights.objects.update(note="other")


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(NotFound):
        get_card("v0")


def test_the_command_publishes_or_refuses() -> None:
    out = StringIO()
    call_command("publish_weights", *(f"{k}={v}" for k, v in EVEN.items()), "--note", "trial", "--json", stdout=out)
    assert json.loads(out.getvalue())["version"] == "v1.1"
    with pytest.raises(CommandError, match="sum to exactly 1"):
        call_command("publish_weights", *(f"{k}=0.3" for k in EVEN), "--note", "trial")
