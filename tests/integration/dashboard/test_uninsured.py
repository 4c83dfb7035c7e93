"""The uninsured exposure: a tile of Home for finance, the buyers behind it, the assumptions of a recommended limit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import override_settings

from tests.integration.credit.builders import TODAY
from tests.integration.dashboard.conftest import take_snapshot
from tests.integration.dashboard.credit_world import make_credit_world
from tests.integration.dashboard.desk import check_denied, sign_in
from tests.integration.dashboard.reading import csv_rows, links_of, rows_of, text_of

pytestmark = pytest.mark.django_db

ROWS, TILE = "/exposure/uninsured/", "/exposure/uninsured/tile/"


def test_home_asks_for_the_tile_for_finance_alone() -> None:
    make_credit_world()
    take_snapshot(TODAY)
    home = sign_in("finance_director").get("/")
    assert ROWS in links_of(home)
    assert f'hx-get="{TILE}" hx-trigger="load"' in home.content.decode()
    assert ROWS not in links_of(sign_in("sales", "ana").get("/"))


def test_tile_leaves_off_what_insurers_would_pay() -> None:
    make_credit_world()  # 310 owed + 60 delivered + 210 of orders, 200 of it insured at 90 %
    told = text_of(sign_in("auditor").get(TILE))
    assert "Uninsured exposure" in told
    assert "400,000 USD" in told
    assert "69.0 % of an exposure of 580,000" in told


def test_rows_add_up_to_the_tile_and_lead_to_the_documents() -> None:
    make_credit_world()
    manager = sign_in("credit_manager")
    shown = manager.get(ROWS)
    row = rows_of(shown, "t-uninsured")[0]
    assert row == ["Buyer ACME", "580,000", "200,000", "180,000", "400,000", "69.0 %", "0"]
    assert "/exposure/?buyer=ACME" in links_of(shown)
    header, values, *_rest = csv_rows(manager.get(ROWS, {"export": "csv"}))
    assert header[4].startswith("uninsured,")
    assert values[4] == "400000.0000"


def test_sales_and_administrators_do_not_open_it() -> None:
    for address in (ROWS, TILE):
        check_denied(address, "sales", "administrator")


@override_settings(LIMIT_OWN_APPETITE=Decimal(77_000))
def test_form_and_request_say_what_the_recommendation_assumes() -> None:
    world = make_credit_world()
    analyst = sign_in("credit_analyst")
    asked = text_of(analyst.get("/limits/ask/?buyer=ACME"))
    assert "own appetite 77,000 budget for loss 3,000 loss given default, LGD by instrument of the sales" in asked
    assert "loss given default, LGD: 60 %" in asked
    assert "annual sales invoiced in the last 12 months default in 12 months, PD by grade" in asked
    frozen = text_of(analyst.get(f"/limits/requests/{world.request.pk}/"))
    assert "loss given default, LGD by instrument of the sales" in frozen
    assert "loss given default, LGD: 60 %" in frozen
    assert "What is assumed" not in text_of(sign_in("sales", "ana").get("/limits/ask/?buyer=ACME"))
