"""Runs: what is under way, what failed, what is tried again."""

from datetime import date

import pytest
from django.db import transaction
from django.utils import timezone

from core.models import Job, Run
from core.services.runs import add_jobs, open_run
from tests.budgets import query_budget
from tests.integration.dashboard.desk import PORTFOLIO, check_denied, sign_in, text_of
from tests.integration.invoices.builders import make_buyer

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Run:
    """A close with one shard done and one failed."""
    with transaction.atomic():
        run = open_run("close", "2026-04-15", as_of=date(2026, 4, 15))
        add_jobs(run, "score", "pipeline.score_shard", shards=2, params={"of": 2})
        add_jobs(run, "finish", "pipeline.finish_close")
    now = timezone.now()
    done, failed = Job.objects.filter(run=run, stage="score").order_by("shard")
    Job.objects.filter(pk=done.pk).update(
        state="done", result={"buyers": 1200}, started_at=now, finished_at=now, attempts=1
    )
    error = "DivisionByZero: shard 1\nTraceback line"
    Job.objects.filter(pk=failed.pk).update(state="failed", error=error, started_at=now, finished_at=now)
    Run.objects.filter(pk=run.pk).update(state="failed", error="score[1]: DivisionByZero")
    return run


def failed_job() -> Job:
    return Job.objects.get(state="failed")


@pytest.mark.parametrize("role", PORTFOLIO)
def test_those_who_see_the_portfolio_watch_runs(run: Run, role: str) -> None:
    page = text_of(sign_in(role).get("/runs/"))
    assert "nightly close" in page
    assert "score[1]: DivisionByZero" in page


def test_sales_and_administrators_do_not() -> None:
    check_denied("/runs/", "sales", "administrator")


def test_run_shows_stages_shards_counts_and_errors(run: Run) -> None:
    page = text_of(sign_in("credit_analyst").get(f"/runs/{run.pk}/"))
    for words in ("scores", "1/2", "buyers: <b>1,200</b>", "Traceback line", "Try this shard again", "33 %"):
        assert words in page, words


def test_auditor_watches_but_restarts_nothing(run: Run) -> None:
    client = sign_in("auditor")
    assert "Try this shard again" not in text_of(client.get(f"/runs/{run.pk}/"))
    assert "Start close" not in text_of(client.get("/runs/"))
    assert client.post(f"/runs/jobs/{failed_job().pk}/restart/").status_code == 403
    assert failed_job().state == "failed"


def test_failed_shard_is_tried_again_alone(run: Run) -> None:
    job = failed_job()
    response = sign_in("credit_analyst").post(f"/runs/jobs/{job.pk}/restart/", follow=True)
    assert "is being tried again" in text_of(response)
    job.refresh_from_db()
    run.refresh_from_db()
    assert (job.state, run.state) == ("ready", "running")
    assert Job.objects.filter(state="done").count() == 1


def test_shard_that_did_not_fail_is_left_alone(run: Run) -> None:
    done = Job.objects.get(state="done")
    response = sign_in("credit_analyst").post(f"/runs/jobs/{done.pk}/restart/", follow=True)
    assert "current state is" in text_of(response)
    done.refresh_from_db()
    assert done.state == "done"


def test_page_refreshes_itself_only_while_something_moves(run: Run) -> None:
    client = sign_in("credit_analyst")
    address = f"/runs/{run.pk}/"
    assert "every 2s" not in text_of(client.get(address))
    Run.objects.update(state="running")
    assert "every 2s" in text_of(client.get(address))
    assert "every 2s" in text_of(client.get("/runs/"))
    fragment = client.get(address, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="progress")
    assert "<html" not in text_of(fragment)
    assert "Shards" in text_of(fragment)


def test_close_is_started_once_for_a_date() -> None:
    make_buyer()
    client = sign_in("credit_manager")
    first = client.post("/runs/start/", {"as_of": "2026-04-15"})
    again = client.post("/runs/start/", {"as_of": "2026-04-15"})
    run = Run.objects.get()
    assert first["Location"] == again["Location"] == f"/runs/{run.pk}/"
    assert (run.kind, run.as_of, run.actor.role if run.actor else "") == ("close", date(2026, 4, 15), "credit_manager")


@pytest.mark.parametrize(("day", "words"), [("2999-01-01", "has not come yet"), ("x", "Choose the day")])
def test_close_of_an_impossible_day_is_refused(day: str, words: str) -> None:
    response = sign_in("credit_manager").post("/runs/start/", {"as_of": day}, follow=True)
    assert words in text_of(response)
    assert not Run.objects.exists()


def test_who_may_not_close_starts_nothing() -> None:
    check_denied("/runs/start/", "sales", "auditor", "administrator", method="post", data={"as_of": "2026-04-15"})
    assert not Run.objects.exists()


def test_runs_are_filtered_and_paged() -> None:
    for n in range(27):
        Run.objects.create(kind="import", key=f"import:{n}", state="done")
    Run.objects.create(kind="close", key="x", state="done")
    client = sign_in("auditor")
    page = text_of(client.get("/runs/", {"kind": "import"}))
    assert "nightly close #" not in page
    assert page.count("/runs/") > 25
    oldest = Run.objects.filter(kind="import").earliest("id")
    assert f'href="/runs/{oldest.pk}/"' not in page
    older = text_of(client.get("/runs/", {"kind": "import", "before": oldest.pk + 3}))
    assert f'href="/runs/{oldest.pk}/"' in older


def test_missing_run_is_not_found() -> None:
    assert sign_in("auditor").get("/runs/0/").status_code == 404


@pytest.mark.parametrize("address", ["/runs/", "/runs/{run}/"])
def test_query_budget_is_kept(run: Run, address: str) -> None:
    client = sign_in("credit_analyst")
    with query_budget(f"PAGE {address}"):
        client.get(address.format(run=run.pk))
