"""Passwords that an administrator hands over."""

from __future__ import annotations

import secrets

# No characters that are mistaken for each other when read aloud or copied by hand.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def generate_password(*, groups: int = 5, length: int = 4) -> str:
    """A random password in groups, about 99 bits with the defaults: ``"x7kp-m3qd-…"``."""
    words = ("".join(secrets.choice(_ALPHABET) for _ in range(length)) for _ in range(groups))
    return "-".join(words)
