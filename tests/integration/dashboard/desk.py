"""What the tests of the work pages share: people who sign in, and what they may not reach."""

from __future__ import annotations

from typing import Any

from django.test import Client

from core.models import User

SIGNED_IN = "allauth.account.auth_backends.AuthenticationBackend"
PORTFOLIO = ("credit_analyst", "credit_manager", "finance_director", "auditor")


def sign_in(role: str, username: str = "") -> Client:
    """A browser with a signed-in person of the role."""
    name = username or f"person-{role}"
    user = User.objects.filter(username=name).first() or User.objects.create(username=name, role=role)
    client = Client()
    client.force_login(user, backend=SIGNED_IN)
    return client


def check_denied(address: str, *roles: str, method: str = "get", data: dict[str, Any] | None = None) -> None:
    """Strangers are sent to sign in, the roles get 403."""
    stranger = getattr(Client(), method)(address, data or {})
    assert stranger.status_code == 302, stranger
    assert stranger["Location"].startswith("/accounts/login/")
    for role in roles:
        assert getattr(sign_in(role), method)(address, data or {}).status_code == 403, role


def text_of(response: Any) -> str:
    """The page as text, without runs of space."""
    return " ".join(response.content.decode().split())
