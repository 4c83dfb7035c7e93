"""The embedded cluster as the product needs it: who may enter, and what the runtime role may not become."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.db import connection

from config.local import home as homes
from config.local import secrets
from config.local.supervisor import BASE_DIR

pytestmark = pytest.mark.django_db


def enter(role: str, password: str) -> Any:
    sockets: Path = homes.locate(BASE_DIR).postgres_sockets
    return psycopg2.connect(host=str(sockets), user=role, password=password, dbname=connection.settings_dict["NAME"])


@pytest.fixture
def app_cursor() -> Iterator[Any]:
    own = secrets.load_or_create(homes.locate(BASE_DIR).root)
    session = enter("duewatch_app", own.app_password)
    yield session.cursor()
    session.close()


def test_tests_run_on_the_embedded_postgresql_18_as_the_owner_of_the_schema() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000, current_user")
        assert cursor.fetchone() == (18, "duewatch_owner")


@pytest.mark.parametrize("role", ["duewatch_app", "duewatch_owner"])
def test_a_role_needs_its_password(role: str) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        enter(role, "guessed")


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE duewatch_owner",
        "DROP TABLE buyers_buyer",
        "ALTER TABLE invoices_entry DISABLE TRIGGER ALL",
        "CREATE TABLE mine (a int)",
        "CREATE DATABASE mine",
    ],
)
def test_the_schema_is_closed_to_the_runtime_role(app_cursor: Any, statement: str) -> None:
    app_cursor.connection.autocommit = True
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        app_cursor.execute(statement)


def test_the_runtime_role_reads_and_writes_new_tables_and_uses_temporary_ones(app_cursor: Any) -> None:
    app_cursor.execute("UPDATE buyers_buyer SET id = id WHERE false")
    app_cursor.execute("CREATE TEMPORARY TABLE scratch (a int)")
    app_cursor.execute("SELECT count(*) FROM invoices_entry")
    assert app_cursor.fetchone() == (0,)
