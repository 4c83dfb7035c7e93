"""How long an address may be, as the schema says: what is longer never reaches us."""

import pytest
import requests

pytestmark = pytest.mark.django_db(transaction=True)
LINE = "GET /api/v1/buyers/?q= HTTP/1.1"


def test_an_address_of_the_length_that_is_told_is_read_and_a_longer_one_refused(port: int) -> None:
    address = f"http://127.0.0.1:{port}/api/v1/buyers/?q="
    fits = requests.get(address + "a" * (8_190 - len(LINE)), timeout=30)
    assert (fits.status_code, fits.json()["code"]) == (401, "not_authenticated")
    assert requests.get(address + "a" * 8_190, timeout=30).status_code == 414
