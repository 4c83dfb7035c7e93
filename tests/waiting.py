"""Waiting for something that another process does."""

import threading
import time
from collections.abc import Callable

import pytest

PATIENCE_S = 60.0


def wait_until(what: str, condition: Callable[[], object], *, seconds: float = PATIENCE_S) -> None:
    """Ask again and again until it holds; fail with ``what`` if it never does."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds:.0f} s: {what}", pytrace=False)
        pause.wait(0.05)
