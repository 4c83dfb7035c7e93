"""Roles, what each may do, and the scopes of API keys. One table: nothing else decides by role."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person is in the firm; the words shown are translated where they are shown."""

    SALES = "sales"
    ANALYST = "credit_analyst"
    MANAGER = "credit_manager"
    DIRECTOR = "finance_director"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """English label, also the message id of its translation."""
        return _LABELS[self]


_LABELS = {
    Role.SALES: "sales",
    Role.ANALYST: "credit analyst",
    Role.MANAGER: "credit manager",
    Role.DIRECTOR: "finance director",
    Role.AUDITOR: "auditor",
    Role.ADMINISTRATOR: "administrator",
}


class Permission(StrEnum):
    """Something that a page, endpoint, file or job asks for."""

    PORTFOLIO_READ = "portfolio:read"
    BUYER_READ = "buyer:read"
    BUYER_WRITE = "buyer:write"
    LEDGER_IMPORT = "ledger:import"
    ALERT_WORK = "alert:work"
    CLOSE_RUN = "close:run"
    AUDIT_READ = "audit:read"
    USERS_MANAGE = "users:manage"
    RULES_CHANGE = "rules:change"
    ORDER_CHECK = "order:check"
    HOLD_WORK = "hold:work"
    HOLD_DECIDE = "hold:decide"
    LIMITS_READ = "limits:read"
    LIMIT_REQUEST = "limit:request"
    LIMIT_DECIDE = "limit:decide"
    COVER_WRITE = "cover:write"
    AUTHORITY_CHANGE = "authority:change"


_READ = frozenset({Permission.PORTFOLIO_READ, Permission.BUYER_READ, Permission.LIMITS_READ})
_WORK = _READ | {
    Permission.BUYER_WRITE,
    Permission.LEDGER_IMPORT,
    Permission.ALERT_WORK,
    Permission.CLOSE_RUN,
    Permission.ORDER_CHECK,
    Permission.HOLD_WORK,
    Permission.LIMIT_REQUEST,
    Permission.COVER_WRITE,
}
_DECIDE = {Permission.AUDIT_READ, Permission.RULES_CHANGE, Permission.HOLD_DECIDE, Permission.LIMIT_DECIDE}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.SALES: frozenset({Permission.BUYER_READ, Permission.ORDER_CHECK, Permission.LIMIT_REQUEST}),
    Role.ANALYST: _WORK,
    Role.MANAGER: _WORK | _DECIDE,
    Role.DIRECTOR: _WORK | _DECIDE | {Permission.AUTHORITY_CHANGE},
    Role.AUDITOR: _READ | {Permission.AUDIT_READ},
    Role.ADMINISTRATOR: frozenset({Permission.USERS_MANAGE}),
}


class ApiScope(StrEnum):
    """What an API key may do."""

    READ = "read"
    CHECK = "check"
    INTAKE = "intake"


def is_granted(role: str, permission: Permission) -> bool:
    """True if the role holds the permission; an unknown role holds none.

    Example: ``is_granted("sales", Permission.PORTFOLIO_READ) is False``.
    """
    return role in GRANTS and permission in GRANTS[Role(role)]
