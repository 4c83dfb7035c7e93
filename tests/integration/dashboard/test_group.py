"""The group page: who stands behind whom."""

from datetime import date
from decimal import Decimal

import pytest

from buyers.models import BuyerGroup
from buyers.services.memberships import set_group_membership
from tests.integration.api.world import World
from tests.integration.dashboard.conftest import SignIn
from tests.integration.dashboard.reading import rows_of, text_of

pytestmark = pytest.mark.django_db


def test_entities_stand_with_share_exposure_and_lateness(portfolio: World, as_person: SignIn) -> None:
    group = BuyerGroup.objects.get(code="G1")
    set_group_membership(
        portfolio.blue.pk, group=group, valid_from=date(2026, 2, 1), parent_id=portfolio.acme.pk, share=Decimal(60)
    )
    response = as_person().get("/groups/G1/")
    rows = rows_of(response, "t-entities")
    assert rows[0][0] == "Buyer ACME"
    assert rows[1][:4] == ["Buyer BLUE 蓝色", "France", "Buyer ACME", "60 %"]
    assert rows[1][5:8] == ["500", "500", "100.0 %"]
    (top,) = response.context["tree"]
    assert (top.row.buyer_code, [branch.row.buyer_code for branch in top.children]) == ("ACME", ["BLUE"])
    assert response.context["total"].total == 1500


def test_membership_of_the_date_counts(portfolio: World, as_person: SignIn) -> None:
    set_group_membership(portfolio.acme.pk, group=None, valid_from=date(2026, 4, 1))
    client = as_person()
    assert "Buyer ACME" not in text_of(client.get("/groups/G1/"))
    assert "Buyer ACME" in text_of(client.get("/groups/G1/?as_of=2026-03-20"))


def test_history_ends_where_the_table_stands(portfolio: World, as_person: SignIn) -> None:
    chart = as_person().get("/groups/G1/").context["chart"]
    assert {series.name: series.values[-1] for series in chart.series} == {"Buyer ACME": 1000.0, "Buyer BLUE": 500.0}
