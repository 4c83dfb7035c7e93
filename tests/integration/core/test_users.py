"""Accounts: who may change whose, and what always remains."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user
from django.test import Client

from core.domain.roles import Permission, Role
from core.errors import Conflict, DomainError, NotFound
from core.models import AuditEvent, User
from core.queries.users import get_user_row, list_people, list_users
from core.services.users import NewUser, change_role, create_user, reset_password, set_active

pytestmark = pytest.mark.django_db


def account(username: str, role: str) -> User:
    return create_user(new=NewUser(username=username, role=role), actor=None).user


@pytest.fixture
def admin() -> User:
    return account("admin", "administrator")


def test_new_account_gets_a_password_that_works() -> None:
    issued = create_user(new=NewUser("wei", "sales", "Wei Chen", "wei@example.com", "zh-hans"), actor=None)
    user = User.objects.get(username="wei")
    assert user.check_password(issued.password)
    assert (user.get_full_name(), user.role, user.language) == ("Wei Chen", "sales", "zh-hans")
    event = AuditEvent.objects.get(subject_id=str(user.pk))
    assert event.action == "core.user.created"
    assert issued.password not in str(event.data)


@pytest.mark.parametrize(
    ("new", "code", "field"),
    [
        (NewUser("wei", "king"), "user_role_unknown", "role"),
        (NewUser("", "sales"), "user_invalid", "username"),
        (NewUser("a b", "sales"), "user_invalid", "username"),
        (NewUser("wei", "sales", email="nowhere"), "user_invalid", "email"),
    ],
)
def test_account_that_makes_no_sense_is_refused(new: NewUser, code: str, field: str) -> None:
    with pytest.raises(DomainError) as refusal:
        create_user(new=new, actor=None)
    assert (refusal.value.code, refusal.value.params["field"]) == (code, field)
    assert not User.objects.exists()


def test_weak_password_is_refused() -> None:
    with pytest.raises(DomainError, match="too short"):
        create_user(new=NewUser("wei", "sales"), actor=None, password="short")


def test_name_is_used_once(admin: User) -> None:
    with pytest.raises(Conflict, match="already an account"):
        account("admin", "sales")
    assert User.objects.count() == 1


def test_role_is_changed_with_both_values_on_record(admin: User) -> None:
    user = account("wei", "sales")
    change_role(user_id=user.pk, role="credit_analyst", actor=admin)
    user.refresh_from_db()
    assert user.role == Role.ANALYST
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.actor) == ("core.user.role_changed", admin)
    assert event.data == {"username": "wei", "before": "sales", "after": "credit_analyst"}


@pytest.mark.parametrize(
    "act",
    [
        lambda user, actor: change_role(user_id=user.pk, role="sales", actor=actor),
        lambda user, actor: set_active(user_id=user.pk, is_active=False, actor=actor),
        lambda user, actor: reset_password(user_id=user.pk, actor=actor),
    ],
)
def test_nobody_changes_their_own_account(admin: User, act: Callable[[User, User], object]) -> None:
    account("second", "administrator")
    with pytest.raises(Conflict) as refusal:
        act(admin, admin)
    assert refusal.value.code == "user_own_account"


@pytest.mark.parametrize(
    "act",
    [
        lambda user, actor: change_role(user_id=user.pk, role="sales", actor=actor),
        lambda user, actor: set_active(user_id=user.pk, is_active=False, actor=actor),
    ],
)
def test_last_administrator_remains(admin: User, act: Callable[[User, User], object]) -> None:
    gone = account("gone", "administrator")
    set_active(user_id=gone.pk, is_active=False, actor=admin)
    with pytest.raises(Conflict) as refusal:
        act(admin, gone)
    assert refusal.value.code == "user_last_administrator"
    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == ("administrator", True)


def test_deactivated_person_is_signed_out_with_the_next_request(admin: User, client: Client) -> None:
    user = account("wei", "sales")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert get_user(client).is_authenticated
    set_active(user_id=user.pk, is_active=False, actor=admin)
    assert not get_user(client).is_authenticated


def test_reset_password_ends_sessions_and_second_factors(admin: User, client: Client) -> None:
    user = account("wei", "sales")
    Authenticator.objects.create(user=user, type="totp", data={})
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    issued = reset_password(user_id=user.pk, actor=admin)
    assert not get_user(client).is_authenticated
    user.refresh_from_db()
    assert user.check_password(issued.password)
    assert not Authenticator.objects.exists()
    assert AuditEvent.objects.latest("id").data == {"username": "wei", "second_factors_removed": 1}


def test_unknown_account_is_not_found(admin: User) -> None:
    with pytest.raises(NotFound):
        set_active(user_id=0, is_active=False, actor=admin)
    with pytest.raises(NotFound):
        get_user_row(0)


def test_list_is_filtered_by_role_name_and_activity(admin: User) -> None:
    wei = account("wei", "sales")
    set_active(user_id=wei.pk, is_active=False, actor=admin)
    assert [row.username for row in list_users()] == ["admin", "wei"]
    assert [row.username for row in list_users(role="sales")] == ["wei"]
    assert [row.username for row in list_users(only_active=True)] == ["admin"]
    assert [row.username for row in list_users(search="WE")] == ["wei"]


def test_people_are_listed_by_what_they_may_do() -> None:
    account("wei", "sales")
    account("ana", "credit_analyst")
    assert [person.username for person in list_people(Permission.ALERT_WORK)] == ["ana"]
