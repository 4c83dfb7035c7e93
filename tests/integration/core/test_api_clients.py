"""Issuing, rotating and ending API keys."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import Conflict, DomainError, NotFound
from core.models import ApiClient, AuditEvent, User
from core.queries.api_clients import list_clients
from core.services.api_clients import IssuedKey, create_client, revoke_client, rotate_client, touch_client

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def issue(**changes: object) -> IssuedKey:
    wanted: dict[str, object] = {"name": "ERP", "scopes": ["read"], "expires_at": None, "now": NOW, "actor": None}
    return create_client(**wanted | changes)  # type: ignore[arg-type]


def test_key_is_given_once_and_kept_as_a_hash_only() -> None:
    issued = issue(scopes=["read", "check", "read"])
    kept = ApiClient.objects.get()
    assert kept.is_valid(issued.key)
    assert kept.scopes == ["check", "read"]
    assert issued.key.partition(".")[2] not in kept.hashed_key
    event = AuditEvent.objects.get()
    assert (event.action, event.subject_id) == ("core.api_client.created", kept.prefix)
    assert issued.key not in str(event.data)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"scopes": ["read", "write"]}, "api_client_scope_unknown", "scopes"),
        ({"scopes": [" "]}, "api_client_scope_unknown", "scopes"),
        ({"name": "  "}, "api_client_name_invalid", "name"),
        ({"name": "x" * 51}, "api_client_name_invalid", "name"),
        ({"expires_at": NOW}, "api_client_expired", "expires"),
    ],
)
def test_key_that_makes_no_sense_is_refused(changes: dict[str, object], code: str, field: str) -> None:
    with pytest.raises(DomainError) as refusal:
        issue(**changes)
    assert (refusal.value.code, refusal.value.params["field"]) == (code, field)
    assert not ApiClient.objects.exists()
    assert not AuditEvent.objects.exists()


def test_revoked_key_stays_revoked() -> None:
    client = issue().client
    actor = User.objects.create(username="admin", role="administrator")
    assert revoke_client(client_id=client.pk, actor=actor).revoked
    with pytest.raises(Conflict, match="ended already"):
        revoke_client(client_id=client.pk, actor=actor)
    assert [event.action for event in AuditEvent.objects.order_by("id")][1:] == ["core.api_client.revoked"]


def test_unknown_client_cannot_be_revoked() -> None:
    with pytest.raises(NotFound):
        revoke_client(client_id="nothing", actor=None)


def test_rotation_at_once_ends_the_old_key() -> None:
    old = issue(scopes=["read", "intake"])
    new = rotate_client(client_id=old.client.pk, now=NOW, grace=timedelta(), actor=None)
    old.client.refresh_from_db()
    assert old.client.revoked
    assert (new.client.name, new.client.scopes) == ("ERP", ["intake", "read"])
    assert new.key != old.key


def test_rotation_with_grace_lets_the_old_key_work_until_then() -> None:
    old = issue()
    rotate_client(client_id=old.client.pk, now=NOW, grace=timedelta(days=1), actor=None)
    old.client.refresh_from_db()
    assert not old.client.revoked
    assert old.client.expiry_date == NOW + timedelta(days=1)


def test_grace_never_makes_a_key_live_longer() -> None:
    soon = NOW + timedelta(hours=1)
    old = issue(expires_at=soon)
    rotate_client(client_id=old.client.pk, now=NOW, grace=timedelta(days=1), actor=None)
    old.client.refresh_from_db()
    assert old.client.expiry_date == soon


def test_ended_key_cannot_be_rotated() -> None:
    old = issue()
    revoke_client(client_id=old.client.pk, actor=None)
    with pytest.raises(Conflict):
        rotate_client(client_id=old.client.pk, now=NOW, grace=timedelta(), actor=None)
    assert ApiClient.objects.count() == 1


def test_use_is_noted_at_most_once_a_minute() -> None:
    client = issue().client
    touch_client(client, now=NOW)
    client.refresh_from_db()
    assert client.last_used_at == NOW
    touch_client(client, now=NOW + timedelta(seconds=59))
    client.refresh_from_db()
    assert client.last_used_at == NOW
    touch_client(client, now=NOW + timedelta(seconds=61))
    client.refresh_from_db()
    assert client.last_used_at == NOW + timedelta(seconds=61)


def test_list_shows_usable_keys_first() -> None:
    ended = issue(name="old").client
    revoke_client(client_id=ended.pk, actor=None)
    issue(name="expired", expires_at=NOW + timedelta(days=1))
    issue(name="works")
    rows = list_clients(now=NOW + timedelta(days=2))
    assert (rows[0].name, rows[0].is_usable) == ("works", True)
    assert {row.name for row in rows if not row.is_usable} == {"old", "expired"}
