"""In which language one goes on after signing in."""

import pytest
from django.conf import settings
from django.test import Client

from tests.integration.core.sign_in import enter, is_in, person

pytestmark = pytest.mark.django_db


def test_one_goes_on_in_the_language_that_one_chose() -> None:
    person()
    client = Client(headers={"accept-language": "en"})
    response = enter(client)
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "zh-hans"
    assert 'lang="zh-hans"' in client.get("/glossary/").content.decode()


def test_the_last_choice_counts_not_the_machine() -> None:
    person(language="en")
    client = Client()
    enter(client)
    client.post("/language/", {"language": "zh-hans", "next": "/"})
    other = Client(headers={"accept-language": "en"})
    enter(other)
    assert 'lang="zh-hans"' in other.get("/glossary/").content.decode()


def test_a_language_that_is_not_offered_changes_nothing() -> None:
    person(language="xx")
    assert settings.LANGUAGE_COOKIE_NAME not in enter(Client()).cookies


def test_the_language_is_not_told_before_the_second_factor() -> None:
    person(with_second_factor=True)
    client = Client()
    assert settings.LANGUAGE_COOKIE_NAME not in enter(client).cookies
    assert not is_in(client)
