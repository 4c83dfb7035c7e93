"""Groups and registration numbers."""

from datetime import date
from decimal import Decimal as D

import pytest

from buyers.models import Buyer, BuyerGroup, BuyerRegistration, GroupMembership
from buyers.services.memberships import set_group_membership
from buyers.services.registrations import register_number
from core.errors import Conflict, DomainError

pytestmark = pytest.mark.django_db

DAY = date(2026, 1, 1)


def buyer(code: str) -> Buyer:
    return Buyer.objects.create(code=code, name=code)


@pytest.fixture
def group() -> BuyerGroup:
    return BuyerGroup.objects.create(code="G", name="Group")


def test_the_latest_version_is_the_buyer_s_group(group: BuyerGroup) -> None:
    firm = buyer("A")
    set_group_membership(firm.pk, group=group, valid_from=date(2026, 3, 1))
    set_group_membership(firm.pk, group=None, valid_from=date(2026, 1, 1))
    firm.refresh_from_db()
    assert firm.group == group
    set_group_membership(firm.pk, group=None, valid_from=date(2026, 4, 1))
    firm.refresh_from_db()
    assert firm.group is None
    assert GroupMembership.objects.count() == 3


def test_ownership_makes_no_circle(group: BuyerGroup) -> None:
    a, b, c = buyer("A"), buyer("B"), buyer("C")
    set_group_membership(b.pk, group=group, valid_from=DAY, parent_id=a.pk, share=D(60))
    set_group_membership(c.pk, group=group, valid_from=DAY, parent_id=b.pk, share=D(100))
    with pytest.raises(DomainError) as refused:
        set_group_membership(a.pk, group=group, valid_from=DAY, parent_id=c.pk, share=D(1))
    assert refused.value.code == "ownership_circle"
    assert GroupMembership.objects.count() == 2


@pytest.mark.parametrize("share", ["0", "-1", "100.01"])
def test_a_share_is_a_percentage(group: BuyerGroup, share: str) -> None:
    with pytest.raises(DomainError) as refused:
        set_group_membership(buyer("A").pk, group=group, valid_from=DAY, share=D(share))
    assert (refused.value.code, refused.value.params["value"]) == ("share_invalid", share)


def test_nobody_owns_themselves_and_unknown_buyers_are_named(group: BuyerGroup) -> None:
    firm = buyer("A")
    for pk, parent, code in (
        (firm.pk, firm.pk, "own_parent"),
        (0, None, "buyer_not_found"),
        (firm.pk, 0, "buyer_not_found"),
    ):
        with pytest.raises(DomainError) as refused:
            set_group_membership(pk, group=group, valid_from=DAY, parent_id=parent)
        assert refused.value.code == code
    assert GroupMembership.objects.count() == 0


def test_a_number_belongs_to_one_buyer() -> None:
    first, second = buyer("A"), buyer("B")
    register_number(first, kind="vat", number="DE 136695976")
    register_number(first, kind="vat", number="DE136695976")
    with pytest.raises(Conflict) as refused:
        register_number(second, kind="vat", number="DE136695976")
    assert refused.value.code == "registration_taken"
    assert BuyerRegistration.objects.count() == 1
