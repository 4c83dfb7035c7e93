"""Codes of an authenticator app at sign-in: a step late is in time, the second use is refused."""

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.core.cache import cache
from django.test import Client

from core.models import User
from tests.integration.core.sign_in import enter, is_in, person

pytestmark = pytest.mark.django_db
STEP_S = 30
NOW = 1_795_000_020  # the beginning of a step


@pytest.fixture
def wei() -> User:
    return person(with_second_factor=True)


def code_of(user: User, *, at: float) -> str:
    secret = decrypt(Authenticator.objects.get(user=user).data["secret"])
    return str(format_hotp_value(hotp_value(secret, int(at) // STEP_S)))


def answer(code: str) -> Client:
    client = Client()
    enter(client)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    return client


@pytest.mark.parametrize("late", [-STEP_S, 0, STEP_S - 1, STEP_S, 2 * STEP_S - 1])
def test_a_code_is_taken_until_a_step_after_its_own(wei: User, late: int) -> None:
    with time_machine.travel(NOW + late, tick=False):
        assert is_in(answer(code_of(wei, at=NOW)))


@pytest.mark.parametrize("late", [-STEP_S - 1, 2 * STEP_S])
def test_an_older_or_later_code_is_refused(wei: User, late: int) -> None:
    with time_machine.travel(NOW + late, tick=False):
        assert not is_in(answer(code_of(wei, at=NOW)))


@pytest.mark.parametrize("spelling", ["{}", " {}", "{}-"])
def test_a_used_code_is_refused_as_long_as_it_would_be_accepted(wei: User, spelling: str) -> None:
    code = code_of(wei, at=NOW)
    with time_machine.travel(NOW, tick=False):
        assert is_in(answer(code))
    # what the library itself remembers, for one step
    cache.delete(TOTP(Authenticator.objects.get(user=wei))._get_used_cache_key(code))
    with time_machine.travel(NOW + STEP_S, tick=False):
        assert not is_in(answer(spelling.format(code)))
        assert is_in(answer(code_of(wei, at=NOW + STEP_S)))
