"""What a close stands on."""

import pytest

from pipeline.queries.inputs import get_fingerprint
from scoring.domain.weights import DIMENSIONS
from scoring.services.scorecards import publish_weights

pytestmark = pytest.mark.django_db

EVEN = dict.fromkeys(DIMENSIONS, "0.2")


def test_the_fingerprint_names_the_scorecard_in_force() -> None:
    assert get_fingerprint()["card"] == "v1"
    publish_weights(EVEN, note="trial")
    assert get_fingerprint()["card"] == "v1.1"
