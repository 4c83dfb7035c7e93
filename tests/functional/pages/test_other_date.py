"""Another date is computed once by a real worker while the page shows its progress."""

import subprocess
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.domain.roles import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("workers")]


def test_page_of_another_date_comes_by_itself(
    demo: None, sign_in: Callable[..., Page], celery_workers: list[subprocess.Popen[bytes]]
) -> None:
    page = sign_in(Role.ANALYST, path="/aging/")
    page.get_by_label("As of").fill("2026-06-30")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("h1")).to_have_text("Figures are being computed")
    expect(page.locator("h1")).to_have_text("Aging", timeout=60_000)
    expect(page.locator(".past")).to_contain_text("You are looking at 2026-06-30")
    page.goto(page.url)
    expect(page.locator("h1")).to_have_text("Aging")
    page.get_by_role("link", name="Back to the latest date").click()
    expect(page.locator(".past")).to_have_count(0)
