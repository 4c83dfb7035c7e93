"""Whether a seller is ourselves: never in silence."""

from __future__ import annotations

import pytest

from buyers.domain.parties import Party
from invoices.domain.own_sellers import OwnIdentity, Side, recognise

OWN = (OwnIdentity(name="Seller AG", vat_id="DE136695976", registration="HRB 1234"), OwnIdentity(name="Second Ltd"))


@pytest.mark.parametrize(
    ("party", "side"),
    [
        (Party(name="Anything", vat_id="DE 136 695 976"), Side.OURS),
        (Party(name="Anything", registration="hrb1234"), Side.OURS),
        (Party(name="Anything", registration="HRB 1234", vat_id="DE999999999"), Side.DOUBTFUL),
        (Party(name="SELLER AG"), Side.OURS),
        (Party(name="Seller AG", vat_id="DE999999999"), Side.DOUBTFUL),
        (Party(name="Seller AG", registration="HRB 9"), Side.DOUBTFUL),
        (Party(name="Second Ltd", vat_id="GB1"), Side.OURS),
        (Party(name="Somebody", vat_id="FR1"), Side.OTHER),
        (Party(name="", vat_id=""), Side.OTHER),
    ],
)
def test_whose_the_party_is(party: Party, side: Side) -> None:
    assert recognise(party, OWN).side is side


def test_without_own_companies_everybody_is_a_stranger() -> None:
    assert recognise(Party(name="Seller AG"), ()).side is Side.OTHER
