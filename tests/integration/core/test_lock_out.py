"""Wrong passwords and wrong codes: counted in one place each, for one person at one address."""

import pytest
from django.test import Client

from tests.integration.core.sign_in import ELSEWHERE, HERE, enter, is_in, person

pytestmark = pytest.mark.django_db


def test_the_fifth_wrong_password_locks_out_with_a_message() -> None:
    person()
    client = Client()
    for _ in range(4):
        assert enter(client, "wrong").status_code == 200
    locked = enter(client, "wrong")
    assert locked.status_code == 429
    assert "wrong too often" in locked.content.decode()
    assert enter(client).status_code == 429
    assert not is_in(client)


def test_a_lock_out_holds_for_one_person_at_one_address() -> None:
    person()
    person("ana")
    for _ in range(5):
        enter(Client(), "wrong")
    for username, address in (("ana", HERE), ("wei", ELSEWHERE)):
        client = Client()
        enter(client, username=username, address=address)
        assert is_in(client)


def test_another_spelling_of_the_name_is_the_same_person() -> None:
    person()
    for username in ("wei", "Wei", "WEI", " wei ", "wEi"):
        enter(Client(), "wrong", username=username)
    assert enter(Client()).status_code == 429


def test_signing_in_forgets_the_wrong_passwords_before() -> None:
    person()
    for _ in range(2):
        for _ in range(4):
            enter(Client(), "wrong")
        client = Client()
        enter(client)
        assert is_in(client)


def test_wrong_codes_of_the_second_factor_are_limited_too() -> None:
    person(with_second_factor=True)
    client = Client()
    enter(client)
    answers = [client.post("/accounts/2fa/authenticate/", {"code": "000000"}) for _ in range(6)]
    assert "Too many failed" in answers[-1].content.decode()
    assert not is_in(client)
