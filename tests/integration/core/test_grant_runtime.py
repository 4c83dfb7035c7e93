"""What the runtime role may do in the database."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from core.append_only import append_only_tables
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_runtime_role() -> Iterator[None]:
    call_command("grant_runtime")
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE duewatch_app")
        yield
        cursor.execute("RESET ROLE")


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as problem:
        return "permission denied" in str(problem)
    return False


@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_runtime_role_may_not_change_append_only_tables(as_runtime_role: None, verb: str) -> None:
    tables = append_only_tables()
    assert "invoices_entry" in tables
    assert [table for table in tables if not refused(verb.format(table))] == []


def test_the_runtime_role_may_truncate_nothing(as_runtime_role: None) -> None:
    assert [table for table in connection.introspection.table_names() if not refused(f"TRUNCATE {table}")] == []


def test_the_runtime_role_may_append_and_keep_copies(as_runtime_role: None) -> None:
    AuditEvent.objects.create(actor_label="system", action="a", subject_type="b", subject_id="c")
    assert not refused("UPDATE invoices_invoice SET open_amount = open_amount")
    assert not refused("DELETE FROM invoices_snapshotset")


def test_granting_twice_changes_nothing(as_runtime_role: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        call_command("grant_runtime")
        cursor.execute("SET ROLE duewatch_app")
    assert refused("UPDATE invoices_entry SET id = id")
