"""Administration: people, keys, rates, audit trail."""

import re
from datetime import date
from decimal import Decimal

import pytest
from allauth.mfa.models import Authenticator
from django.test import override_settings

from core.models import ApiClient, AuditEvent, ExchangeRate, User
from core.services.audit import record
from tests.budgets import query_budget
from tests.integration.dashboard.desk import check_denied, sign_in, text_of

pytestmark = pytest.mark.django_db
PEOPLE, CLIENTS, RATES, AUDIT = (f"/administration/{name}" for name in ("", "clients/", "rates/", "audit/"))
OTHERS = ("sales", "credit_analyst", "credit_manager", "finance_director", "auditor")


def person(name: str = "wei", role: str = "sales") -> User:
    return User.objects.create(username=name, role=role)


@pytest.mark.parametrize("address", [PEOPLE, CLIENTS, RATES, AUDIT])
def test_administration_is_for_administrators(address: str) -> None:
    check_denied(address, *OTHERS)
    assert sign_in("administrator").get(address).status_code == 200


@pytest.mark.parametrize(
    "address", ["people/1/role/", "people/1/active/", "people/1/password/", "clients/revoke/", "clients/rotate/"]
)
def test_nobody_else_changes_anything(address: str) -> None:
    check_denied(f"/administration/{address}", *OTHERS, method="post")
    assert not AuditEvent.objects.exists()


def test_deployed_administrator_is_asked_for_a_second_factor_first() -> None:
    client = sign_in("administrator")
    with override_settings(ADMINISTRATOR_NEEDS_SECOND_FACTOR=True):
        response = client.get(PEOPLE)
        assert (response.status_code, response["Location"]) == (302, "/accounts/2fa/totp/activate/")
        assert client.post(PEOPLE, {"username": "new", "role": "sales", "language": "en"}).status_code == 302
        assert not User.objects.filter(username="new").exists()
        Authenticator.objects.create(user=User.objects.get(), type="totp", data={})
        assert client.get(PEOPLE).status_code == 200


# --- people ----------------------------------------------------------------------------------------


def test_new_account_shows_its_password_once() -> None:
    client = sign_in("administrator")
    response = client.post(PEOPLE, {"username": "wei", "full_name": "Wei Chen", "role": "sales", "language": "zh-hans"})
    secret = re.search(r'id="secret">([^<]+)<', response.content.decode())
    assert secret is not None
    assert response["Cache-Control"] == "no-store"
    user = User.objects.get(username="wei")
    assert user.check_password(secret[1])
    assert (user.first_name, user.role, user.language) == ("Wei", "sales", "zh-hans")
    assert secret[1] not in client.get(PEOPLE).content.decode()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"username": "person-administrator"}, "already an account"),
        ({"username": "a b"}, "Enter a valid username"),
        ({"username": "wei", "role": "king"}, "Select a valid choice"),
        ({"username": ""}, "This field is required"),
    ],
)
def test_account_that_makes_no_sense_is_refused_at_its_field(given: dict[str, str], words: str) -> None:
    response = sign_in("administrator").post(PEOPLE, {"role": "sales", "language": "en"} | given)
    assert response.status_code == 422
    assert words in text_of(response)
    assert User.objects.count() == 1


def test_people_are_filtered() -> None:
    person()
    page = text_of(sign_in("administrator").get(PEOPLE, {"role": "sales"}))
    assert "wei" in page
    assert ">person-administrator</a>" not in page


def test_people_are_exported_as_shown() -> None:
    person()
    response = sign_in("administrator").get(PEOPLE, {"export": "csv", "role": "sales"})
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2
    assert lines[1].startswith("wei,")


def test_role_is_changed_on_record() -> None:
    user, client = person(), sign_in("administrator")
    response = client.post(f"{PEOPLE}people/{user.pk}/role/", {"role": "auditor"}, follow=True)
    user.refresh_from_db()
    assert user.role == "auditor"
    page = text_of(response)
    assert "The role was changed" in page
    assert "role changed" in page


def test_own_account_cannot_be_changed() -> None:
    client = sign_in("administrator")
    me = User.objects.get()
    page = text_of(client.post(f"{PEOPLE}people/{me.pk}/role/", {"role": "sales"}, follow=True))
    assert "Another administrator must change your own account." in page
    assert "This is your own account" in page
    me.refresh_from_db()
    assert me.role == "administrator"


def test_account_is_deactivated_and_comes_back() -> None:
    user, client = person(), sign_in("administrator")
    client.post(f"{PEOPLE}people/{user.pk}/active/", {"is_active": "0"})
    assert not User.objects.get(pk=user.pk).is_active
    client.post(f"{PEOPLE}people/{user.pk}/active/", {"is_active": "1"})
    assert User.objects.get(pk=user.pk).is_active


def test_reset_password_is_shown_once() -> None:
    user, client = person(), sign_in("administrator")
    response = client.post(f"{PEOPLE}people/{user.pk}/password/")
    secret = re.search(r'id="secret">([^<]+)<', response.content.decode())
    assert secret is not None
    assert User.objects.get(pk=user.pk).check_password(secret[1])


def test_missing_person_is_not_found() -> None:
    assert sign_in("administrator").get(f"{PEOPLE}people/0/").status_code == 404


# --- keys ------------------------------------------------------------------------------------------


def test_new_key_works_and_is_shown_once() -> None:
    client = sign_in("administrator")
    response = client.post(CLIENTS, {"name": "ERP", "scopes": ["read", "check"], "expires": "2999-12-31"})
    secret = re.search(r'id="secret">([^<]+)<', response.content.decode())
    assert secret is not None
    kept = ApiClient.objects.get()
    assert kept.is_valid(secret[1])
    assert (kept.scopes, kept.created_by) == (["check", "read"], User.objects.get())
    assert secret[1] not in client.get(CLIENTS).content.decode()


@pytest.mark.parametrize(
    "given", [{"name": "", "scopes": ["read"]}, {"name": "ERP"}, {"name": "ERP", "scopes": ["write"]}]
)
def test_key_that_makes_no_sense_is_refused(given: dict[str, object]) -> None:
    assert sign_in("administrator").post(CLIENTS, given).status_code == 422
    assert not ApiClient.objects.exists()


def test_key_of_yesterday_is_refused_at_its_field() -> None:
    response = sign_in("administrator").post(CLIENTS, {"name": "ERP", "scopes": ["read"], "expires": "2020-01-01"})
    assert response.status_code == 422
    assert "give a later date" in text_of(response)


def test_key_is_replaced_and_revoked() -> None:
    client = sign_in("administrator")
    client.post(CLIENTS, {"name": "ERP", "scopes": ["read"]})
    old = ApiClient.objects.get()
    response = client.post(f"{CLIENTS}rotate/", {"client": old.pk, "grace": "0"})
    assert "Key of ERP" in text_of(response)
    old.refresh_from_db()
    new = ApiClient.objects.get(revoked=False)
    assert old.revoked
    page = text_of(client.post(f"{CLIENTS}revoke/", {"client": new.pk}, follow=True))
    assert "The key is revoked" in page
    assert not ApiClient.objects.filter(revoked=False).exists()


# --- rates -----------------------------------------------------------------------------------------


def test_rates_show_age_source_and_whether_they_are_used() -> None:
    today = date(2026, 4, 16)
    for currency, day in (("USD", "2026-04-15"), ("RUB", "2026-01-01"), ("CNY", "2026-04-01"), ("USD", "2026-04-01")):
        ExchangeRate.objects.create(currency=currency, rate_date=day, per_eur=Decimal("1.25"), source="ECB")
    page = text_of(sign_in("administrator").get(RATES, {"as_of": today.isoformat()}))
    for words in ("2026-04-15", "too old, not used", "in use, old", "ECB"):
        assert words in page
    assert page.count('<td class="">USD</td>') == 1


# --- audit trail -----------------------------------------------------------------------------------


def test_administrator_reads_own_field_of_work_only() -> None:
    record(actor=None, action="alerts.alert.snoozed", subject_type="alert", subject_id=7, data={"secret": "portfolio"})
    record(actor=None, action="core.user.created", subject_type="user", subject_id=1, data={"username": "wei"})
    page = text_of(sign_in("administrator").get(AUDIT))
    assert "account created" in page
    assert "portfolio" not in page
    assert "snoozed" not in page


@pytest.mark.parametrize("role", ["auditor", "credit_manager", "finance_director"])
def test_readers_of_the_audit_trail_see_everything(role: str) -> None:
    record(actor=None, action="alerts.alert.snoozed", subject_type="alert", subject_id=7)
    record(actor=None, action="core.user.created", subject_type="user", subject_id=1)
    page = text_of(sign_in(role).get("/audit/"))
    assert "alert snoozed" in page
    assert "account created" in page


def test_audit_trail_is_closed_to_the_others() -> None:
    check_denied("/audit/", "sales", "credit_analyst", "administrator")


def test_audit_trail_is_filtered() -> None:
    record(actor=None, action="alerts.alert.snoozed", subject_type="alert", subject_id=7)
    record(actor=None, action="core.user.created", subject_type="user", subject_id=1)
    client = sign_in("auditor")
    for query in ({"subject_type": "alert"}, {"text": "snoozed"}, {"subject_type": "alert", "actor": "system"}):
        page = text_of(client.get("/audit/", query))
        assert "alert snoozed" in page
        assert "account created" not in page
    assert "No event matches" in text_of(client.get("/audit/", {"until": "2000-01-01"}))
    assert client.get("/audit/", {"since": "nonsense"}).status_code == 200


@pytest.mark.parametrize("address", [PEOPLE, CLIENTS, RATES, AUDIT])
def test_query_budget_is_kept(address: str) -> None:
    client = sign_in("administrator")
    for n in range(5):
        person(f"p{n}")
        record(actor=None, action="core.user.created", subject_type="user", subject_id=n)
    with query_budget(f"PAGE {address}"):
        client.get(address)
