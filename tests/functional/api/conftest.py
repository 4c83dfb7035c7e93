"""A web server of its own process on the test's database: what comes over a real wire."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from django.core.cache import cache

from bench.http import served


@pytest.fixture
def serve(child_environment: dict[str, str], tmp_path: Path) -> Callable[..., AbstractContextManager[int]]:
    """Start gunicorn with some settings; gives its port: ``with serve(API_RATE="5/min") as port``."""
    cache.clear()

    @contextmanager
    def start(**settings: str) -> Iterator[int]:
        with served(tmp_path / "web.log", child_environment | settings) as (port, _):
            yield port

    return start


@pytest.fixture
def port(serve: Callable[..., AbstractContextManager[int]]) -> Iterator[int]:
    """Of a server on which nobody is throttled."""
    with serve(API_RATE="9999999/min", API_DRY_RUN_RATE="9999999/min") as found:
        yield found
