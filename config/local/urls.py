"""The addresses of the database and the broker, computed without starting anything."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from config.local import home as homes
from config.local import secrets

DATABASE_NAME = "duewatch"
OWNER_ROLE = "duewatch_owner"
APP_ROLE = "duewatch_app"
# Celery and the cache keep apart, so that clearing the cache never clears the queue.
BROKER_DB = 0
CACHE_DB = 1


@dataclass(frozen=True)
class LocalUrls:
    """Where to find everything this instance stands on."""

    database_url: str
    owner_database_url: str
    redis_url: str
    home: Path
    secret_key: str

    @property
    def celery_broker_url(self) -> str:
        return broker_url(self.redis_url, db=BROKER_DB)

    @property
    def cache_url(self) -> str:
        return cache_url(self.redis_url, db=CACHE_DB)


def resolve(base_dir: Path) -> LocalUrls:
    """``DATABASE_URL``, ``DATABASE_OWNER_URL`` and ``REDIS_URL`` where set, else the embedded servers' addresses."""
    home = homes.locate(base_dir)
    if needs_postgres() or needs_valkey() or not os.environ.get("SECRET_KEY"):
        homes.prepare(home)
        own = secrets.load_or_create(home.root)
    else:
        own = secrets.Secrets("", "", "")
    given = os.environ.get("DATABASE_URL", "")
    return LocalUrls(
        database_url=given or postgres_url(home, APP_ROLE, own.app_password),
        owner_database_url=os.environ.get("DATABASE_OWNER_URL", "")
        or given
        or postgres_url(home, OWNER_ROLE, own.owner_password),
        redis_url=os.environ.get("REDIS_URL", "") or f"unix://{quote(str(home.valkey_socket))}",
        home=home.root,
        secret_key=own.secret_key,
    )


def needs_postgres() -> bool:
    return not os.environ.get("DATABASE_URL")


def needs_valkey() -> bool:
    return not os.environ.get("REDIS_URL")


def postgres_url(home: homes.Home, role: str, password: str, database: str = DATABASE_NAME) -> str:
    """A libpq address over the private socket; django-environ reads the same form."""
    return f"postgresql://{role}:{quote(password)}@/{database}?host={quote(str(home.postgres_sockets), safe='')}"


def with_socket_as_host(config: dict[str, Any]) -> dict[str, Any]:
    """Django's database settings with the socket folder as HOST, where ``dbshell`` looks for it too."""
    options = {name: value for name, value in config.get("OPTIONS", {}).items() if name != "host"}
    return config | {"HOST": config.get("OPTIONS", {}).get("host", config["HOST"]), "OPTIONS": options}


def broker_url(redis_url: str, *, db: int) -> str:
    """The address in Celery's spelling: it calls a socket ``redis+socket`` and the database ``virtual_host``."""
    parts = urlsplit(redis_url)
    if parts.scheme == "unix":
        return f"redis+socket://{parts.path}?virtual_host={db}"
    return redis_url


def cache_url(redis_url: str, *, db: int) -> str:
    """The address in redis-py's spelling, on a database of its own."""
    parts = urlsplit(redis_url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}?db={db}"
    return parts._replace(path=f"/{db}").geturl() if parts.path in {"", "/", "/0"} else redis_url
