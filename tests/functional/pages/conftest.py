"""The small demo on the live server, with the figures of its last day."""

from datetime import date
from functools import cache

import pytest
from django.core.cache import cache as shared_cache
from django.utils import timezone

from alerts.queries.signals.collect import Close
from alerts.services.advance import advance
from buyers.models import Buyer
from core.intake.ecb import BUNDLED_HISTORY, RateRow, read_history
from core.models import User
from core.services.rates import ECB, add_rates
from invoices.services import snapshots
from pipeline.demo.seed import Wanted, seed
from scoring.services.scores import score_buyers

LAST_DAY = date(2026, 10, 30)
OLDEST_RATE = date(2020, 1, 1)
PASSWORD = "a-long-word-for-tests"


@cache
def rates_of_the_demo() -> list[RateRow]:
    """No page of the demo looks further back, and the history since 1999 is 220,000 rows, half of the whole seeding."""
    return [rate for rate in read_history(BUNDLED_HISTORY) if rate.rate_date >= OLDEST_RATE]


@pytest.fixture
def demo(transactional_db: None) -> None:
    """About 26 buyers with both story lines, scored, watched and shown as of the last day."""
    add_rates(rates_of_the_demo(), source=ECB)
    wanted = Wanted(seed=7, scale="small", end=LAST_DAY, closes=0)
    seed(wanted, clock=timezone.now, progress=lambda _: None)
    found = snapshots.open_set(LAST_DAY)
    snapshots.write_shard(found.pk)
    snapshots.complete_set(found.pk)
    score_buyers(buyer_ids=list(Buyer.objects.values_list("pk", flat=True)), as_of=LAST_DAY, known_at=found.created_at)
    advance(Close(LAST_DAY, found.created_at, "USD"), run_id=None)


@pytest.fixture
def person(transactional_db: None) -> User:
    """Somebody with a password, whose failed attempts nobody remembers."""
    shared_cache.clear()
    return User.objects.create_user("maria", password=PASSWORD, role="credit_analyst")
