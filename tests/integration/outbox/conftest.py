"""A receiver, and settings that let webhooks go to it at once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.receiver import Receiver


@pytest.fixture(autouse=True)
def quick(settings: Any, tmp_path: Path) -> None:
    settings.WEBHOOK_ALLOW_LOOPBACK = True
    settings.WEBHOOK_RETRY_SECONDS = 0.0
    settings.WEBHOOK_KEY_FILE = str(tmp_path / "webhooks" / "key")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as one:
        yield one
