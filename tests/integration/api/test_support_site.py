"""Django's admin as a support view: who enters, what they see, and that nothing of the business changes there."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.test import Client, override_settings
from django.urls import reverse

from core.access.support import AdministratorAdmin, ReadOnlyAdmin
from core.models import AuditEvent, User

pytestmark = pytest.mark.django_db


def sign_in(role: str, **changes: bool) -> Client:
    client = Client()
    user = User.objects.create(username=role, role=role, **changes)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_every_table_follows_our_rules() -> None:
    ours = (ReadOnlyAdmin, AdministratorAdmin)
    assert [model for model, rules in admin.site._registry.items() if not isinstance(rules, ours)] == []


def test_stranger_is_sent_to_the_one_sign_in() -> None:
    response = Client().get("/admin/", follow=False)
    assert response.status_code == 302
    assert Client().get(response["Location"]).headers["Location"].startswith("/accounts/login/?next=/admin/")


@pytest.mark.parametrize("role", ["sales", "credit_analyst"])
def test_roles_without_support_work_stay_outside(role: str) -> None:
    client = sign_in(role, is_superuser=True, is_staff=True)
    assert client.get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_support_roles_enter(role: str) -> None:
    assert sign_in(role).get("/admin/").status_code == 200


def test_administrator_sees_no_portfolio() -> None:
    client = sign_in("administrator", is_superuser=True)
    for name in ("buyers_buyer", "invoices_invoice", "scoring_score", "alerts_alert", "core_auditevent"):
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 403


def test_auditor_sees_no_accounts() -> None:
    assert sign_in("auditor").get(reverse("admin:core_user_changelist")).status_code == 403


def _lists(wanted: type) -> list[str]:
    models = [model for model, rules in admin.site._registry.items() if isinstance(rules, wanted)]
    return sorted(f"{model._meta.app_label}_{model._meta.model_name}" for model in models)


ACCOUNTS = {"core_user", "core_apiclient", "axes_accesslog"}


def test_business_tables_can_be_looked_at_and_searched() -> None:
    clients = {True: sign_in("administrator"), False: sign_in("auditor")}
    for name in _lists(ReadOnlyAdmin):
        response = clients[name in ACCOUNTS].get(reverse(f"admin:{name}_changelist"), {"q": "x"})
        assert response.status_code == 200, name


@pytest.mark.parametrize("role", ["administrator", "auditor", "finance_director"])
def test_nobody_adds_to_business_tables(role: str) -> None:
    client = sign_in(role, is_superuser=True, is_staff=True)
    for name in _lists(ReadOnlyAdmin):
        assert client.post(reverse(f"admin:{name}_add"), {}).status_code == 403, name


def test_accounts_are_not_changed_here() -> None:
    client = sign_in("administrator")
    other = User.objects.create(username="wei", role="sales")
    url = reverse("admin:core_user_change", args=[other.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"role": "administrator"}).status_code == 403
    assert client.post(reverse("admin:core_user_delete", args=[other.pk]), {"post": "yes"}).status_code == 403
    other.refresh_from_db()
    assert other.role == "sales"


def test_change_of_a_schedule_leaves_an_audit_event() -> None:
    client = sign_in("administrator")
    url = reverse("admin:django_celery_beat_intervalschedule_add")
    assert client.post(url, {"every": "5", "period": "minutes"}).status_code == 302
    event = AuditEvent.objects.get()
    assert (event.action, event.actor_label) == ("django_celery_beat.intervalschedule.added", "administrator")


def test_deployed_administrator_needs_a_second_factor() -> None:
    client = sign_in("administrator")
    with override_settings(ADMINISTRATOR_NEEDS_SECOND_FACTOR=True):
        response = client.get("/admin/", follow=True)
        assert response.redirect_chain[-1][0].startswith("/accounts/")
        assert client.get(reverse("admin:core_user_changelist")).status_code == 302
        Authenticator.objects.create(user=User.objects.get(), type="totp", data={})
        assert client.get(reverse("admin:core_user_changelist")).status_code == 200


def test_auditor_needs_none() -> None:
    with override_settings(ADMINISTRATOR_NEEDS_SECOND_FACTOR=True):
        assert sign_in("auditor").get("/admin/").status_code == 200
