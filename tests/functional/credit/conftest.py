"""The product as its users meet it: a web server and a worker, each its own process, and people with passwords."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from bench.http import served
from core.domain.roles import Role
from core.models import User
from tests.functional.conftest import PATIENCE_MS

PASSWORD = "a-long-word-for-tests"
PICTURES = "SCENE_PICTURES"  # tools/screenshots.py names the folder for the pictures of the docs
Desk = Callable[[User], Page]


@pytest.fixture
def web(child_environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """The address of gunicorn on this test's database and broker."""
    own = {"DJANGO_SETTINGS_MODULE": "tests.functional.credit.web_settings", "OMP_NUM_THREADS": "1"}
    with served(tmp_path / "web.log", child_environment | own) as (port, _):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def worker(start_worker: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """A Celery worker over the real broker."""
    return start_worker()


@pytest.fixture
def person(transactional_db: None) -> Callable[[str, Role], User]:
    """Somebody who can sign in."""

    def make(name: str, role: Role) -> User:
        return User.objects.create_user(name, password=PASSWORD, role=role.value)

    return make


@pytest.fixture
def at_desk(web: str, browser: Browser, browser_context_args: dict[str, object]) -> Iterator[Desk]:
    """Sign somebody in, in a browser profile of their own: ``at_desk(user)`` is their page."""
    opened: list[BrowserContext] = []

    def sit_down(user: User) -> Page:
        context = browser.new_context(**{**browser_context_args, "base_url": web})
        opened.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto("/accounts/login/")
        page.fill("input[name=login]", user.username)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(f"{web}/")
        return page

    yield sit_down
    for context in opened:
        context.close()


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Keep what a page shows now for the docs, where somebody wants pictures."""
    folder = os.environ.get(PICTURES)

    def take(page: Page, name: str) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png")

    return take
