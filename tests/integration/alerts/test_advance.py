"""Alerts date by date over a real ledger: fire once, repeat when worse, close with the cause."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from alerts.domain.ledger import ControlTotal, Disagreement, Proof
from alerts.domain.states import AlertState, EventAction, Note, Rule
from alerts.models import Alert, AlertClock, AlertEvent
from alerts.queries.settings import current_settings
from alerts.queries.signals.collect import Close
from alerts.services.advance import LONGEST_CATCH_UP, Advanced, advance
from alerts.services.settings import change_setting
from buyers.models import Buyer, BuyerGroup
from buyers.services.memberships import set_group_membership
from core.models import AuditEvent, Run
from invoices.models import Invoice
from invoices.services.posting.adjustments import set_dispute
from scoring.models import Score
from tests.integration.invoices.builders import make_buyer, make_invoice, pay

pytestmark = pytest.mark.django_db

LATER = datetime(2100, 1, 1, tzinfo=UTC)


def close(day: str, *, control: tuple[ControlTotal, ...] | None = None, proof: Proof | None = None) -> Advanced:
    run = Run.objects.create(kind="close", key=f"close:{day}", state=Run.State.DONE)
    return advance(Close(date.fromisoformat(day), LATER, "USD", control, proof), run_id=run.pk)


def rung(rule: Rule) -> list[tuple[str, str]]:
    """What happened to the rule's alerts: date and action."""
    events = AlertEvent.objects.filter(alert__rule=rule).order_by("pk")
    return [(event.as_of.isoformat(), event.action) for event in events]


def the_alert(rule: Rule) -> Alert:
    return Alert.objects.get(rule=rule)


@pytest.fixture
def others() -> None:
    """Exposure elsewhere, so that one small buyer is no concentration."""
    for _ in range(10):
        make_invoice(make_buyer(), "1000", due="2027-01-01")


@pytest.fixture
def invoice(others: None) -> Invoice:
    """Due on 31 March 2026."""
    return make_invoice(make_buyer("LATE"), "500", due="2026-03-31")


def test_an_overdue_item_rings_on_the_16th_day_and_only_once(invoice: Invoice) -> None:
    close("2026-04-15")
    assert not Alert.objects.exists()
    close("2026-04-16")
    close("2026-04-17")
    close("2026-04-29")
    assert rung(Rule.OVERDUE_15) == [("2026-04-16", "opened")]
    alert = the_alert(Rule.OVERDUE_15)
    assert (alert.buyer_id, alert.state, alert.episode) == (invoice.buyer_id, AlertState.OPEN, 1)
    assert (alert.level, alert.announced_level, alert.amount_base) == (29, 16, Decimal(500))
    assert (alert.opened_on, alert.last_seen_on) == (date(2026, 4, 16), date(2026, 4, 29))
    assert alert.evidence["rows"][0]["invoice"] == invoice.number


def test_it_rings_again_when_it_has_become_worse_by_the_step(invoice: Invoice) -> None:
    close("2026-04-16")
    close("2026-05-15")
    close("2026-05-16")
    assert rung(Rule.OVERDUE_15) == [("2026-04-16", "opened"), ("2026-05-16", "worsened")]
    assert rung(Rule.OVERDUE_30) == [("2026-05-01", "opened")]


def test_it_closes_by_itself_with_a_note_when_the_cause_ends(invoice: Invoice) -> None:
    close("2026-04-16")
    pay(invoice, "500", day="2026-04-20")
    close("2026-04-20")
    alert = the_alert(Rule.OVERDUE_15)
    assert (alert.state, alert.closed_on, alert.close_note) == (
        AlertState.CLOSED,
        date(2026, 4, 20),
        Note.CAUSE_ENDED,
    )
    assert rung(Rule.OVERDUE_15)[-1] == ("2026-04-20", "closed")


def test_a_cause_that_comes_back_is_a_new_episode(invoice: Invoice) -> None:
    close("2026-04-16")
    pay(invoice, "500", day="2026-04-20")
    close("2026-04-21")
    make_invoice(invoice.buyer, "400", due="2026-04-10")
    close("2026-04-26")
    assert list(Alert.objects.filter(rule=Rule.OVERDUE_15).values_list("episode", flat=True).order_by("pk")) == [1, 2]


def test_a_part_in_dispute_or_too_small_to_matter_rings_nothing(others: None) -> None:
    buyer = make_buyer()
    charges = make_invoice(buyer, "5000", due="2026-03-31")
    pay(charges, "4975", day="2026-03-31")
    contested = make_invoice(buyer, "800", due="2026-03-31")
    set_dispute(contested.pk, key="D1", amount=Decimal(800), reason="quality", valid_from=date(2026, 3, 20))
    close("2026-08-15")
    assert not Alert.objects.filter(rule__in=[Rule.OVERDUE_15, Rule.OVERDUE_30]).exists()


def test_closing_the_same_date_again_changes_nothing(invoice: Invoice) -> None:
    close("2026-05-01")
    before = list(Alert.objects.order_by("pk").values())
    again = close("2026-05-01")
    assert set(again.counts.values()) == {0}
    assert list(Alert.objects.order_by("pk").values()) == before


def test_closing_the_same_date_again_follows_a_ledger_that_has_changed(invoice: Invoice) -> None:
    close("2026-05-01")
    pay(invoice, "500", day="2026-04-30")
    again = close("2026-05-01")
    assert again.counts[EventAction.CLOSED] == 2
    assert not Alert.objects.exclude(state=AlertState.CLOSED).exists()


def test_a_close_first_runs_the_dates_that_were_missed(invoice: Invoice) -> None:
    close("2026-04-10")
    advanced = close("2026-05-03")
    assert [advanced.dates[0], advanced.dates[-1], len(advanced.dates)] == [date(2026, 4, 11), date(2026, 5, 3), 23]
    assert rung(Rule.OVERDUE_15) == [("2026-04-16", "opened")]
    assert rung(Rule.OVERDUE_30) == [("2026-05-01", "opened")]


def test_an_alert_that_came_and_went_on_missed_dates_is_in_the_record(invoice: Invoice) -> None:
    close("2026-04-10")
    pay(invoice, "500", day="2026-04-20")
    close("2026-04-25")
    assert rung(Rule.OVERDUE_15) == [("2026-04-16", "opened"), ("2026-04-20", "closed")]


def test_after_a_long_pause_only_the_latest_dates_are_run(invoice: Invoice) -> None:
    close("2026-04-01")
    advanced = close("2026-06-30")
    assert len(advanced.dates) == LONGEST_CATCH_UP.days
    assert advanced.skipped_days == 90 - 31


def test_a_close_of_an_earlier_date_changes_no_alert(invoice: Invoice) -> None:
    close("2026-05-01")
    before = list(Alert.objects.order_by("pk").values())
    assert close("2026-04-10").dates == ()
    assert list(Alert.objects.order_by("pk").values()) == before
    assert AlertClock.objects.get().advanced_to == date(2026, 5, 1)


def test_one_event_a_date_is_in_the_audit_trail(invoice: Invoice) -> None:
    close("2026-04-16")
    close("2026-04-18")
    days = AuditEvent.objects.filter(action="alerts.advanced").order_by("pk").values_list("subject_id", flat=True)
    assert list(days) == ["2026-04-16", "2026-04-17", "2026-04-18"]


def pay_in_a_row(buyer: Buyer, days_late: list[int], *, first_due: date) -> date:
    due = first_due
    for late in days_late:
        issued = (due - timedelta(days=30)).isoformat()
        paid = make_invoice(buyer, "1000", issued=issued, due=due.isoformat())
        pay(paid, "1000", day=(due + timedelta(days=late)).isoformat())
        due += timedelta(days=10)
    return due


def test_a_longer_payment_period_rings_for_a_buyer_that_has_paid_everything(others: None) -> None:
    buyer = make_buyer()
    pay_in_a_row(buyer, [2, 2, 2, 2, 2, 14, 20], first_due=date(2026, 3, 1))
    close("2026-06-01")
    alert = the_alert(Rule.PAYMENT_PERIOD)
    assert (alert.buyer_id, alert.level) == (buyer.pk, 12)
    assert alert.evidence["habit_days"] == "2.0"
    assert [row["days"] for row in alert.evidence["rows"]] == [14, 20]


def test_a_sudden_turn_rings_when_a_good_payer_leaves_an_item_open(others: None) -> None:
    buyer = make_buyer()
    due = pay_in_a_row(buyer, [0, -2, 0, 0, 0], first_due=date(2026, 2, 1))
    late = make_invoice(buyer, "700", issued="2026-02-20", due=due.isoformat())
    close((due + timedelta(days=15)).isoformat())
    assert not Alert.objects.filter(rule=Rule.SUDDEN_TURN).exists()
    close((due + timedelta(days=16)).isoformat())
    alert = the_alert(Rule.SUDDEN_TURN)
    assert (alert.level, alert.severity, alert.amount_base) == (16, 3, Decimal(700))
    assert alert.evidence["rows"][0]["invoice"] == late.number
    pay(late, "700", day=(due + timedelta(days=18)).isoformat())
    close((due + timedelta(days=18)).isoformat())
    assert rung(Rule.SUDDEN_TURN)[-1][1] == "closed"


def test_concentrations_ring_for_buyer_group_and_country() -> None:
    group = BuyerGroup.objects.create(code="G1", name="Group one")
    big, sister = make_buyer("BIG", country="DE"), make_buyer("SIS", country="FR")
    for member in (big, sister):
        set_group_membership(member.pk, group=group, valid_from=date(2026, 1, 1))
    make_invoice(big, "220", due="2026-12-31")
    make_invoice(sister, "40", due="2026-12-31")
    for number in range(5):
        make_invoice(make_buyer(country="DE"), "40" if number < 5 else "0", due="2026-12-31")
    for _ in range(6):
        make_invoice(make_buyer(country=""), "90", due="2026-12-31")
    close("2026-04-01")
    found = {a.rule: (a.subject_key, a.evidence["share_percent"]) for a in Alert.objects.all()}
    assert found == {
        Rule.CONCENTRATION_BUYER: (str(big.pk), "22.00"),
        Rule.CONCENTRATION_GROUP: (str(group.pk), "26.00"),
        Rule.CONCENTRATION_COUNTRY: ("DE", "42.00"),
    }


def test_a_buyer_is_warned_when_a_sister_company_is_late(others: None) -> None:
    group = BuyerGroup.objects.create(code="G1", name="Group one")
    late, sister, former = make_buyer("LATE"), make_buyer("SIS"), make_buyer("EX")
    for member in (late, sister, former):
        set_group_membership(member.pk, group=group, valid_from=date(2026, 1, 1))
    set_group_membership(former.pk, group=None, valid_from=date(2026, 4, 1))
    make_invoice(late, "500", due="2026-03-31")
    close("2026-04-16")
    alert = the_alert(Rule.RELATED_PARTY_LATE)
    assert (alert.buyer_id, alert.group_id, alert.level) == (sister.pk, group.pk, 16)
    assert alert.evidence["rows"][0]["buyer"] == "LATE"


def score(buyer: Buyer, day: str, points: str, grade: str) -> None:
    dimensions = ("buyer_credit", "payment_history", "fx_tolerance", "logistics", "compliance")
    values = {name: Decimal(50) for name in dimensions} | {f"{name}_coverage": Decimal(1) for name in dimensions}
    Score.objects.create(
        buyer=buyer,
        version="v1",
        as_of=day,
        known_at=datetime(2026, 1, 1, tzinfo=UTC),
        score=Decimal(points),
        grade=grade,
        grade_before_caps=grade,
        coverage=Decimal(1),
        inputs_hash="0" * 64,
        **values,
    )


def test_a_fallen_score_rings_and_closes_when_the_window_has_moved_on(others: None) -> None:
    buyer = make_buyer()
    score(buyer, "2026-01-01", "82", "A")
    score(buyer, "2026-03-01", "66", "B")
    close("2026-03-01")
    alert = the_alert(Rule.SCORE_FELL)
    assert (alert.level, alert.evidence["date_before"]) == (16, "2026-01-01")
    close("2026-03-05")  # nobody was scored: the rule has no say
    assert the_alert(Rule.SCORE_FELL).state == AlertState.OPEN
    score(buyer, "2026-04-02", "66", "B")
    close("2026-04-02")
    assert the_alert(Rule.SCORE_FELL).state == AlertState.CLOSED


def test_a_ledger_that_does_not_agree_rings_until_it_does(others: None) -> None:
    total = ControlTotal("USD", Decimal("100.00"), Decimal("99.99"))
    close("2026-04-01", control=(total,))
    close("2026-04-03")  # on the 2nd, which was missed, nobody looked
    assert the_alert(Rule.LEDGER_MISMATCH).state == AlertState.OPEN
    close("2026-04-04", control=(ControlTotal("USD", Decimal("100.00"), Decimal("100.00")),))
    assert the_alert(Rule.LEDGER_MISMATCH).state == AlertState.CLOSED


def test_a_ledger_that_was_disproved_rings_until_it_is_proved(others: None) -> None:
    close("2026-04-01", control=(), proof=Proof(1, (Disagreement("invoice X", "open_amount", "1", "2"),)))
    close("2026-04-03")
    assert the_alert(Rule.LEDGER_MISMATCH).state == AlertState.OPEN
    close("2026-04-04", control=(), proof=Proof(0))
    assert the_alert(Rule.LEDGER_MISMATCH).state == AlertState.CLOSED


def test_an_item_without_a_rate_rings_too(others: None) -> None:
    make_invoice(make_buyer("RUB"), "900000", due="2026-03-31", currency="RUB")
    close("2026-04-16")
    alert = the_alert(Rule.OVERDUE_15)
    assert (alert.amount_base, alert.evidence["unconverted_items"]) == (0, 1)


def test_a_rule_that_is_switched_off_closes_its_alerts(invoice: Invoice) -> None:
    close("2026-04-16")
    setting = current_settings()[Rule.OVERDUE_15]
    change_setting(rule=Rule.OVERDUE_15, numbers=setting.numbers, severity=1, is_enabled=False, version=0, actor=None)
    close("2026-04-17")
    assert the_alert(Rule.OVERDUE_15).close_note == Note.RULE_OFF


def test_a_changed_threshold_counts_from_the_next_close(invoice: Invoice) -> None:
    change_setting(rule=Rule.OVERDUE_15, numbers={"days": "5"}, severity=2, is_enabled=True, version=0, actor=None)
    close("2026-04-06")
    assert the_alert(Rule.OVERDUE_15).severity == 2
