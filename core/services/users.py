"""People: made, given roles and deactivated by administrators. Nobody is deleted: the audit trail names them."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.access.passwords import generate_password
from core.domain.roles import Role
from core.errors import Conflict, DomainError, NotFound
from core.models import User
from core.services import audit


@dataclass(frozen=True, slots=True)
class NewUser:
    """What is asked when an account is made."""

    username: str
    role: str
    full_name: str = ""
    email: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class IssuedPassword:
    """An account with a password in clear, to be handed over once."""

    user: User
    password: str


def create_user(*, new: NewUser, actor: User | None, password: str | None = None) -> IssuedPassword:
    """Make an account; without ``password`` one is generated. Raises ``user_*`` errors that name the field."""
    role = _checked_role(new.role)
    first, _space, last = new.full_name.strip().partition(" ")
    user = User(
        username=new.username.strip(),
        role=role,
        first_name=first,
        last_name=last,
        email=new.email,
        language=new.language,
    )
    secret = _set_password(user, password)
    _check_fields(user)
    with transaction.atomic():
        _insert(user)
        _record(user, "created", actor, {"role": role.value})
    return IssuedPassword(user, secret)


def change_role(*, user_id: int, role: str, actor: User) -> User:
    """Give another role. Nobody changes their own; one active administrator always remains."""
    wanted = _checked_role(role)
    with transaction.atomic():
        user = _lock_other(user_id, actor)
        before = user.role
        if before != wanted:
            _check_administrator_remains(user)
            user.role = wanted
            user.save(update_fields=["role"])
            _record(user, "role_changed", actor, {"before": before, "after": wanted.value})
    return user


def set_active(*, user_id: int, is_active: bool, actor: User) -> User:
    """Deactivate or reactivate. A deactivated person's open sessions end with their next request."""
    with transaction.atomic():
        user = _lock_other(user_id, actor)
        if user.is_active != is_active:
            _check_administrator_remains(user)
            user.is_active = is_active
            user.save(update_fields=["is_active"])
            _record(user, "reactivated" if is_active else "deactivated", actor, {})
    return user


def reset_password(*, user_id: int, actor: User) -> IssuedPassword:
    """A new generated password; it ends the person's sessions and takes away the second factor of a lost phone."""
    with transaction.atomic():
        user = _lock_other(user_id, actor)
        secret = _set_password(user, None)
        user.save(update_fields=["password"])
        removed, _by_model = Authenticator.objects.filter(user=user).delete()
        _record(user, "password_reset", actor, {"second_factors_removed": removed})
    return IssuedPassword(user, secret)


def _checked_role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError as error:
        known = ", ".join(item.value for item in Role)
        raise DomainError(
            "user_role_unknown", _("Roles are: %(known)s.") % {"known": known}, {"field": "role", "value": role}
        ) from error


def _set_password(user: User, password: str | None) -> str:
    secret = generate_password() if password is None else password
    try:
        validate_password(secret, user)
    except ValidationError as error:
        raise DomainError("user_password_weak", " ".join(error.messages), {"field": "password"}) from error
    user.set_password(secret)
    return secret


def _check_fields(user: User) -> None:
    try:
        user.clean_fields(exclude=["password", "last_login"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        value = getattr(user, field, "")
        raise DomainError(
            "user_invalid",
            _("%(field)s: %(message)s") % {"field": field, "message": messages[0]},
            {"field": field, "value": value},
        ) from error


def _insert(user: User) -> None:
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            "user_exists",
            _("There is already an account named %(name)s.") % {"name": user.username},
            {"field": "username", "value": user.username},
        ) from error


def _lock_other(user_id: int, actor: User) -> User:
    if user_id == actor.pk:
        raise Conflict("user_own_account", _("Another administrator must change your own account."))
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise NotFound("user_not_found", _("There is no such account."), {"field": "user", "value": user_id})
    return user


def _check_administrator_remains(user: User) -> None:
    if user.role != Role.ADMINISTRATOR or not user.is_active:
        return
    # Locks all of them: two administrators must not take each other's role away at the same moment.
    others = User.objects.select_for_update().filter(role=Role.ADMINISTRATOR, is_active=True)
    if not [other for other in others if other.pk != user.pk]:
        raise Conflict("user_last_administrator", _("This is the last active administrator; name another one first."))


def _record(user: User, verb: str, actor: User | None, data: dict[str, object]) -> None:
    audit.record(
        actor=actor,
        action=f"core.user.{verb}",
        subject_type="user",
        subject_id=user.pk,
        data={"username": user.username, **data},
    )
