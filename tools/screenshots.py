"""The pictures of README and docs, taken of this build with the demo data: ``make screenshots``.

Starts the product on a data folder of its own (or takes a running one: ``--url``), signs in as the finance director and
writes docs/img/*.png. What happens over time (an order refused and let go, two signatures) is played by the tests.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

BASE_DIR = Path(__file__).resolve().parent.parent
IMAGES = BASE_DIR / "docs" / "img"
START_LIMIT_S = 300.0
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
USER, PASSWORD = "director", "duewatch-demo"
SCENES = ["tests/functional/credit/test_scenes.py"]
PAGES = {
    "home": "/",
    "aging": "/aging/",
    "buyer": "/buyers/C30001/",
    "score": "/buyers/C30001/?tab=score",
    "group": "/groups/CORVANDEL/",
    "alerts": "/alerts/",
    "imports": "/imports/",
    "matching": "/imports/matching/",
    "runs": "/runs/",
    "api": "/api/docs/",
}


def main() -> int:
    """Take all pictures, in English, Home in Chinese as well."""
    options = _parser().parse_args()
    _shoot_scenes()
    if options.url:
        _shoot(options.url)
        return 0
    with _product(options.port) as url:
        _shoot(url)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tools/screenshots.py", description=__doc__)
    parser.add_argument("--url", help="a running product with the demo data, e.g. http://localhost:8000")
    parser.add_argument("--port", type=int, default=8094, help="where to start one otherwise")
    return parser


def _shoot_scenes() -> None:
    """An order that is refused and then let go, a limit that two people sign: the tests play them and take pictures."""
    command = [sys.executable, "-m", "pytest", "-q", "-n0", *SCENES]
    subprocess.run(command, cwd=BASE_DIR, env=os.environ | {"SCENE_PICTURES": str(IMAGES)}, check=True)


@contextmanager
def _product(port: int) -> Iterator[str]:
    """``make run`` without make, on a folder that goes away afterwards."""
    home = Path(tempfile.mkdtemp(prefix="dw-shots-"))
    env = os.environ | {"DUEWATCH_HOME": str(home), "PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "config.local.run"], cwd=BASE_DIR, env=env)
    url = f"http://localhost:{port}"
    try:
        _await(url)
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        shutil.rmtree(home, ignore_errors=True)


def _await(url: str) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(1)
    raise TimeoutError(f"{url} did not come up")


def _shoot(url: str) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        context = browser.new_context(viewport={"width": 1366, "height": 900}, locale="en-GB", reduced_motion="reduce")
        page = context.new_page()
        page.set_default_timeout(90_000)
        _sign_in(page, url)
        for name, path in PAGES.items():
            _take(page, url + path, name)
        _take_chinese(page, url)
        browser.close()


def _sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/accounts/login/")
    page.fill("input[name=login]", USER)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{url}/")


def _take(page: Page, address: str, name: str) -> None:
    response = page.goto(address, wait_until="networkidle")
    if response is None or not response.ok:
        raise RuntimeError(f"{address} answered {response.status if response else 'nothing'}")
    page.screenshot(path=IMAGES / f"{name}.png")


def _take_chinese(page: Page, url: str) -> None:
    page.context.add_cookies([{"name": "django_language", "value": "zh-hans", "url": url}])
    _take(page, f"{url}/", "home-zh")


if __name__ == "__main__":
    sys.exit(main())
