"""The morning's work on alerts, in a browser."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Page, expect

from alerts.models import Alert
from alerts.queries.signals.collect import Close
from alerts.services.advance import advance
from core.domain.roles import Role
from tests.integration.invoices.builders import make_buyer, make_invoice

pytestmark = pytest.mark.django_db(transaction=True)
LATER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _late_buyer() -> None:
    for _ in range(10):
        make_invoice(make_buyer(), "1000", due="2027-01-01")
    make_invoice(make_buyer("LATE"), "500", due="2026-03-05")
    advance(Close(date(2026, 4, 16), LATER, "USD"), run_id=None)


def test_alert_is_acknowledged_and_snoozed_without_leaving_the_page(sign_in: Callable[..., Page]) -> None:
    page = sign_in(Role.ANALYST, path="/alerts/")
    page.get_by_role("link", name="Overdue: collection starts").click()
    page.get_by_label("Note").fill("called them, they pay on Friday")
    address = page.url
    page.get_by_role("button", name="Acknowledge: I am on it").click()
    expect(page.get_by_text("called them, they pay on Friday")).to_be_visible()
    expect(page.get_by_role("button", name="Acknowledge: I am on it")).to_have_count(0)
    page.get_by_label("Reason").fill("promised for Friday")
    page.get_by_role("button", name="Snooze").click()
    expect(page.get_by_text("Snoozed until")).to_be_visible()
    expect(page).to_have_url(address)
    assert Alert.objects.get(rule="overdue_30").state == "snoozed"


def test_somebody_elses_change_is_shown_instead_of_overwritten(sign_in: Callable[..., Page]) -> None:
    page = sign_in(Role.ANALYST, path="/alerts/")
    page.get_by_role("link", name="Overdue: collection starts").click()
    expect(page.get_by_role("button", name="Acknowledge: I am on it")).to_be_visible()  # it has read the version
    Alert.objects.filter(rule="overdue_30").update(version=7)
    page.get_by_role("button", name="Acknowledge: I am on it").click()
    expect(page.get_by_role("alert")).to_contain_text("has changed since you looked")
    assert Alert.objects.get(rule="overdue_30").state == "open"
    page.get_by_role("button", name="Acknowledge: I am on it").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    assert Alert.objects.get(rule="overdue_30").state == "acknowledged"
