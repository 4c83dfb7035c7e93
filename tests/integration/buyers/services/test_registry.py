"""The registry: each source's words for a buyer, once each, whatever comes in how often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from buyers.models import Buyer, BuyerAlias, BuyerCode
from buyers.services.merges import propose_duplicates
from buyers.services.registry import BuyerRow, upsert_buyers
from core.models import User
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.django_db

FULL = {
    "name_zh": "蓝色工厂",
    "country": "CN",
    "currency": "CNY",
    "founded_on": date(2001, 2, 28),
    "website": "https://blue.example",
}


def row(external_id: str, name: str = "Blue Works", **more: Any) -> BuyerRow:
    return BuyerRow(external_id, name, **more)


def codes() -> list[str]:
    return list(Buyer.objects.order_by("pk").values_list("code", flat=True))


def aliases(buyer: Buyer) -> list[str]:
    return list(BuyerAlias.objects.filter(buyer=buyer).order_by("name").values_list("name", flat=True))


def changes() -> dict[str, int]:
    """How many rows of history say that a buyer was made or changed."""
    history = Buyer.history.rel.related_model.objects
    return {label: history.filter(pgh_label=label).count() for label in ("insert", "update")}


def test_a_new_buyer_is_recorded_as_its_source_tells_it() -> None:
    owner = User.objects.create(username="ana", role="sales")
    ids = upsert_buyers([row("0042", sales_owner_id=owner.pk, **FULL)], "erp")
    buyer = Buyer.objects.get()
    assert ids == {"0042": buyer.pk}
    assert (buyer.code, buyer.name, buyer.status, buyer.sales_owner) == ("0042", "Blue Works", "active", owner)
    assert {name: getattr(buyer, name) for name in FULL} == FULL
    assert list(BuyerCode.objects.values_list("buyer", "source", "external_id")) == [(buyer.pk, "erp", "0042")]
    assert aliases(buyer) == []


def test_leading_zeros_make_another_buyer_and_a_proposal() -> None:
    ids = upsert_buyers([row("42"), row("0042"), row("00042")], "erp")
    assert codes() == ["42", "0042", "00042"]
    assert len(set(ids.values())) == 3
    assert propose_duplicates() == 2


def test_a_mixed_file_creates_fills_and_leaves_alone() -> None:
    upsert_buyers([row("1", "One"), row("2", "Two", country="DE")], "erp")
    assert changes() == {"insert": 2, "update": 0}
    upsert_buyers([row("1", "One", country="FR"), row("2", "Two", country="DE"), row("3", "Three")], "erp")
    assert changes() == {"insert": 3, "update": 1}
    assert dict(Buyer.objects.values_list("code", "country")) == {"1": "FR", "2": "DE", "3": ""}


def test_the_same_rows_again_change_nothing() -> None:
    rows = [row("1", "One", **FULL), row("1", "ONE Ltd"), row("2", "Two")]
    first = upsert_buyers(rows, "erp")
    before = (changes(), BuyerCode.objects.count(), BuyerAlias.objects.count())
    assert upsert_buyers(rows, "erp") == first
    assert (changes(), BuyerCode.objects.count(), BuyerAlias.objects.count()) == before
    assert before == ({"insert": 2, "update": 0}, 2, 1)


def test_external_ids_of_one_code_are_one_buyer() -> None:
    rows = [row("E1", "Acme", code="A"), row("E2", "Acme Ltd", code="A", country="DE"), row("E3", code="B")]
    ids = upsert_buyers(rows, "erp")
    assert codes() == ["A", "B"]
    assert ids["E1"] == ids["E2"] != ids["E3"]
    buyer = Buyer.objects.get(code="A")
    assert (buyer.name, buyer.country, aliases(buyer)) == ("Acme", "DE", ["Acme Ltd"])
    assert list(BuyerCode.objects.filter(buyer=buyer).order_by("pk").values_list("external_id", flat=True)) == [
        "E1",
        "E2",
    ]
    assert upsert_buyers(rows, "erp") == ids
    assert codes() == ["A", "B"]


@pytest.mark.parametrize("backwards", [False, True])
def test_the_first_of_several_that_knows_a_field_fills_it(backwards: bool) -> None:
    upsert_buyers([row("0", "", code="A")], "erp")
    rows = [row("1", "", code="A", country="DE"), row("2", "", code="A", country="FR", currency="EUR")]
    upsert_buyers(rows[::-1] if backwards else rows, "erp")
    buyer = Buyer.objects.get()
    assert (buyer.country, buyer.currency) == ("FR" if backwards else "DE", "EUR")


def test_no_rows_give_no_buyers() -> None:
    assert upsert_buyers([], "erp") == {}
    assert codes() == []


@pytest.mark.parametrize("field", FULL)
def test_what_is_empty_is_filled_and_what_is_on_record_stays(field: str) -> None:
    other = {
        "name_zh": "红色工厂",
        "country": "JP",
        "currency": "JPY",
        "founded_on": date(1999, 1, 1),
        "website": "https://red.example",
    }
    upsert_buyers([row("1")], "erp")
    upsert_buyers([row("1", **{field: FULL[field]})], "erp")
    assert getattr(Buyer.objects.get(), field) == FULL[field]
    upsert_buyers([row("1", **FULL | {field: other[field]})], "erp")  # fills the others, contradicts this one
    assert {name: getattr(Buyer.objects.get(), name) for name in FULL} == FULL


def test_an_owner_is_filled_once() -> None:
    ana, ben = (User.objects.create(username=name, role="sales") for name in ("ana", "ben"))
    for owner in (None, ana, ben):
        upsert_buyers([row("1", sales_owner_id=owner and owner.pk)], "erp")
    assert Buyer.objects.get().sales_owner == ana


def test_the_first_spelling_is_the_name_and_the_others_are_aliases() -> None:
    upsert_buyers([row("1", "Acme"), row("1", "ACME inc"), row("1", "Acme"), row("1", "acme")], "erp")
    buyer = Buyer.objects.get()
    assert (buyer.name, aliases(buyer)) == ("Acme", ["ACME inc", "acme"])


def test_a_later_spelling_is_an_alias_and_never_the_name() -> None:
    upsert_buyers([row("1", "Acme")], "erp")
    upsert_buyers([row("1", "Acme Holdings", name_zh="顶点")], "erp")
    upsert_buyers([row("1", "Acme", name_zh="顶点控股")], "erp")
    buyer = Buyer.objects.get()
    assert (buyer.name, buyer.name_zh) == ("Acme", "顶点")
    assert aliases(buyer) == ["Acme Holdings", "顶点控股"]


@pytest.mark.parametrize(("others", "code"), [([], "0042"), ([row("0042", "Somebody")], "erp:0042")])
def test_a_buyer_known_by_its_code_only_gets_the_name_that_comes_later(others: list[BuyerRow], code: str) -> None:
    upsert_buyers(others, "crm")
    for name in ("0042", "Acme", "0042"):
        ids = upsert_buyers([row("0042", name)], "erp")
    buyer = Buyer.objects.get(pk=ids["0042"])
    assert (buyer.code, buyer.name, aliases(buyer)) == (code, "Acme", [])
    assert changes() == {"insert": 1 + len(others), "update": 1}


def test_the_same_id_of_another_source_is_another_buyer() -> None:
    first = upsert_buyers([row("1", "One")], "erp")
    second = upsert_buyers([row("1", "Uno")], "crm")
    assert first["1"] != second["1"]
    assert codes() == ["1", "crm:1"]
    assert upsert_buyers([row("1", "Uno")], "crm") == second


def test_our_own_code_joins_the_sources() -> None:
    first = upsert_buyers([row("1", "One", code="B-1")], "erp")
    second = upsert_buyers([row("x9", "Uno", code="B-1")], "crm")
    assert second["x9"] == first["1"]
    buyer = Buyer.objects.get()
    assert (buyer.code, buyer.name, aliases(buyer)) == ("B-1", "One", ["Uno"])
    assert set(BuyerCode.objects.values_list("source", "external_id")) == {("erp", "1"), ("crm", "x9")}


def test_a_code_that_two_new_buyers_claim_goes_to_the_first() -> None:
    ids = upsert_buyers([row("B", "Bee"), row("A", "Aye", code="B")], "erp")
    assert Buyer.objects.get(pk=ids["B"]).code == "B"
    assert Buyer.objects.get(pk=ids["A"]).code == "erp:A"


def test_many_rows_are_joined_by_hash_with_the_same_answer() -> None:
    upsert_buyers([row(str(n), f"Buyer {n}") for n in range(0, 300, 2)], "erp")
    ids = upsert_buyers([row(str(n), f"Buyer {n}", country="DE") for n in range(300)], "erp")
    assert len(ids) == Buyer.objects.count() == 300
    assert Buyer.objects.filter(country="DE").count() == 300
    assert dict(Buyer.objects.values_list("code", "pk")) == ids


@pytest.mark.parametrize("text", ["a\tb", "back\\slash", 'o\'clock "quoted"', "línea\nnueva", "买方（深圳）"])
def test_names_arrive_as_they_were_written(text: str) -> None:
    upsert_buyers([row("1", text)], "erp")
    assert Buyer.objects.get().name == text


@pytest.mark.django_db(transaction=True)
def test_two_files_at_once_with_the_same_new_buyers_make_each_once() -> None:
    rows = [row(str(n), f"Buyer {n}") for n in range(400)]
    barrier = Barrier(2)

    def load(given: list[BuyerRow]) -> dict[str, int]:
        barrier.wait(timeout=PATIENCE_S)
        try:
            return upsert_buyers(given, "erp")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(load, (rows, rows[::-1]))
    assert first == second
    assert Buyer.objects.count() == BuyerCode.objects.count() == 400
