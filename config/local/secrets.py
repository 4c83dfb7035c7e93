"""Passwords of the embedded servers and the signing key: made once, kept in a file only we can read."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class Secrets:
    """What one instance keeps to itself."""

    owner_password: str
    app_password: str
    secret_key: str


def load_or_create(home: Path) -> Secrets:
    """The secrets of this home. Two processes that start at once end with the same ones."""
    path = home / "secrets.json"
    if not path.exists():
        _publish(path, _generate())
    stored = json.loads(path.read_text())
    return Secrets(**{field.name: stored[field.name] for field in fields(Secrets)})


def _generate() -> Secrets:
    return Secrets(*(secrets.token_urlsafe(bytes_) for bytes_ in (24, 24, 48)))


def _publish(path: Path, value: Secrets) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(value), file)
    try:
        os.link(draft, path)  # fails where another process was first: then its file counts
    except FileExistsError:
        pass
    finally:
        draft.unlink()
