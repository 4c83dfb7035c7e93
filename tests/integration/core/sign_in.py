"""A person at the sign-in page."""

from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.test import Client

from core.models import User

PASSWORD = "a long enough pass phrase"
HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"


def person(username: str = "wei", language: str = "zh-hans", *, with_second_factor: bool = False) -> User:
    """Somebody who may sign in; what earlier tests sent from this address is forgotten."""
    cache.clear()
    user = User.objects.create_user(username, password=PASSWORD, role="credit_analyst", language=language)
    if with_second_factor:
        TOTP.activate(user, generate_totp_secret())
    return user


def enter(client: Client, password: str = PASSWORD, *, username: str = "wei", address: str = HERE) -> Any:
    """Send the form from an address."""
    given = {"login": username, "password": password}
    return client.post("/accounts/login/", given, REMOTE_ADDR=address)


def is_in(client: Client) -> bool:
    """True if somebody is signed in."""
    return "_auth_user_id" in client.session
