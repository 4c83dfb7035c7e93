"""The recipes of docs/api.md, section Intake, as somebody pastes them: each gives what stands below it."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from core.services.api_clients import create_client

pytestmark = pytest.mark.django_db(transaction=True)
GUIDE = Path(__file__).parents[3] / "docs" / "api.md"
_RECIPE = re.compile(r"```sh\n(.*?)```\n```json\n(.*?)```", re.DOTALL)


def test_every_recipe_of_the_intake_gives_what_it_says(live_server: Any) -> None:
    if shutil.which("curl") is None:
        pytest.fail("curl is missing: apt-get install -y curl", pytrace=False)
    cache.clear()
    issued = create_client(name="ERP", scopes=["intake", "read"], expires_at=None, now=timezone.now(), actor=None)
    environment = {**os.environ, "DUEWATCH": live_server.url, "KEY": issued.key}
    recipes = _RECIPE.findall(GUIDE.read_text())
    assert len(recipes) >= 4
    for command, expected in recipes:
        done = subprocess.run(
            ["bash", "-c", command], env=environment, capture_output=True, text=True, timeout=60, check=True
        )
        assert_shown(json.loads(expected), json.loads(done.stdout), command)


def assert_shown(expected: Any, found: Any, command: str) -> None:
    """Everything that the guide shows is in the answer; the guide shortens."""
    if isinstance(expected, dict):
        for name, value in expected.items():
            assert name in found, (command, found)
            assert_shown(value, found[name], command)
    elif isinstance(expected, list):
        for one, other in zip(expected, found, strict=True):
            assert_shown(one, other, command)
    else:
        assert found == expected, (command, found)
