"""API clients: the systems that may call us. A key is shown once; only its hash is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core.domain.roles import ApiScope
from core.errors import Conflict, DomainError, NotFound
from core.models import ApiClient, User
from core.services import audit

# Writing the moment of use for each call would make every read a write.
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new client with its key in clear, to be shown once."""

    client: ApiClient
    key: str


def create_client(
    *, name: str, scopes: Iterable[str], expires_at: datetime | None, now: datetime, actor: User | None
) -> IssuedKey:
    """Issue a key. Raises ``api_client_*`` errors for an empty name, an unknown scope or a date that has passed."""
    wanted = _checked_scopes(scopes)
    _check_name(name)
    if expires_at is not None and expires_at <= now:
        raise DomainError(
            "api_client_expired",
            _("The key would have expired already; give a later date."),
            {"field": "expires", "value": expires_at.isoformat()},
        )
    with transaction.atomic():
        issued = _issue(name=name.strip(), scopes=wanted, expires_at=expires_at, actor=actor)
        _record(issued.client, "created", actor, {"scopes": wanted, "expires_at": _iso(expires_at)})
    return issued


def revoke_client(*, client_id: str, actor: User | None) -> ApiClient:
    """End a key for good. Raises ``api_client_revoked`` if somebody did so before."""
    with transaction.atomic():
        client = _lock_client(client_id)
        _revoke(client)
        _record(client, "revoked", actor, {})
    return client


def rotate_client(*, client_id: str, now: datetime, grace: timedelta, actor: User | None) -> IssuedKey:
    """A new key with the same name, scopes and expiry; the old one ends after ``grace`` (zero: at once)."""
    with transaction.atomic():
        old = _lock_client(client_id)
        if old.revoked or old.has_expired:
            raise _already_ended(old)
        issued = _issue(name=old.name, scopes=old.scopes, expires_at=old.expiry_date, actor=actor)
        _end_after(old, now + grace if grace else None)
        _record(issued.client, "rotated", actor, {"replaces": old.prefix, "old_ends_at": _iso(old.expiry_date)})
    return issued


def touch_client(client: ApiClient, *, now: datetime) -> None:
    """Note that the key was used, at most once a minute."""
    stale = now - TOUCH_EVERY
    if client.last_used_at is None or client.last_used_at < stale:
        due = Q(last_used_at__isnull=True) | Q(last_used_at__lt=stale)
        ApiClient.objects.filter(due, pk=client.pk).update(last_used_at=now)


def _issue(*, name: str, scopes: list[str], expires_at: datetime | None, actor: User | None) -> IssuedKey:
    client = ApiClient(name=name, scopes=scopes, expiry_date=expires_at, created_by=actor)
    key = ApiClient.objects.assign_key(client)
    client.save(force_insert=True)
    return IssuedKey(client, key)


def _checked_scopes(scopes: Iterable[str]) -> list[str]:
    wanted = sorted({scope.strip() for scope in scopes if scope.strip()})
    known = [scope.value for scope in ApiScope]
    unknown = [scope for scope in wanted if scope not in known]
    if unknown or not wanted:
        raise DomainError(
            "api_client_scope_unknown",
            _("Scopes are one or more of: %(known)s.") % {"known": ", ".join(known)},
            {"field": "scopes", "value": ",".join(unknown)},
        )
    return wanted


def _check_name(name: str) -> None:
    if not 1 <= len(name.strip()) <= 50:
        raise DomainError(
            "api_client_name_invalid",
            _("Give the client a name of 1 to 50 characters."),
            {"field": "name", "value": name},
        )


def _lock_client(client_id: str) -> ApiClient:
    client: ApiClient | None = ApiClient.objects.select_for_update().filter(pk=client_id).first()
    if client is None:
        raise NotFound(
            "api_client_not_found", _("There is no such API client."), {"field": "client", "value": client_id}
        )
    return client


def _revoke(client: ApiClient) -> None:
    if client.revoked:
        raise _already_ended(client)
    client.revoked = True
    client.save(update_fields=["revoked"])


def _end_after(client: ApiClient, moment: datetime | None) -> None:
    if moment is None:
        _revoke(client)
    elif client.expiry_date is None or client.expiry_date > moment:
        client.expiry_date = moment
        client.save(update_fields=["expiry_date"])


def _already_ended(client: ApiClient) -> Conflict:
    return Conflict(
        "api_client_revoked",
        _("This key has ended already; create a new one."),
        {"field": "client", "value": client.prefix},
    )


def _record(client: ApiClient, verb: str, actor: User | None, data: dict[str, object]) -> None:
    audit.record(
        actor=actor,
        action=f"core.api_client.{verb}",
        subject_type="api_client",
        subject_id=client.prefix,
        data={"name": client.name, **data},
    )


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
