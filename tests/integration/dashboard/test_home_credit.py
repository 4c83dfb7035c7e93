"""Home: orders on hold and limits that end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.integration.credit.builders import TODAY, make_limit
from tests.integration.dashboard.conftest import take_snapshot
from tests.integration.dashboard.credit_world import make_credit_world
from tests.integration.dashboard.desk import sign_in
from tests.integration.dashboard.reading import text_of

pytestmark = pytest.mark.django_db


def test_home_lists_orders_on_hold_and_limits_that_end() -> None:
    world = make_credit_world()
    make_limit(world.other, "100000", until=TODAY + timedelta(days=10))
    take_snapshot(TODAY)
    page = text_of(sign_in("credit_manager").get("/"))
    for words in ("SO-NEW", "1 on hold", "over their limits by 40,000 USD", "limit ends (own)", "Buyer OTHER"):
        assert words in page, words
    sales = text_of(sign_in("sales", "ana").get("/"))
    assert "SO-NEW" in sales
    for hidden in ("over their limits", "limit ends"):
        assert hidden not in sales, hidden
    assert "SO-NEW" not in text_of(sign_in("sales", "ben").get("/"))


def test_a_limit_that_was_renewed_does_not_end() -> None:
    world = make_credit_world()
    make_limit(world.other, "100000", until=TODAY + timedelta(days=10))
    make_limit(world.other, "100000", since=TODAY + timedelta(days=11))
    take_snapshot(TODAY)
    assert "limit ends" not in text_of(sign_in("credit_manager").get("/"))
