"""Passwords of the embedded servers and the signing key: made once, kept in a file only we can read."""

import json
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from core.private_files import make_private


@dataclass(frozen=True)
class Secrets:
    """What one instance keeps to itself."""

    owner_password: str
    app_password: str
    secret_key: str


def load_or_create(home: Path) -> Secrets:
    """The secrets of this home. Two processes that start at once end with the same ones."""
    path = home / "secrets.json"
    make_private(path, json.dumps(asdict(_generate())).encode())
    stored = json.loads(path.read_text())
    return Secrets(**{field.name: stored[field.name] for field in fields(Secrets)})


def _generate() -> Secrets:
    return Secrets(*(secrets.token_urlsafe(bytes_) for bytes_ in (24, 24, 48)))
