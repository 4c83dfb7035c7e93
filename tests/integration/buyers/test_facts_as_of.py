"""Reading facts as of a date and as known at a moment, with merged records read as one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from buyers.models import Buyer, BuyerGroup, BuyerMerge, Certificate, CountryRisk, GroupMembership, KycRecord, RiskEvent
from buyers.queries import facts
from buyers.queries.accounts import Moment, get_accounts, survivors_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 31)
LEARNED = datetime(2026, 2, 10, tzinfo=UTC)
NOW = Moment(date(2026, 6, 30))


@pytest.fixture
def pair() -> tuple[Buyer, Buyer]:
    return Buyer.objects.create(code="7", name="Seven"), Buyer.objects.create(code="007", name="Seven")


def merge(duplicate: Buyer, survivor: Buyer, at: datetime, undone_at: datetime | None = None) -> None:
    state = "undone" if undone_at else "merged"
    BuyerMerge.objects.create(
        duplicate=duplicate, survivor=survivor, reason="x", state=state, merged_at=at, undone_at=undone_at
    )


def kyc(buyer: Buyer, status: str, valid_from: date, recorded_at: datetime = LEARNED) -> None:
    KycRecord.objects.create(buyer=buyer, status=status, valid_from=valid_from, recorded_at=recorded_at)


def statuses(frame: pd.DataFrame) -> list[tuple[int, str]]:
    return list(zip(frame["position"].tolist(), frame["status"].tolist(), strict=True))


def test_the_latest_version_in_force_counts(pair: tuple[Buyer, Buyer]) -> None:
    first, second = pair
    kyc(first, "incomplete", DAY)
    kyc(first, "complete", DAY + timedelta(days=5))
    kyc(first, "incomplete", date(2026, 7, 1))
    kyc(second, "incomplete", DAY)
    accounts = get_accounts([second.pk, first.pk])
    assert statuses(facts.latest_kyc(accounts, NOW)) == [(0, "incomplete"), (1, "complete")]


def test_a_correction_of_the_same_day_counts_from_when_it_was_recorded(pair: tuple[Buyer, Buyer]) -> None:
    kyc(pair[0], "incomplete", DAY)
    kyc(pair[0], "complete", DAY, LEARNED + timedelta(days=9))
    accounts = get_accounts([pair[0].pk])
    assert statuses(facts.latest_kyc(accounts, NOW)) == [(0, "complete")]
    assert statuses(facts.latest_kyc(accounts, Moment(NOW.as_of, LEARNED))) == [(0, "incomplete")]
    assert statuses(facts.latest_kyc(accounts, Moment(NOW.as_of, LEARNED - timedelta(seconds=1)))) == []


def test_facts_of_a_merged_duplicate_count_to_the_survivor_while_merged(pair: tuple[Buyer, Buyer]) -> None:
    survivor, duplicate = pair
    kyc(duplicate, "complete", DAY)
    merge(duplicate, survivor, LEARNED + timedelta(days=1), undone_at=LEARNED + timedelta(days=3))
    for hours, found in ((0, []), (25, [(0, "complete")]), (73, [])):
        moment = LEARNED + timedelta(hours=hours)
        accounts = get_accounts([survivor.pk], moment)
        assert statuses(facts.latest_kyc(accounts, Moment(NOW.as_of, moment))) == found


def test_a_duplicate_is_no_account_of_its_own(pair: tuple[Buyer, Buyer]) -> None:
    survivor, duplicate = pair
    merge(duplicate, survivor, LEARNED)
    accounts = get_accounts([duplicate.pk, survivor.pk])
    assert accounts.buyer_ids == (survivor.pk,)
    assert accounts.members == (survivor.pk, duplicate.pk)
    assert survivors_of([duplicate.pk, survivor.pk]) == [survivor.pk]


def test_certificates_are_read_by_kind(pair: tuple[Buyer, Buyer]) -> None:
    for kind, number, day in (("CE", "1", DAY), ("CE", "2", DAY + timedelta(days=1)), ("ISO", "", DAY)):
        Certificate.objects.create(buyer=pair[0], kind=kind, number=number, valid_from=day)
    frame = facts.latest_certificates(get_accounts([pair[0].pk]), NOW)
    assert frame[["kind", "number"]].to_numpy().tolist() == [["CE", "2"], ["ISO", ""]]


def test_an_event_ends_when_its_end_is_in_force_and_known(pair: tuple[Buyer, Buyer]) -> None:
    event = RiskEvent.objects.create(buyer=pair[0], kind="litigation", valid_from=DAY, recorded_at=LEARNED)
    RiskEvent.objects.create(
        buyer=pair[0],
        kind="litigation",
        ends=event,
        valid_from=date(2026, 5, 1),
        recorded_at=LEARNED + timedelta(days=9),
    )
    accounts = get_accounts([pair[0].pk])

    def ended(moment: Moment) -> list[bool]:
        return [not np.isnat(day) for day in facts.list_events(accounts, moment)["ended_on"].to_numpy()]

    assert ended(NOW) == [True]
    assert ended(Moment(date(2026, 4, 30))) == [False]
    assert ended(Moment(NOW.as_of, LEARNED)) == [False]
    assert ended(Moment(date(2026, 1, 30))) == []


def test_country_classes_are_those_of_the_list_in_force() -> None:
    for day, risk_class in ((DAY, 4), (date(2026, 7, 1), 3)):
        CountryRisk.objects.create(country="VN", risk_class=risk_class, valid_from=day, source="OECD")
    CountryRisk.objects.create(country="DE", risk_class=None, is_high_income=True, valid_from=DAY, source="OECD")
    frame = facts.list_country_risks(NOW)
    assert frame["country"].tolist() == ["DE", "VN"]
    assert np.isnan(frame["risk_class"][0])
    assert frame["risk_class"][1] == 4


def test_master_data_is_read_as_known_at_the_moment(pair: tuple[Buyer, Buyer]) -> None:
    buyer = pair[0]
    frame = facts.master_data(get_accounts([buyer.pk]), NOW)
    assert frame[["country", "currency"]].to_numpy().tolist() == [["", ""]]
    buyer.country = "VN"
    buyer.save()
    assert facts.master_data(get_accounts([buyer.pk]), NOW)["country"].tolist() == ["VN"]
    before_it_was_known = Moment(NOW.as_of, datetime(2020, 1, 1, tzinfo=UTC))
    assert len(facts.master_data(get_accounts([buyer.pk]), before_it_was_known)) == 0


def test_siblings_are_the_others_of_the_group_in_force(pair: tuple[Buyer, Buyer]) -> None:
    group = BuyerGroup.objects.create(code="G", name="Group")
    third = Buyer.objects.create(code="3", name="Third")
    for buyer in (*pair, third):
        GroupMembership.objects.create(buyer=buyer, group=group, valid_from=DAY)
    GroupMembership.objects.create(buyer=third, group=None, valid_from=date(2026, 5, 1))
    accounts = get_accounts([pair[0].pk])
    frame = facts.list_siblings(accounts, NOW)
    assert frame.to_numpy().tolist() == [[0, pair[1].pk]]
    assert len(facts.list_siblings(accounts, Moment(date(2026, 4, 30)))) == 2


def test_a_merged_duplicate_is_no_sibling_of_its_survivor(pair: tuple[Buyer, Buyer]) -> None:
    group = BuyerGroup.objects.create(code="G", name="Group")
    for buyer in pair:
        GroupMembership.objects.create(buyer=buyer, group=group, valid_from=DAY)
    merge(pair[1], pair[0], LEARNED)
    assert len(facts.list_siblings(get_accounts([pair[0].pk]), NOW)) == 0
