"""GET /api/v1/exposures/{buyer}/."""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from buyers.models import Buyer
from core.domain.roles import Role
from tests.integration.api.ladder import as_person, check_problem, ok, with_key
from tests.integration.api.orders import make_ana
from tests.integration.credit.asking import insure
from tests.integration.credit.builders import TODAY, make_clean_buyer, make_group, make_limit
from tests.integration.invoices.builders import make_invoice, make_receipt

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
URL, PATH = "/api/v1/exposures/{}/", "/api/v1/exposures/{buyer}/"
CONFIDENTIAL = ("limit", "headroom", "headroom_in_horizon", "insured", "group")


def exposure(client: APIClient | None = None, code: str = "ACME", **params: str) -> dict[str, Any]:
    return ok((client or with_key("read")).get(URL.format(code), params), PATH)


def test_every_component_limit_and_headroom_of_the_golden_buyer(acme: Buyer) -> None:
    body = exposure()
    parts = {one["part"]: one["amount_base"] for one in body["components"]}
    assert parts == {
        "receivables": "310000.00",
        "delivered_not_invoiced": "60000.00",
        "orders": "90000.00",
        "orders_later": "120000.00",
    }
    assert (body["gross"], body["deductions"]) == ("580000.00", "0.00")
    assert (body["net"], body["net_in_horizon"]) == ("580000.00", "460000.00")
    assert (body["limit"]["state"], body["limit"]["amount"]) == ("in_force", "500000.00")
    assert (body["headroom"], body["headroom_in_horizon"]) == ("-80000.00", "40000.00")
    assert (body["is_complete"], body["detail_level"], body["group"]) == (True, "full", None)


def test_cash_on_account_is_taken_off_and_listed(acme: Buyer) -> None:
    make_receipt(acme, "10000", day=str(TODAY))
    body = exposure()
    cash = next(one for one in body["components"] if one["part"] == "unapplied_cash")
    assert (cash["amount"], cash["is_deduction"]) == ("10000.00", True)
    assert (body["deductions"], body["net"]) == ("10000.00", "570000.00")


def test_uninsured_part_is_net_less_what_cover_pays_of_shipped_goods(acme: Buyer) -> None:
    insure(acme, "200000", "90")
    assert exposure()["insured"] == {
        "covered": "200000.00",
        "indemnity": "180000.00",
        "uninsured": "400000.00",
        "planned": "0.00",
    }


def test_the_group_is_the_sum_of_its_members(acme: Buyer) -> None:
    sister = make_clean_buyer("SISTER")
    group = make_group(acme, sister, code="G1")
    make_limit(group, "700000")
    make_invoice(sister, "50000", issued=str(TODAY), due=str(TODAY + timedelta(days=30)))
    body = exposure()["group"]
    assert (body["code"], body["net"], body["headroom"]) == ("G1", "630000.00", "70000.00")
    assert [(one["buyer"], one["net"]) for one in body["members"]] == [("ACME", "580000.00"), ("SISTER", "50000.00")]


def test_a_past_day_has_the_exposure_of_that_day(acme: Buyer) -> None:
    make_invoice(acme, "5", issued=str(TODAY), due=str(TODAY + timedelta(days=30)))
    body = exposure(as_of=(TODAY - timedelta(days=1)).isoformat())
    assert {one["part"]: one["amount"] for one in body["components"]}["receivables"] == "310000.00"


def test_a_currency_without_a_rate_is_named_and_not_counted(acme: Buyer) -> None:
    make_invoice(acme, "7", currency="RUB", issued=str(TODAY), due=str(TODAY + timedelta(days=30)))
    body = exposure()
    rouble = next(one for one in body["components"] if one["currency"] == "RUB")
    assert (rouble["amount"], rouble["amount_base"]) == ("7.00", None)
    assert (body["is_complete"], body["missing_rates"], body["net"]) == (False, ["RUB"], "580000.00")


@pytest.mark.parametrize("who", ["check key", "sales"])
def test_limits_cover_and_group_need_the_right_to_read_limits(acme: Buyer, who: str) -> None:
    insure(acme, "200000", "90")
    make_limit(make_group(acme, make_clean_buyer("SISTER")), "700000")
    if who == "sales":
        ana = make_ana()
        Buyer.objects.filter(pk=acme.pk).update(sales_owner=ana)
        client = as_person("sales", user=ana)
    else:
        client = with_key("check")
    body = exposure(client)
    assert (body["detail_level"], body["net"]) == ("coarse", "580000.00")
    assert [body[name] for name in CONFIDENTIAL] == [None] * len(CONFIDENTIAL)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.MANAGER, Role.DIRECTOR, Role.AUDITOR])
def test_roles_of_the_portfolio_see_everything(acme: Buyer, role: Role) -> None:
    assert exposure(as_person(role))["headroom"] == "-80000.00"


def test_who_may_not_read_is_refused(acme: Buyer) -> None:
    url = URL.format("ACME")
    check_problem(APIClient().get(url), 401, "not_authenticated", PATH)
    for client in (with_key("intake"), as_person("administrator")):
        check_problem(client.get(url), 403, "permission_denied", PATH)
    check_problem(as_person("sales").get(url), 404, "buyer_not_found", PATH)


def test_bad_questions_are_named(acme: Buyer) -> None:
    key = with_key()
    check_problem(key.get(URL.format("NOBODY")), 404, "buyer_not_found", PATH)
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    check_problem(key.get(URL.format("ACME"), {"as_of": tomorrow}), 400, "date_in_future", PATH)
    for moment, code in (
        ("1969-12-31T12:00:00Z", "moment_too_early"),
        ("0001-01-01T00:00:00+14:00", "parameter_invalid"),
    ):
        check_problem(key.get(URL.format("ACME"), {"known_at": moment}), 400, code, PATH)
    check_problem(key.get(URL.format("ACME"), {"asof": "x"}), 400, "parameter_unknown", PATH)
    check_problem(key.post(URL.format("ACME")), 405, "method_not_allowed")


def test_a_code_may_hold_a_slash() -> None:
    make_clean_buyer("DE/77")
    assert exposure(code="DE/77")["buyer"] == "DE/77"
