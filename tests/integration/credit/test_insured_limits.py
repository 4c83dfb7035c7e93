"""Insurers' limits: by hand, corrected, refused; cuts become events that the score reads."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import Error, transaction

from buyers.domain.facts import EventKind
from buyers.models import RiskEvent
from core.domain.roles import Role
from core.errors import Conflict, Denied, DomainError, NotFound
from core.models import AuditEvent, User
from core.money import Money
from cover.domain.insured import InsuredDecision
from cover.models import InsuredLimit
from cover.services.insured_limits import record_insured_limit
from tests.integration.invoices.builders import make_buyer

pytestmark = pytest.mark.django_db


def decision(buyer_id: int, given: str = "200000", day: str = "2026-01-01", **changes: object) -> InsuredDecision:
    known: dict[str, object] = {
        "buyer_id": buyer_id,
        "insurer": "Atradius",
        "number": "0042",
        "amount": Money(Decimal(given), "USD"),
        "percent": Decimal(90),
        "valid_from": date.fromisoformat(day),
    }
    return InsuredDecision(**known | changes)


def analyst() -> User:
    return User.objects.create(username="ana", role=Role.ANALYST)


def test_a_decision_is_stored_once_and_a_correction_is_a_new_version() -> None:
    buyer, actor = make_buyer(), analyst()
    first = record_insured_limit(decision(buyer.pk), actor=actor)
    again = record_insured_limit(decision(buyer.pk), actor=actor)
    corrected = record_insured_limit(decision(buyer.pk, percent=Decimal(85)), actor=actor)
    assert (first.is_new, again.is_new, corrected.is_new) == (True, False, True)
    assert again.row == first.row
    assert [row.percent for row in InsuredLimit.objects.order_by("pk")] == [90, 85]
    assert AuditEvent.objects.filter(action="cover.insured_limit.recorded").count() == 2


def test_a_version_cannot_be_changed_or_removed_in_the_database() -> None:
    row = record_insured_limit(decision(make_buyer().pk), actor=analyst()).row
    for change in (lambda: InsuredLimit.objects.update(amount=1), lambda: row.delete()):
        with pytest.raises(Error, match="Cannot update or delete"), transaction.atomic():
            change()
    assert InsuredLimit.objects.get().amount == 200_000


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"percent": Decimal(101)}, "percent"),
        ({"percent": Decimal(0)}, "percent"),
        ({"percent": Decimal("NaN")}, "percent"),
        ({"amount": Money(Decimal(-1), "USD")}, "amount"),
        ({"amount": Money(Decimal("0.001"), "USD")}, "amount"),
        ({"amount": Money(Decimal("Infinity"), "USD")}, "amount"),
        ({"amount": Money(Decimal("1E+17"), "USD")}, "amount"),
        ({"amount": Money(Decimal(1), "XXQ")}, "currency"),
        ({"valid_to": date(2025, 12, 31)}, "valid_to"),
        ({"insurer": " "}, "insurer"),
        ({"number": ""}, "number"),
    ],
)
def test_an_impossible_decision_is_refused_and_nothing_is_stored(changes: dict[str, object], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        record_insured_limit(decision(make_buyer().pk, **changes), actor=analyst())
    assert refused.value.params["field"] == field
    assert not InsuredLimit.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("role", [Role.SALES, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_may_not_write_cover_changes_nothing(role: Role) -> None:
    with pytest.raises(Denied):
        record_insured_limit(decision(make_buyer().pk), actor=User.objects.create(username="x", role=role))
    assert not InsuredLimit.objects.exists()


def test_a_number_belongs_to_one_buyer() -> None:
    actor = analyst()
    record_insured_limit(decision(make_buyer().pk), actor=actor)
    with pytest.raises(Conflict, match="another buyer"):
        record_insured_limit(decision(make_buyer().pk), actor=actor)
    with pytest.raises(NotFound):
        record_insured_limit(decision(0), actor=actor)
    assert InsuredLimit.objects.count() == 1


def test_an_insurer_on_record_keeps_its_spelling() -> None:
    buyer, actor = make_buyer(), analyst()
    record_insured_limit(decision(buyer.pk), actor=actor)
    record_insured_limit(decision(buyer.pk, "300000", "2026-02-01", insurer="ATRADIUS "), actor=actor)
    assert set(InsuredLimit.objects.values_list("insurer", flat=True)) == {"Atradius"}


def test_a_cut_is_an_event_until_the_cover_is_back() -> None:
    buyer, actor = make_buyer(), analyst()
    for amount, day in (("200", "2026-01-01"), ("100", "2026-03-01"), ("150", "2026-05-01")):
        record_insured_limit(decision(buyer.pk, amount, day), actor=actor)
    event = RiskEvent.objects.get()
    assert (event.kind, event.valid_from, event.source) == (
        EventKind.INSURER_CUT,
        date(2026, 3, 1),
        "cover:Atradius",
    )
    assert "100" not in event.note
    record_insured_limit(decision(buyer.pk, "200", "2026-07-01"), actor=actor)
    assert event.ended_by.get().valid_from == date(2026, 7, 1)


def test_a_refusal_is_an_event_and_the_zero_is_kept() -> None:
    buyer = make_buyer()
    record_insured_limit(decision(buyer.pk, "0", percent=Decimal(0)), actor=analyst())
    assert InsuredLimit.objects.get().amount == 0
    assert RiskEvent.objects.get(buyer=buyer).kind == EventKind.INSURER_CUT
