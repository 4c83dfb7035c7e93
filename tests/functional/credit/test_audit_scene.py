"""Somebody with all rights on the database changes a row with the triggers off; ``verify_audit`` names it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.functional.platform.conftest import new_instance as new_instance
from tests.functional.platform.instances import Instance

pytestmark = pytest.mark.xdist_group("platform")

# What a superuser does in psql; the address is the private socket of this data folder.
SUPERUSER = """
import psycopg2
from django.conf import settings
address = settings.DATABASES["default"]
with psycopg2.connect(host=address["HOST"], dbname=address["NAME"], user="postgres") as session:
    cursor = session.cursor()
    cursor.execute("SET session_replication_role = replica")
    cursor.execute({sql!r})
    print(cursor.fetchone()[0])
"""
EVENT = """
UPDATE core_auditevent SET actor_label = 'nobody' WHERE id = (SELECT min(event_id) FROM core_sealleaf) RETURNING id
"""
DECISION = """
UPDATE {table} SET {change} WHERE id = (
    SELECT (data -> 'rows' -> '{table}' ->> 0)::bigint FROM core_auditevent WHERE data -> 'rows' ? '{table}'
    ORDER BY id LIMIT 1) RETURNING id
"""
LIMIT = DECISION.format(table="credit_creditlimit", change="amount = amount * 2")
CHECK = DECISION.format(table="credit_ordercheck", change="outcome = 'pass', decided_by = ''")


@pytest.fixture
def demo(new_instance: Callable[[], Instance]) -> Instance:
    """The small demo, every event of it sealed."""
    instance = new_instance().with_schema()
    for command in (("seed_demo", "--scale", "small", "--closes", "0"), ("seal_audit",)):
        done = instance.manage(*command)
        assert done.returncode == 0, done.stderr
    return instance


def test_rows_altered_with_the_triggers_off_are_named(demo: Instance) -> None:
    status, answer = verify(demo)
    assert (status, answer["ok"], answer["findings"], answer["unsealed"]) == (0, True, [], 0)
    assert answer["leaves"] > 0

    event = alter(demo, EVENT)
    status, answer = verify(demo)
    assert (status, [found["event"] for found in answer["findings"]]) == (1, [int(event)])

    for table, change in (("credit_creditlimit", LIMIT), ("credit_ordercheck", CHECK)):
        row = alter(demo, change)
        status, answer = verify(demo)
        assert status == 1
        assert any(f"{table}:{row}" in found["message"] for found in answer["findings"]), answer["findings"]


def alter(instance: Instance, sql: str) -> str:
    """The key of the row that was changed."""
    done = instance.manage("shell", "--no-imports", "-c", SUPERUSER.format(sql=sql))
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def verify(instance: Instance) -> tuple[int, Any]:
    """Exit status and answer of the real command."""
    done = instance.manage("verify_audit", "--json")
    return done.returncode, json.loads(done.stdout)
