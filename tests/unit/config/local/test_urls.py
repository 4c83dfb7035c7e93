"""Addresses of the embedded servers, and how the environment wins over them."""

from pathlib import Path

import environ
import psycopg2.extensions
import pytest

from config.local import home as homes
from config.local import urls


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "with space"
    monkeypatch.setenv("DUEWATCH_HOME", str(folder))
    return folder


def test_the_database_address_means_the_same_to_libpq_and_to_django(home: Path) -> None:
    address = urls.resolve(Path("/nowhere")).database_url
    for_libpq = psycopg2.extensions.parse_dsn(address)
    for_django = urls.with_socket_as_host(environ.Env().db_url_config(address))
    names = {"host": "HOST", "user": "USER", "dbname": "NAME", "password": "PASSWORD"}
    assert for_libpq == {name: for_django[django_name] for name, django_name in names.items()}
    assert for_libpq["host"] == str(homes.locate(Path("/nowhere")).postgres_sockets)


def test_owner_and_runtime_role_have_passwords_of_their_own(home: Path) -> None:
    found = urls.resolve(Path("/nowhere"))
    owner, app = (psycopg2.extensions.parse_dsn(address) for address in (found.owner_database_url, found.database_url))
    assert (owner["user"], app["user"]) == ("duewatch_owner", "duewatch_app")
    assert owner["password"] != app["password"]


def test_secrets_are_made_once_and_readable_by_us_only(home: Path) -> None:
    first = urls.resolve(Path("/nowhere"))
    assert urls.resolve(Path("/nowhere")) == first
    assert (home / "secrets.json").stat().st_mode & 0o077 == 0


def test_addresses_in_the_environment_win_and_nothing_is_created(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@db/x")
    monkeypatch.setenv("REDIS_URL", "redis://:pw@broker:6379/0")
    monkeypatch.setenv("SECRET_KEY", "given")
    found = urls.resolve(Path("/nowhere"))
    assert found.database_url == found.owner_database_url == "postgresql://app@db/x"
    assert found.celery_broker_url == "redis://:pw@broker:6379/0"
    assert found.cache_url == "redis://:pw@broker:6379/1"
    assert not home.exists()


def test_an_owner_address_is_used_for_the_schema(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@db/x")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner@db/x")
    assert urls.resolve(Path("/nowhere")).owner_database_url == "postgresql://owner@db/x"


@pytest.mark.parametrize(
    ("given", "broker", "cache"),
    [
        ("unix:///run/v.sock", "redis+socket:///run/v.sock?virtual_host=0", "unix:///run/v.sock?db=1"),
        ("redis://host:6379", "redis://host:6379", "redis://host:6379/1"),
        ("rediss://host:6379/0", "rediss://host:6379/0", "rediss://host:6379/1"),
        ("redis://host:6379/5", "redis://host:6379/5", "redis://host:6379/5"),
    ],
)
def test_queue_and_cache_keep_apart_unless_a_database_is_named(given: str, broker: str, cache: str) -> None:
    assert (urls.broker_url(given, db=0), urls.cache_url(given, db=1)) == (broker, cache)
