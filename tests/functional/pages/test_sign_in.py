"""Signing in: password, second factor, lock-out."""

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Page, expect

from core.models import User
from tests.functional.pages.conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def entrance(page: Page, live_server: Any, person: User) -> Page:
    """The sign-in page."""
    page.goto(f"{live_server.url}/glossary/")
    expect(page.locator("h1")).to_have_text("Sign in")
    return page


def enter(page: Page, password: str) -> None:
    page.get_by_label("Username").fill("maria")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def code_of(secret: str) -> str:
    """The number that an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_password_leads_to_the_page_that_was_asked_for(entrance: Page) -> None:
    enter(entrance, PASSWORD)
    expect(entrance.locator("h1")).to_have_text("Glossary")
    entrance.get_by_role("button", name="maria").click()
    entrance.get_by_role("button", name="Sign out").click()
    expect(entrance.locator("h1")).to_have_text("Sign in")


def test_wrong_password_says_so_and_five_of_them_lock_out(entrance: Page, page_problems: list[str]) -> None:
    for _ in range(4):
        enter(entrance, "wrong")
        expect(entrance.get_by_role("alert").first).to_be_visible()
    enter(entrance, "wrong")
    expect(entrance.locator("h1")).to_have_text("Locked out for a while")
    entrance.get_by_role("link", name="Back to sign-in").click()
    enter(entrance, PASSWORD)  # the right one does not help now
    expect(entrance.get_by_role("alert").first).to_be_visible()
    expect(entrance.get_by_role("button", name="maria")).to_have_count(0)
    page_problems.clear()  # the browser notes the refused attempts


def test_second_factor_is_set_up_and_asked_for(entrance: Page) -> None:
    enter(entrance, PASSWORD)
    entrance.get_by_role("button", name="maria").click()
    entrance.get_by_role("link", name="Two-factor sign-in").click()
    entrance.get_by_role("link", name="Activate").click()
    expect(entrance.locator("h1")).to_have_text("Confirm Access")
    entrance.get_by_label("Password").fill(PASSWORD)
    entrance.get_by_role("button", name="Confirm").click()
    secret = entrance.locator("#authenticator_secret").input_value()
    expect(entrance.locator("img.qr")).to_be_visible()
    entrance.locator("input[name=code]").fill(code_of(secret))
    entrance.get_by_role("button", name="Activate").click()
    expect(entrance.get_by_label("Unused codes")).to_be_visible()
    spare = entrance.get_by_label("Unused codes").input_value().split()[0]
    entrance.get_by_role("button", name="maria").click()
    entrance.get_by_role("button", name="Sign out").click()
    enter(entrance, PASSWORD)
    expect(entrance.locator("h1")).to_have_text("Two-Factor Authentication")
    entrance.locator("input[name=code]").fill(spare)
    entrance.get_by_role("button", name="Sign In").click()
    expect(entrance.get_by_role("button", name="maria")).to_be_visible()


def test_sign_in_speaks_chinese(entrance: Page) -> None:
    entrance.get_by_role("button", name="简体中文").click()
    expect(entrance.locator("h1")).to_have_text("登录")
