"""What a caller may ask: a key by its scopes, a person by the role; superusers get nothing extra."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.access.scope import Scope, scope_of, scope_of_client
from core.domain.roles import ApiScope, Permission, is_granted
from core.models import ApiClient, User


class ReadScope(BasePermission):
    """Reading: the key's scope ``read``, or the permission that the view names (default ``buyer:read``)."""

    message = _("Your role or your API key may not read this.")

    def has_permission(self, request: Request, view: Any) -> bool:
        """True if the caller may use the view; which rows it shows is the scope's business."""
        if isinstance(request.auth, ApiClient):
            return getattr(view, "api_scope", ApiScope.READ) in request.auth.scopes
        asked = getattr(view, "permission", Permission.BUYER_READ)
        user = request.user
        return isinstance(user, User) and user.is_active and is_granted(user.role, asked)


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may do something: persons by permission, keys by any of the scopes; none of them: no key at all."""

    permission: Permission
    scopes: frozenset[ApiScope] = frozenset()

    def allows(self, request: Request) -> bool:
        """True if the caller may; superusers get nothing extra."""
        if isinstance(request.auth, ApiClient):
            return any(scope in request.auth.scopes for scope in self.scopes)
        user = request.user
        return isinstance(user, User) and user.is_active and is_granted(user.role, self.permission)


class MethodAccess(BasePermission):
    """By method, as the view's ``access`` says; HEAD and OPTIONS are as free as the first of them."""

    message = _("Your role or your API key may not do this.")

    def has_permission(self, request: Request, view: Any) -> bool:
        """True if the caller may use the method; which rows it concerns is the scope's business."""
        access: Mapping[str, Grant] = view.access
        return access.get(str(request.method), next(iter(access.values()))).allows(request)


def scope_of_request(request: Request) -> Scope:
    """The rows that the caller may see."""
    if isinstance(request.auth, ApiClient):
        return scope_of_client(request.auth)
    return scope_of(cast(User, request.user))
