"""Finding buyers: by everything they are called, within what the asker may see."""

from datetime import UTC, datetime

import pytest

from buyers.models import Buyer, BuyerAlias, BuyerCode, BuyerGroup, BuyerMerge, BuyerRegistration
from buyers.queries.buyers import BuyerFilter, get_buyer, list_buyers, search_buyers
from buyers.services.merges import merge, propose, undo_merge
from core.access.scope import SYSTEM, Scope, scope_of
from core.errors import NotFound
from core.models import User

pytestmark = pytest.mark.django_db

DAYS = [datetime(2026, 11, day, tzinfo=UTC) for day in range(1, 4)]


@pytest.fixture
def ana() -> User:
    return User.objects.create(username="ana", role="sales")


@pytest.fixture(autouse=True)
def acme(ana: User) -> Buyer:
    """Called by everything that a buyer can be called by."""
    buyer = Buyer.objects.create(
        code="0042", name="Acme Bolts", name_zh="深圳市顶点五金", country="CN", currency="CNY", sales_owner=ana
    )
    BuyerAlias.objects.create(buyer=buyer, name="ACME Fasteners Ltd", source="erp")
    BuyerAlias.objects.create(buyer=buyer, name="顶点紧固件", source="erp")
    BuyerCode.objects.create(buyer=buyer, source="crm", external_id="K-7731")
    BuyerRegistration.objects.create(buyer=buyer, kind="uscc", number="91110000600037341L")
    return buyer


@pytest.fixture(autouse=True)
def blue() -> Buyer:
    """Somebody else, whom none of these words mean."""
    buyer = Buyer.objects.create(code="900", name="Blue Works", name_zh="蓝色工厂", country="DE", currency="EUR")
    BuyerAlias.objects.create(buyer=buyer, name="Blau Werke", source="erp")
    BuyerCode.objects.create(buyer=buyer, source="crm", external_id="Z-1")
    BuyerRegistration.objects.create(buyer=buyer, kind="vat", number="DE136695976")
    return buyer


def found(text: str, scope: Scope = SYSTEM) -> list[str]:
    return [buyer.code for buyer in search_buyers(text, scope=scope)]


def merged_into(survivor: Buyer, code: str, **fields: object) -> BuyerMerge:
    twin = Buyer.objects.create(code=code, name=f"Twin {code}", **fields)
    pair = propose(duplicate_id=twin.pk, survivor_id=survivor.pk, reason="the same firm")
    return merge(pair.pk, now=DAYS[0])


@pytest.mark.parametrize(
    "text",
    [
        "0042",
        "042",
        "acme",
        "Bolts",
        "深圳市顶点五金",
        "顶点",
        "五金",
        "fasteners",
        "紧固件",
        "K-7731",
        "7731",
        "k-77",
        "91110000600037341L",
        "91110000600037341l",
        "600037341",
        "  Acme  ",
    ],
)
def test_a_buyer_is_found_by_part_of_anything_it_is_called(text: str) -> None:
    assert found(text) == ["0042"]


@pytest.mark.parametrize("text", ["", "   ", "nobody", "%", "_", "\\", "00420", "deep blue"])
def test_what_nobody_is_called_finds_nobody(text: str) -> None:
    assert found(text) == []


def test_leading_zeros_are_part_of_the_code() -> None:
    Buyer.objects.create(code="42", name="Forty-two")
    assert found("0042") == ["0042"]
    assert found("42") == ["42", "0042"]


def test_an_exact_code_comes_first_then_beginnings_then_the_rest() -> None:
    for code, name in (("10", "Tenth"), ("1099", "Ninety"), ("X1", "10 Downing"), ("A10", "Motorway")):
        Buyer.objects.create(code=code, name=name)
    assert found("10") == ["10", "X1", "1099", "0042", "A10"]  # 0042 by its registration number


def test_a_search_gives_no_more_than_was_asked_for() -> None:
    for number in range(5):
        Buyer.objects.create(code=f"S{number}", name="Same")
    assert [buyer.code for buyer in search_buyers("same", limit=3)] == ["S0", "S1", "S2"]


def test_a_buyer_called_so_in_several_ways_is_found_once(acme: Buyer) -> None:
    for number in range(3):
        BuyerAlias.objects.create(buyer=acme, name=f"Acme {number}", source="erp")
    assert found("acme") == ["0042"]


# Scope


@pytest.mark.parametrize("text", ["900", "Blue", "蓝", "Blau", "Z-1", "DE136695976"])
def test_sales_do_not_find_the_buyers_of_others_by_any_word(ana: User, text: str) -> None:
    assert found(text) == ["900"]
    assert found(text, scope_of(ana)) == []


def test_sales_find_and_list_their_own_buyers(ana: User) -> None:
    assert found("acme", scope_of(ana)) == ["0042"]
    assert [buyer.code for buyer in list_buyers(scope=scope_of(ana))] == ["0042"]


def test_what_may_not_be_seen_does_not_exist(ana: User) -> None:
    assert get_buyer("0042", scope=scope_of(ana)).code == "0042"
    with pytest.raises(NotFound) as refused:
        get_buyer("900", scope=scope_of(ana))
    assert (refused.value.code, refused.value.params) == ("buyer_not_found", {"field": "buyer", "value": "900"})


# Merges


@pytest.mark.parametrize("text", ["TWIN-9", "Twin", "老顶点", "Old Bolts", "E-1", "213800KUD8LAJWSQ9D15"])
def test_a_merged_record_is_found_under_its_survivor(acme: Buyer, text: str) -> None:
    pair = merged_into(acme, "TWIN-9", name_zh="老顶点")
    BuyerAlias.objects.create(buyer=pair.duplicate, name="Old Bolts", source="erp")
    BuyerCode.objects.create(buyer=pair.duplicate, source="erp", external_id="E-1")
    BuyerRegistration.objects.create(buyer=pair.duplicate, kind="lei", number="213800KUD8LAJWSQ9D15")
    assert found(text) == ["0042"]
    undo_merge(pair.pk, now=DAYS[1])
    assert found(text) == ["TWIN-9"]


def test_a_merged_record_is_in_no_list_and_read_by_its_survivors_code(acme: Buyer) -> None:
    merged_into(acme, "TWIN-9")
    assert sorted(buyer.code for buyer in list_buyers()) == ["0042", "900"]
    assert get_buyer("TWIN-9") == acme


def test_a_proposal_that_nobody_decided_hides_nothing(acme: Buyer) -> None:
    twin = Buyer.objects.create(code="TWIN-9", name="Twin")
    propose(duplicate_id=twin.pk, survivor_id=acme.pk, reason="zeros")
    assert found("twin") == ["TWIN-9"]
    assert get_buyer("TWIN-9") == twin


def test_whose_survivor_belongs_to_another_is_not_found_by_the_record_of_ones_own(ana: User, blue: Buyer) -> None:
    merged_into(blue, "TWIN-9", sales_owner=ana)
    assert found("twin") == ["900"]
    assert found("twin", scope_of(ana)) == []
    with pytest.raises(NotFound):
        get_buyer("TWIN-9", scope=scope_of(ana))


# Filters


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        (BuyerFilter(), ["0042", "900"]),
        (BuyerFilter(country="DE"), ["900"]),
        (BuyerFilter(currency="CNY"), ["0042"]),
        (BuyerFilter(owner="ana"), ["0042"]),
        (BuyerFilter(group_code="G"), ["900"]),
        (BuyerFilter(status="blocked"), []),
        (BuyerFilter(text="顶点", country="CN"), ["0042"]),
        (BuyerFilter(text="顶点", country="DE"), []),
    ],
)
def test_filters_restrict_together(blue: Buyer, wanted: BuyerFilter, codes: list[str]) -> None:
    blue.group = BuyerGroup.objects.create(code="G", name="Group")
    blue.save()
    assert sorted(buyer.code for buyer in list_buyers(wanted=wanted)) == codes
