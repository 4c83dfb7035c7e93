"""Reading API clients; never their keys, which are not kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.models import ApiClient


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One key as the administration shows it."""

    id: str
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    last_used_at: datetime | None
    is_revoked: bool
    is_usable: bool


def list_clients(*, now: datetime) -> list[ClientRow]:
    """Clients, usable ones first, newest first."""
    clients = ApiClient.objects.select_related("created_by").order_by("-created", "prefix")
    rows = [_row(client, now) for client in clients]
    return sorted(rows, key=lambda row: not row.is_usable)


def _row(client: ApiClient, now: datetime) -> ClientRow:
    expired = client.expiry_date is not None and client.expiry_date <= now
    return ClientRow(
        id=client.pk,
        name=client.name,
        prefix=client.prefix,
        scopes=tuple(client.scopes),
        created_at=client.created,
        created_by=str(client.created_by or ""),
        expires_at=client.expiry_date,
        last_used_at=client.last_used_at,
        is_revoked=client.revoked,
        is_usable=not (client.revoked or expired),
    )
