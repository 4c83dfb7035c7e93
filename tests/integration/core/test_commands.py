"""What the commands for accounts and keys print, for people and for programs."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.models import ApiClient, User

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_a_generated_password_is_shown_once_and_works() -> None:
    answer = json.loads(run("create_user", "wei", "--role", "sales", "--full-name", "Wei Chen", "--json"))
    assert list(answer) == ["username", "role", "password"]
    assert User.objects.get(username="wei").check_password(answer["password"])
    assert "wei2 is now sales. Password, shown this once: " in run("create_user", "wei2", "--role", "sales")


def test_a_password_that_was_given_is_not_said_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("a long enough pass phrase\n"))
    out = run("create_user", "wei", "--role", "auditor", "--password-stdin")
    assert out == "wei is now auditor.\n"
    assert User.objects.get(username="wei").check_password("a long enough pass phrase")


def test_an_account_that_is_there_is_refused_in_words_or_as_an_object() -> None:
    run("create_user", "wei", "--role", "sales")
    with pytest.raises(CommandError, match="wei"):
        run("create_user", "wei", "--role", "sales")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("create_user", "wei", "--role", "sales", "--json", stdout=out)
    assert json.loads(out.getvalue())["error"]["value"] == "wei"
    assert User.objects.count() == 1


def test_a_key_is_printed_with_how_it_is_sent() -> None:
    lines = run("create_api_client", "ERP", "--scopes", "read,intake").splitlines()
    assert lines[1] == "Key of 'ERP' for intake, read. It is shown this once."
    assert lines[2] == f"Send it as: Authorization: Api-Key {lines[0]}"


def test_a_key_as_an_object_says_until_when_it_works(settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"
    answer = json.loads(run("create_api_client", "ERP", "--scopes", "read", "--expires", "2027-12-31", "--json"))
    assert answer["expires"].startswith("2027-12-31T23:59:59")
    assert (answer["name"], answer["scopes"]) == ("ERP", ["read"])
    assert ApiClient.objects.get_from_key(answer["key"]).name == "ERP"


def test_a_day_that_is_none_makes_no_key() -> None:
    with pytest.raises(CommandError, match="YYYY-MM-DD"):
        run("create_api_client", "ERP", "--scopes", "read", "--expires", "31/12/2027")
    assert not ApiClient.objects.exists()
