"""The rules over overdue items, scores and shares, each at its edge."""

from datetime import date
from decimal import Decimal

import pytest

from alerts.domain.concentration import find_concentration
from alerts.domain.findings import Subject
from alerts.domain.ledger import ControlTotal, Disagreement, Proof, find_disproof, find_mismatch
from alerts.domain.orders import UnapprovedShipment, find_shipped_unapproved
from alerts.domain.overdue import LateParty, OverdueItem, find_overdue, find_related_late
from alerts.domain.scores import DatedScore, find_score_fall, grades_between
from alerts.domain.settings import ACT, ACT_TODAY, LOOK, default_setting
from alerts.domain.states import PROPOSED_ACTIONS, Rule, SubjectType


def item(days: int, amount: str = "100.00", invoice_id: int = 1, base: str | None = None) -> OverdueItem:
    worth = Decimal(base or amount) if base != "none" else None
    return OverdueItem(7, invoice_id, f"INV-{invoice_id}", "USD", date(2026, 1, 1), days, Decimal(amount), worth)


@pytest.mark.parametrize(
    ("rule", "days", "fires"),
    [
        (Rule.OVERDUE_15, 15, False),
        (Rule.OVERDUE_15, 16, True),
        (Rule.OVERDUE_30, 30, False),
        (Rule.OVERDUE_30, 31, True),
    ],
)
def test_overdue_means_more_than_the_days(rule: Rule, days: int, fires: bool) -> None:
    assert (find_overdue(items=[item(days)], setting=default_setting(rule)) is not None) is fires


def test_overdue_tells_the_oldest_day_the_amount_and_the_rows() -> None:
    items = [item(3, invoice_id=1), item(40, "250.00", 2), item(20, "50.00", 3)]
    finding = find_overdue(items=items, setting=default_setting(Rule.OVERDUE_15))
    assert finding is not None
    assert finding.subject == Subject(Rule.OVERDUE_15, SubjectType.BUYER, "7")
    assert (finding.level, finding.amount_base, finding.severity) == (Decimal(40), Decimal("300.00"), LOOK)
    assert [row["invoice"] for row in finding.evidence["rows"]] == ["INV-2", "INV-3"]
    assert finding.evidence["items"] == 2


def test_an_item_without_a_rate_counts_with_its_days_and_is_named_incomplete() -> None:
    finding = find_overdue(items=[item(40, base="none")], setting=default_setting(Rule.OVERDUE_30))
    assert finding is not None
    assert finding.amount_base == 0
    assert finding.evidence["unconverted_items"] == 1


@pytest.mark.parametrize(("days", "severity"), [(90, ACT), (91, ACT_TODAY)])
def test_beyond_90_days_somebody_must_act_today(days: int, severity: int) -> None:
    finding = find_overdue(items=[item(days)], setting=default_setting(Rule.OVERDUE_30))
    assert finding is not None
    assert finding.severity == severity


def related(*days: int) -> object:
    late = [LateParty(i, f"B{i}", d, Decimal(100)) for i, d in enumerate(days, start=10)]
    return find_related_late(buyer_id=1, group_id=5, others_late=late, setting=default_setting(Rule.RELATED_PARTY_LATE))


def test_a_buyer_is_warned_of_a_related_party_that_is_late() -> None:
    assert related(15) is None
    finding = related(16, 95)
    assert finding is not None
    assert (finding.level, finding.severity, finding.group_id) == (Decimal(95), ACT_TODAY, 5)  # type: ignore[attr-defined]
    assert [row["buyer"] for row in finding.evidence["rows"]] == ["B11", "B10"]  # type: ignore[attr-defined]


def fall(now: tuple[str, str], highest: tuple[str, str], best: tuple[str, str] | None = None) -> object:
    def dated(score: tuple[str, str], day: int) -> DatedScore:
        return DatedScore(date(2026, 1, day), Decimal(score[0]), score[1])

    return find_score_fall(
        buyer_id=1,
        now=dated(now, 31),
        highest=dated(highest, 2),
        best_graded=dated(best or highest, 1),
        setting=default_setting(Rule.SCORE_FELL),
    )


@pytest.mark.parametrize(
    ("now", "highest", "fires"),
    [
        (("65.00", "B"), ("80.00", "A"), True),  # 15 points
        (("65.01", "B"), ("80.00", "A"), False),
        (("64.99", "C"), ("79.98", "B"), False),
        (("64.00", "C"), ("78.00", "A"), True),  # two grades
        (("90.00", "A"), ("80.00", "A"), False),
    ],
)
def test_a_score_falls_by_15_points_or_two_grades(now: tuple[str, str], highest: tuple[str, str], fires: bool) -> None:
    assert (fall(now, highest) is not None) is fires


def test_a_capped_grade_fires_though_the_score_stood_still() -> None:
    finding = fall(("80.00", "E"), ("80.00", "A"))
    assert finding is not None
    assert (finding.level, finding.severity) == (Decimal(0), ACT_TODAY)  # type: ignore[attr-defined]
    assert finding.evidence["grades_lost"] == 4  # type: ignore[attr-defined]


def test_grades_are_counted_downwards() -> None:
    assert grades_between("A", "C") == 2
    assert grades_between("D", "B") == -2


def share(amount: str, rule: Rule = Rule.CONCENTRATION_GROUP) -> object:
    return find_concentration(
        key="5",
        name="Group",
        amount=Decimal(amount),
        total=Decimal(1000),
        currency="USD",
        setting=default_setting(rule),
    )


def test_a_group_with_a_quarter_of_the_exposure_is_a_concentration() -> None:
    finding = share("250")
    assert finding is not None
    assert (finding.fires, finding.level, finding.group_id) == (True, Decimal("25.00"), 5)  # type: ignore[attr-defined]


def test_a_share_just_below_the_threshold_keeps_an_alert_but_opens_none() -> None:
    near = share("249")
    assert near is not None
    assert not near.fires  # type: ignore[attr-defined]
    assert share("239") is None


@pytest.mark.parametrize(
    ("rule", "amount"),
    [(Rule.CONCENTRATION_BUYER, "200"), (Rule.CONCENTRATION_GROUP, "250"), (Rule.CONCENTRATION_COUNTRY, "400")],
)
def test_each_concentration_has_its_own_threshold(rule: Rule, amount: str) -> None:
    assert share(amount, rule).fires  # type: ignore[attr-defined]
    below = share(str(int(amount) - 1), rule)
    assert not below.fires  # type: ignore[attr-defined]


def test_without_exposure_there_is_no_concentration() -> None:
    assert (
        find_concentration(
            key="1",
            name="x",
            amount=Decimal(0),
            total=Decimal(0),
            currency="USD",
            setting=default_setting(Rule.CONCENTRATION_BUYER),
        )
        is None
    )


def test_a_cent_between_ledger_and_aging_is_a_mismatch() -> None:
    setting = default_setting(Rule.LEDGER_MISMATCH)
    assert find_mismatch(total=ControlTotal("USD", Decimal("1.00"), Decimal("1.00")), setting=setting) is None
    finding = find_mismatch(total=ControlTotal("USD", Decimal("1.00"), Decimal("0.99")), setting=setting)
    assert finding is not None
    assert (finding.level, finding.severity) == (Decimal("0.01"), ACT_TODAY)
    assert finding.evidence["difference"] == "-0.01"


def test_stored_figures_that_differ_from_their_entries_are_a_finding_of_their_own() -> None:
    setting = default_setting(Rule.LEDGER_MISMATCH)
    assert find_disproof(proof=Proof(0), setting=setting) is None
    proof = Proof(2, (Disagreement("invoice INV-7", "open_amount", "5.0000", "6.0000"),))
    finding = find_disproof(proof=proof, setting=setting)
    assert finding is not None
    assert (finding.subject.key, finding.level, finding.severity) == ("entries", Decimal(2), ACT_TODAY)
    assert finding.evidence["rows"] == [
        {"about": "invoice INV-7", "figure": "open_amount", "stored": "5.0000", "entries": "6.0000"}
    ]


def shipment(name: str, amount: str, base: str | None) -> UnapprovedShipment:
    worth = None if base is None else Decimal(base)
    return UnapprovedShipment(5, "SO-1", 7, name, date(2026, 6, 1), "EUR", Decimal(amount), worth)


def test_each_shipment_of_an_order_that_left_unapproved_makes_it_worse() -> None:
    setting = default_setting(Rule.SHIPPED_UNAPPROVED)
    finding = find_shipped_unapproved(shipments=[shipment("S1", "30", "33")], setting=setting)
    assert finding.subject == Subject(Rule.SHIPPED_UNAPPROVED, SubjectType.ORDER, "5")
    assert (finding.level, finding.amount_base, finding.severity) == (Decimal(1), Decimal(33), ACT_TODAY)
    assert (finding.buyer_id, finding.fires) == (7, True)
    more = find_shipped_unapproved(shipments=[shipment("S1", "30", "33"), shipment("S2", "5", None)], setting=setting)
    assert (more.level, more.amount_base) == (Decimal(2), Decimal(33))
    assert (more.evidence["shipments"], more.evidence["unconverted_items"]) == (2, 1)
    assert more.evidence["rows"][1] == {
        "order": "SO-1",
        "order_id": 5,
        "shipment": "S2",
        "shipped_on": "2026-06-01",
        "amount": "5",
        "currency": "EUR",
    }


def test_every_rule_proposes_something() -> None:
    assert set(PROPOSED_ACTIONS) == set(Rule)
