"""Secrets of webhooks at rest: encrypted with a key in a file, outside the database and its backups."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from secrets import token_bytes

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from core.domain.outbox import SECRET_PREFIX
from core.errors import Conflict
from core.models import SubscriptionKey
from core.private_files import make_private
from core.words import sentence as _

SECRET_BYTES = 32


def new_secret() -> str:
    """A fresh signing secret, ``whsec_`` and base64 of 32 random bytes."""
    return SECRET_PREFIX + b64encode(token_bytes(SECRET_BYTES)).decode()


def lock_up(secret: str) -> str:
    """Encrypt a secret; the key is made with the first one and never where secrets exist already."""
    if not SubscriptionKey.objects.exists():
        make_private(Path(settings.WEBHOOK_KEY_FILE), Fernet.generate_key() + b"\n")
    return _box().encrypt(secret.encode()).decode()


def unlock(token: str) -> str:
    """The secret in clear; raises ``webhook_key_missing`` if the key is gone or another one."""
    try:
        return _box().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise _missing() from error


def _box() -> MultiFernet:
    """The first line of the file encrypts, further lines are former keys that still decrypt."""
    path = Path(settings.WEBHOOK_KEY_FILE)
    if not path.exists():
        raise _missing()
    return MultiFernet([Fernet(line) for line in path.read_text().split()])


def _missing() -> Conflict:
    return Conflict(
        "webhook_key_missing",
        _(
            "The key that webhooks' secrets are encrypted with is missing or another one: put WEBHOOK_KEY_FILE back "
            "from its copy, or put a new key there and rotate every secret."
        ),
        {"field": "webhook_key_file", "value": str(settings.WEBHOOK_KEY_FILE)},
    )
