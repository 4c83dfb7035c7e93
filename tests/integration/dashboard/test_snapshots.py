"""A date without a snapshot is computed once by a job while the page shows its progress."""

from datetime import date

import pytest

from core.models import Run
from core.services.waiting import wait_for_run
from invoices.models import SnapshotSet
from tests.integration.api.world import AS_OF, World
from tests.integration.dashboard.conftest import SignIn
from tests.integration.dashboard.reading import text_of
from tests.integration.invoices.builders import make_invoice

pytestmark = pytest.mark.django_db
OTHER = date(2026, 3, 20)


def test_other_date_asks_for_one_run_however_often_it_is_opened(portfolio: World, as_person: SignIn) -> None:
    client = as_person()
    for path in (f"/?as_of={OTHER}", "/", f"/aging/?as_of={OTHER}"):
        response = client.get(path)
        assert response.status_code == 202
        assert "Figures are being computed" in text_of(response)
    assert Run.objects.filter(kind="snapshot").count() == 1


def test_progress_reloads_the_page_when_the_figures_are_there(portfolio: World, as_person: SignIn) -> None:
    client = as_person()
    client.get(f"/aging/?as_of={OTHER}")
    run = Run.objects.get(kind="snapshot")
    waiting = client.get(f"/snapshots/{run.pk}/", headers={"HX-Request": "true"})
    assert "steps done" in text_of(waiting)
    wait_for_run(run.pk, lambda _progress: None)
    done = client.get(f"/snapshots/{run.pk}/", headers={"HX-Request": "true"})
    assert done["HX-Refresh"] == "true"
    assert client.get(f"/aging/?as_of={OTHER}").status_code == 200


def test_failed_run_says_so_and_can_be_tried_again(portfolio: World, as_person: SignIn) -> None:
    client = as_person()
    client.get(f"/aging/?as_of={OTHER}")
    run = Run.objects.get(kind="snapshot")
    Run.objects.filter(pk=run.pk).update(state=Run.State.FAILED, error="disk full")
    text = text_of(client.get(f"/snapshots/{run.pk}/", headers={"HX-Request": "true"}))
    assert "disk full" in text
    assert "Try again" in text


def test_other_runs_are_not_shown_here(portfolio: World, as_person: SignIn) -> None:
    run = Run.objects.create(kind="close", key="close:1")
    assert as_person().get(f"/snapshots/{run.pk}/").status_code == 404


def test_stale_figures_are_shown_with_their_moment(portfolio: World, as_person: SignIn) -> None:
    make_invoice(portfolio.cobalt, "900", issued="2026-04-02", due="2026-05-02")
    client = as_person()
    assert "ledger or rates have changed since" in text_of(client.get("/aging/"))
    response = client.post("/snapshots/", {"next": "/aging/"})
    assert response["Location"] == "/aging/"
    assert Run.objects.filter(kind="snapshot", as_of=AS_OF).count() == 1


def test_buyer_page_needs_no_snapshot(world: World, as_person: SignIn) -> None:
    assert SnapshotSet.objects.count() == 0
    assert as_person().get(f"/buyers/ACME/?as_of={OTHER}").status_code == 200


def test_empty_database_says_what_to_do_first(db: None, as_person: SignIn) -> None:
    assert "Import a file" in text_of(as_person().get("/"))
