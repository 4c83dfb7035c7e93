"""Delegation of authority and substitutes as they are in force."""

from __future__ import annotations

from datetime import date, datetime

from credit.models import AuthorityVersion, Substitute


def authority_version(*, known_at: datetime | None = None) -> AuthorityVersion | None:
    """The latest version known at a moment; None: the handbook's default counts."""
    raise NotImplementedError


def list_authority_versions() -> list[AuthorityVersion]:
    """All versions, newest first, with who made them."""
    raise NotImplementedError


def list_substitutes(*, as_of: date | None = None) -> list[Substitute]:
    """All, newest first; with ``as_of`` those in force on the day."""
    raise NotImplementedError
