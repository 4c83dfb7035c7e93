"""The demo's past closes: scores and alerts that tell the two stories."""

from datetime import date

import pytest
from django.utils import timezone

from alerts.domain.states import AlertState, Rule
from alerts.models import Alert
from core.models import Run
from pipeline.demo.seed import Seeded, Wanted, seed
from pipeline.demo.stories import CORVANDEL, VELMORA
from scoring.models import Score

END = date(2026, 11, 20)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def seeded() -> Seeded:
    wanted = Wanted(seed=7, scale="small", end=END, with_users=False, closes=2)
    return seed(wanted, clock=timezone.now, progress=lambda _text: None)


def live_alerts(**who: object) -> set[str]:
    return set(Alert.objects.filter(**who).exclude(state=AlertState.CLOSED).values_list("rule", flat=True))


def test_the_closes_tell_both_stories(seeded: Seeded) -> None:
    assert seeded.closed == [date(2026, 9, 30), date(2026, 10, 31), END]
    assert set(Run.objects.filter(kind="close").values_list("state", flat=True)) == {Run.State.DONE}
    assert Score.objects.get(buyer__code=VELMORA, as_of=END).grade in "DE"
    assert Score.objects.filter(buyer__code=VELMORA).count() == len(seeded.closed)
    assert {Rule.OVERDUE_30, Rule.SUDDEN_TURN} <= live_alerts(buyer__code=VELMORA)
    assert Rule.OVERDUE_30 in live_alerts(buyer__group__code=CORVANDEL.code)
    assert Rule.RELATED_PARTY_LATE in live_alerts(buyer__group__code=CORVANDEL.code)
