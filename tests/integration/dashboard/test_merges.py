"""Deciding on proposed duplicates."""

import pytest

from buyers.models import BuyerMerge
from buyers.services import merges
from core.domain.roles import Role
from core.models import AuditEvent
from tests.integration.api.world import World
from tests.integration.dashboard.conftest import SignIn
from tests.integration.dashboard.reading import text_of
from tests.integration.invoices.builders import make_buyer

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(portfolio: World) -> BuyerMerge:
    make_buyer("0041730")
    make_buyer("41730")
    merges.propose_duplicates()
    return BuyerMerge.objects.get()


def test_proposals_wait_on_their_page(pair: BuyerMerge, as_person: SignIn) -> None:
    text = text_of(as_person().get("/imports/duplicates/"))
    assert "1 pair" in text
    assert "41730" in text


def test_merge_and_undo_are_audited(pair: BuyerMerge, as_person: SignIn) -> None:
    client = as_person()
    for action, state in (("merge", "merged"), ("undo", "undone")):
        response = client.post(f"/duplicates/{pair.pk}/", {"action": action, "next": "/buyers/0041730/?tab=records"})
        assert response["Location"] == "/buyers/0041730/?tab=records"
        pair.refresh_from_db()
        assert pair.state == state
    assert AuditEvent.objects.filter(action__startswith="buyers.merge", actor__role=Role.ANALYST).count() == 2


def test_dismissed_pair_is_not_proposed_again(pair: BuyerMerge, as_person: SignIn) -> None:
    as_person().post(f"/duplicates/{pair.pk}/", {"action": "dismiss"})
    assert merges.propose_duplicates() == 0


@pytest.mark.parametrize("role", [Role.SALES, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_may_not_write_decides_nothing(role: Role, pair: BuyerMerge, as_person: SignIn) -> None:
    client = as_person(role)
    before = AuditEvent.objects.count()
    assert client.post(f"/duplicates/{pair.pk}/", {"action": "merge"}).status_code == 403
    decided = client.post("/imports/duplicates/decide/", {"decision": "merge", "merge": pair.pk})
    assert decided.status_code == 403
    pair.refresh_from_db()
    assert (pair.state, AuditEvent.objects.count()) == ("proposed", before)


def test_wrong_action_method_and_return_address_are_refused(pair: BuyerMerge, as_person: SignIn) -> None:
    client = as_person()
    assert client.post(f"/duplicates/{pair.pk}/", {"action": "delete"}).status_code == 422
    assert client.post("/duplicates/999/", {"action": "merge"}).status_code == 404
    assert client.get(f"/duplicates/{pair.pk}/").status_code == 405
    response = client.post(f"/duplicates/{pair.pk}/", {"action": "merge", "next": "https://evil.example/"})
    assert response["Location"] == "/imports/duplicates/"


def test_undoing_what_is_not_merged_conflicts(pair: BuyerMerge, as_person: SignIn) -> None:
    assert as_person().post(f"/duplicates/{pair.pk}/", {"action": "undo"}).status_code == 409
