"""Browser fixtures: Debian's chromium on a live server with the test's own database."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page, expect

from core.domain.roles import Role
from core.models import User

CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
# How long the browser waits for what is there within a moment on an idle machine; a busy one takes its time.
PATIENCE_MS = 30_000
NAVIGATION_LIMIT_MS = 60_000  # the first request of a test process imports every page
expect.set_options(timeout=PATIENCE_MS)
HOW_TO_INSTALL = "apt-get install -y chromium fonts-noto-cjk"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the system's chromium. Where it is missing the tests fail and say how to install it."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail(f"chromium is missing: {HOW_TO_INSTALL}", pytrace=False)
    return browser_type_launch_args | {"executable_path": chromium, "args": CHROMIUM_ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """The smallest screen that the product is made for."""
    size = {"width": 1366, "height": 768}
    return browser_context_args | {"viewport": size, "locale": "en-GB", "reduced_motion": "reduce"}


@pytest.fixture
def page_problems() -> list[str]:
    """What the browser complained about: script errors, policy violations, missing files. Empty it if you meant it."""
    return []


@pytest.fixture
def page(page: Page, page_problems: list[str]) -> Iterator[Page]:
    """A page whose every complaint fails the test."""
    page.set_default_timeout(PATIENCE_MS)
    page.set_default_navigation_timeout(NAVIGATION_LIMIT_MS)
    page.on("console", lambda message: _note(page_problems, message))
    page.on("pageerror", lambda error: page_problems.append(f"script error: {error}"))
    yield page
    assert page_problems == []


@pytest.fixture
def sign_in(page: Page, live_server: Any) -> Callable[..., Page]:
    """Open the live server as a person with this role: ``sign_in(Role.MANAGER)`` gives the page, signed in."""

    def open_as(role: Role, *, username: str | None = None, path: str = "/") -> Page:
        user, _ = User.objects.get_or_create(username=username or role.value, defaults={"role": role.value})
        page.context.add_cookies([_session_cookie(user, live_server.url)])
        page.goto(live_server.url + path)
        await_late_parts(page)
        return page

    return open_as


def await_late_parts(page: Page) -> None:
    """Wait for what a shown page asks for by itself: it would take the focus from under a test, or be broken off."""
    expect(page.locator("[hx-trigger=load]")).to_have_count(0)


def _session_cookie(user: User, url: str) -> Any:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


def _note(problems: list[str], message: ConsoleMessage) -> None:
    if message.type == "error":
        problems.append(f"{message.text} ({message.location.get('url', '')})")
