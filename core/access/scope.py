"""Whose rows an actor may see: part of every query."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.roles import Permission, Role, is_granted
from core.errors import Denied
from core.models import ApiClient, User
from core.words import sentence as _


@dataclass(frozen=True, slots=True)
class Scope:
    """Row scope of a read: all buyers, or those of one sales owner.

    ``sales_owner_id`` None means every buyer. ``label`` names the actor in the audit trail.
    """

    label: str
    sales_owner_id: int | None = None
    user_id: int | None = None

    @property
    def is_everything(self) -> bool:
        """True if the scope hides no buyer."""
        return self.sales_owner_id is None


SYSTEM = Scope(label="system")


def scope_of(user: User) -> Scope:
    """The scope of a signed-in person: sales see their own buyers, the other roles all of them."""
    owner = user.pk if user.role == Role.SALES else None
    return Scope(label=user.username, sales_owner_id=owner, user_id=user.pk)


def scope_of_client(client: ApiClient) -> Scope:
    """The scope of an API key: every buyer; what it may ask is decided by the key's own scopes."""
    return Scope(label=f"api:{client.name}")


def require(user: User, permission: Permission) -> None:
    """Raise :class:`Denied` unless the person's role holds the permission; superusers get nothing extra."""
    if not (user.is_active and is_granted(user.role, permission)):
        raise Denied(
            "permission_denied",
            _("Your role may not do this (%(permission)s).", permission=permission.value),
            {"permission": permission.value},
        )
