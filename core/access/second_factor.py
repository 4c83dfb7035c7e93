"""Administrators sign in with a second factor wherever the product is more than a demonstration on one machine."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings

from core.domain.roles import Permission, is_granted
from core.models import User


def lacks_second_factor(user: User) -> bool:
    """True if the person may manage accounts, must have a second factor for it, and has none yet."""
    if not (settings.ADMINISTRATOR_NEEDS_SECOND_FACTOR and is_granted(user.role, Permission.USERS_MANAGE)):
        return False
    return not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
