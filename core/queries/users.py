"""Reading accounts: who may sign in, with which role and second factor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, QuerySet

from core.domain.roles import Permission, is_granted
from core.errors import NotFound
from core.models import User
from core.words import sentence as _


@dataclass(frozen=True, slots=True)
class UserRow:
    """One account as the administration shows it."""

    id: int
    username: str
    full_name: str
    email: str
    role: str
    is_active: bool
    has_second_factor: bool
    last_login: datetime | None
    joined_at: datetime


def list_users(*, role: str = "", only_active: bool = False, search: str = "") -> list[UserRow]:
    """Accounts by name; there are tens of them, not thousands."""
    rows = _accounts()
    if role:
        rows = rows.filter(role=role)
    if only_active:
        rows = rows.filter(is_active=True)
    if search:
        rows = rows.filter(username__icontains=search)
    return [_row(user) for user in rows.order_by("username")]


def get_user_row(user_id: int) -> UserRow:
    """One account. Raises ``user_not_found``."""
    user = _accounts().filter(pk=user_id).first()
    if user is None:
        raise NotFound("user_not_found", _("There is no such account."), {"field": "user", "value": user_id})
    return _row(user)


def find_user_id(username: str) -> int:
    """The account of this name; 0, which nobody has, where there is none."""
    return User.objects.filter(username=username).values_list("pk", flat=True).first() or 0


def list_people(permission: Permission) -> list[User]:
    """Active people whose role holds the permission, e.g. those who may be given an alert."""
    people = User.objects.filter(is_active=True).order_by("first_name", "last_name", "username")
    return [person for person in people if is_granted(person.role, permission)]


def _accounts() -> QuerySet[User]:
    second = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return User.objects.annotate(has_second_factor=Exists(second))


def _row(user: User) -> UserRow:
    return UserRow(
        id=user.pk,
        username=user.username,
        full_name=user.get_full_name(),
        email=user.email,
        role=user.role,
        is_active=user.is_active,
        has_second_factor=user.has_second_factor,  # type: ignore[attr-defined]
        last_login=user.last_login,
        joined_at=user.date_joined,
    )
