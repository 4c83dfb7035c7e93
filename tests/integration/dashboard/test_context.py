"""The question every page asks: as of when, in which money, in which language."""

from datetime import date, timedelta

import pytest

from core.models import User
from invoices.models import SnapshotSet
from tests.integration.api.world import AS_OF, World
from tests.integration.dashboard.conftest import SignIn, take_snapshot
from tests.integration.dashboard.reading import text_of

pytestmark = pytest.mark.django_db
EARLIER = date(2026, 3, 20)


def test_missing_date_means_the_latest_snapshot(portfolio: World, as_person: SignIn) -> None:
    assert f"as of {AS_OF}" in text_of(as_person().get("/buyers/ACME/"))


def test_missing_date_means_today_before_the_first_close(world: World, as_person: SignIn) -> None:
    assert f"as of {AS_OF}" in text_of(as_person().get("/buyers/ACME/"))


def test_chosen_date_is_remembered_and_said_aloud(portfolio: World, as_person: SignIn) -> None:
    client = as_person()
    client.get(f"/buyers/ACME/?as_of={EARLIER}")
    text = text_of(client.get("/buyers/COBALT/"))
    assert f"as of {EARLIER}" in text
    assert f"You are looking at {EARLIER}, not at the latest close of {AS_OF}." in text


def test_latest_date_is_followed_not_remembered(portfolio: World, as_person: SignIn) -> None:
    client = as_person()
    client.get(f"/buyers/ACME/?as_of={EARLIER}")
    client.get(f"/buyers/ACME/?as_of={AS_OF}")
    later = AS_OF + timedelta(days=1)
    SnapshotSet.objects.create(
        as_of=later, base_currency="USD", ledger_version=9, rates_version=9, is_complete=True, totals={}
    )
    assert f"as of {later}" in text_of(client.get("/buyers/ACME/"))


def test_asking_for_the_latest_forgets_the_chosen_date(portfolio: World, as_person: SignIn) -> None:
    client = as_person()
    client.get(f"/buyers/ACME/?as_of={EARLIER}")
    assert f"as of {AS_OF}" in text_of(client.get("/buyers/ACME/?as_of=latest"))


def test_date_changes_the_figures(portfolio: World, as_person: SignIn) -> None:
    client = as_person()
    assert "oldest 37 days" in text_of(client.get("/buyers/ACME/"))
    assert "oldest 10 days" in text_of(client.get(f"/buyers/ACME/?as_of={EARLIER}"))


def test_base_currency_changes_the_figures_and_is_remembered(portfolio: World, as_person: SignIn) -> None:
    client = as_person()
    assert "1,000 USD" in text_of(client.get("/buyers/ACME/"))
    client.get("/buyers/ACME/?base=EUR")
    assert "800 EUR" in text_of(client.get("/buyers/ACME/"))


def test_snapshot_of_another_base_currency_is_its_own(portfolio: World, as_person: SignIn) -> None:
    take_snapshot(AS_OF, "EUR")
    text = text_of(as_person().get("/aging/?base=EUR"))
    assert "EUR" in text
    assert "2,800" in text


def test_language_switch_stays_with_the_person(portfolio: World, as_person: SignIn) -> None:
    client = as_person()
    response = client.post("/language/", {"language": "zh-hans", "next": "/glossary/"})
    assert response["Location"] == "/glossary/"
    assert 'lang="zh-hans"' in client.get("/glossary/").content.decode()
    assert User.objects.get(username="credit_analyst").language == "zh-hans"


def test_language_switch_does_not_leave_the_site(portfolio: World, as_person: SignIn) -> None:
    response = as_person().post("/language/", {"language": "en", "next": "https://evil.example/"})
    assert response["Location"] == "/"
