"""Who calls: a system with ``Authorization: Api-Key …`` or a signed-in person."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_api_key.permissions import KeyParser

from core.models import ApiClient
from core.services.api_clients import touch_client


@dataclass(frozen=True)
class ClientPrincipal:
    """Stands where a user stands when the caller is a system; it holds no role, only its key's scopes."""

    client: ApiClient
    pk: None = None
    is_authenticated: bool = True
    is_anonymous: bool = False
    is_active: bool = True
    role: str = ""

    @property
    def username(self) -> str:
        """How the caller is named in logs."""
        return f"api:{self.client.name}"


class ApiKeyAuthentication(BaseAuthentication):
    """Recognises a key of :class:`core.models.ApiClient`; a request without one is left to the next class."""

    def authenticate(self, request: Request) -> tuple[ClientPrincipal, ApiClient] | None:
        """The client behind the key; a key that is wrong, revoked or expired is refused, never ignored."""
        key = KeyParser().get(request)
        if key is None:
            return None
        client = _client_of(key)
        touch_client(client, now=timezone.now())
        return ClientPrincipal(client), client

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Api-Key realm="api"'


def check_still_valid(client: ApiClient) -> None:
    """After a long body: a key that ended meanwhile does nothing any more."""
    client.refresh_from_db(fields=["revoked", "expiry_date"])
    _check_alive(client)


def _client_of(key: str) -> ApiClient:
    prefix = key.partition(".")[0]
    client: ApiClient | None = ApiClient.objects.filter(prefix=prefix).first()
    if client is None or not client.is_valid(key):
        raise AuthenticationFailed(_("This API key is not known."), code="api_key_unknown")
    _check_alive(client)
    return client


def _check_alive(client: ApiClient) -> None:
    if client.revoked:
        raise AuthenticationFailed(_("This API key has been revoked."), code="api_key_revoked")
    if client.has_expired:
        raise AuthenticationFailed(_("This API key has expired."), code="api_key_expired")
