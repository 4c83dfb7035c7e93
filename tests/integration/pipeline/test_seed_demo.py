"""Loading the demo: what is there afterwards, and that a second load changes nothing."""

import json
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import RequestFactory

from buyers.models import Buyer, BuyerMerge, GroupMembership, KycRecord, RiskEvent, Screening
from core.domain.roles import Role
from core.models import User
from core.services.rates import add_rates
from invoices.models import ControlBalance, DisputeVersion, DueDateChange, Entry, Invoice, Order, Receipt, Shipment
from pipeline.demo.large import generate
from pipeline.demo.stories import CORVANDEL, VELMORA
from pipeline.demo.users import DEMO_PASSWORD, DEMO_USERS

END = "2026-11-20"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_rate() -> None:
    """Rates are loaded where there are none; a quarter of a million of them have tests of their own."""
    add_rates([("USD", date(2026, 11, 1), Decimal("1.1"))], source="test")


def seed(*extra: str) -> dict[str, Any]:
    out = StringIO()
    options = ("--scale", "small", "--end", END, "--closes", "0", "--json", *extra)
    call_command("seed_demo", *options, stdout=out, stderr=StringIO())
    loaded: dict[str, Any] = json.loads(out.getvalue())
    return loaded


def refusal(*extra: str) -> dict[str, Any]:
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("seed_demo", "--scale", "small", "--json", *extra, stdout=out, stderr=StringIO())
    error: dict[str, Any] = json.loads(out.getvalue())["error"]
    return error


def everything() -> dict[str, int]:
    tables = (Buyer, Invoice, Entry, Receipt, Order, Shipment, DisputeVersion, DueDateChange, KycRecord, RiskEvent)
    return {model.__name__: model.objects.count() for model in (*tables, Screening, GroupMembership, BuyerMerge, User)}


def test_a_second_load_changes_nothing() -> None:
    first = seed()
    before = everything()
    assert all(count > 0 for count in first["created"].values())
    again = seed()
    assert not any(again["created"].values())
    assert everything() == before


def test_a_later_day_does_not_move_the_demo() -> None:
    seed()
    assert seed("--end", "2026-12-24")["end"] == END


def test_another_seed_in_the_same_database_is_refused() -> None:
    seed()
    refused = refusal("--seed", "8")
    assert refused["code"] == "demo_differs"
    assert "data folder of its own" in refused["message"]


def test_the_ledger_of_the_demo_agrees_with_its_entries() -> None:
    seed()
    out = StringIO()
    call_command("verify_ledger", "--json", stdout=out)
    assert json.loads(out.getvalue())["ok"] is True


def test_the_stories_are_in_the_ledger() -> None:
    seed()
    assert Buyer.objects.filter(group__code=CORVANDEL.code).count() == 5
    overdue = Invoice.objects.filter(buyer__code=VELMORA, due_date__lt=END).exclude(open_amount=0)
    assert sum(invoice.open_amount for invoice in overdue) > 2_000_000
    assert Order.objects.filter(buyer__code=VELMORA, status="cancelled").count() >= 3


def test_two_codes_of_one_buyer_are_proposed_as_duplicates() -> None:
    seed()
    proposed = BuyerMerge.objects.get()
    assert {proposed.duplicate.code, proposed.survivor.code} == {"41730", "0041730"}


def test_there_is_a_sign_in_for_each_role_and_each_works(settings: Any) -> None:
    loaded = seed()
    assert {item["role"] for item in loaded["users"]} == {role.value for role in Role}
    for user in DEMO_USERS:
        request = RequestFactory().post("/accounts/login/")
        assert authenticate(request, username=user.username, password=DEMO_PASSWORD) is not None
    path = Path(settings.DUEWATCH_HOME) / "demo_sign_ins.json"
    assert path.stat().st_mode & 0o077 == 0
    assert len(json.loads(path.read_text())["sign_ins"]) == len(DEMO_USERS)


def test_sales_owners_share_the_buyers() -> None:
    seed()
    owned = [Buyer.objects.filter(sales_owner__username=name).count() for name in ("sales", "sales2")]
    assert min(owned) > 5
    assert sum(owned) == Buyer.objects.count()


@pytest.mark.parametrize(("embedded", "hosts"), [(False, ["localhost"]), (True, ["duewatch.example.com"])])
def test_published_passwords_are_refused_away_from_this_machine(
    settings: Any, embedded: bool, hosts: list[str]
) -> None:
    settings.DATABASE_IS_EMBEDDED = embedded
    settings.ALLOWED_HOSTS = hosts
    refused = refusal()
    assert refused["code"] == "demo_users_refused"
    assert "--without-users" in refused["message"]
    assert not User.objects.exists()
    assert not Buyer.objects.exists()


def test_the_data_can_be_loaded_without_sign_ins(settings: Any) -> None:
    settings.DATABASE_IS_EMBEDDED = False
    loaded = seed("--without-users")
    assert loaded["users"] == []
    assert not User.objects.exists()
    assert Buyer.objects.filter(sales_owner__isnull=False).count() == 0


def test_an_end_date_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="YYYY-MM-DD"):
        call_command("seed_demo", "--end", "yesterday")


def test_the_big_ledger_is_what_the_services_would_leave() -> None:
    counts = generate(seed=1, buyers=40, per_buyer=20, end=date(2026, 11, 20))
    assert counts["invoices"] == counts["issues"] == 800
    assert 0.75 < counts["receipts"] / 800 < 0.95
    assert ControlBalance.objects.count() == counts["balances"]
    out = StringIO()
    call_command("verify_ledger", "--json", stdout=out)
    assert json.loads(out.getvalue())["ok"] is True
    assert generate(seed=1, buyers=40, per_buyer=20, end=date(2026, 11, 20)) == {}
