"""Demo sign-ins, one or two for each role: only where nobody but this machine can reach them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from core.domain.roles import Role
from core.errors import DomainError
from core.models import User
from core.services.users import NewUser, create_user

# Documented in the README; it opens invented data on a loopback address only.
DEMO_PASSWORD = "duewatch-demo"  # noqa: S105
LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "testserver"}


class DemoUser(NamedTuple):
    """A sign-in of the demo."""

    username: str
    role: Role
    full_name: str


DEMO_USERS = (
    DemoUser("sales", Role.SALES, "Lena Moor"),
    DemoUser("sales2", Role.SALES, "Tomás Vidal"),
    DemoUser("analyst", Role.ANALYST, "Mei Chen"),
    DemoUser("manager", Role.MANAGER, "Arun Desai"),
    DemoUser("director", Role.DIRECTOR, "Ingrid Solberg"),
    DemoUser("auditor", Role.AUDITOR, "Paul Anders"),
    DemoUser("admin", Role.ADMINISTRATOR, "Yara Haddad"),
)


def check_loopback() -> None:
    """Raise ``demo_users_refused`` unless the database is our embedded one and only this machine may connect."""
    if settings.DATABASE_IS_EMBEDDED and LOOPBACK.issuperset(settings.ALLOWED_HOSTS):
        return
    raise DomainError(
        "demo_users_refused",
        _(
            "Demo sign-ins have a published password: they are made on the embedded database and on localhost only. "
            "Load the data without them: seed_demo --without-users"
        ),
        {"field": "users"},
    )


def create_demo_users() -> dict[str, int]:
    """Create the sign-ins that are missing; ids by user name. An account of the same name is left as it is."""
    known = dict(User.objects.filter(username__in=[u.username for u in DEMO_USERS]).values_list("username", "pk"))
    for user in DEMO_USERS:
        if user.username not in known:
            new = NewUser(username=user.username, role=user.role.value, full_name=user.full_name)
            known[user.username] = create_user(new=new, actor=None, password=DEMO_PASSWORD).user.pk
    return known


def sign_ins() -> list[dict[str, str]]:
    """What may be shown to whoever started the demo."""
    return [{"username": user.username, "role": user.role.value, "password": DEMO_PASSWORD} for user in DEMO_USERS]


def publish_sign_ins() -> Path:
    """Leave the sign-ins where ``make run`` finds them at every start, readable by its own account only."""
    path = Path(settings.DUEWATCH_HOME) / "demo_sign_ins.json"
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"sign_ins": sign_ins()}, file)
    draft.replace(path)
    return path
