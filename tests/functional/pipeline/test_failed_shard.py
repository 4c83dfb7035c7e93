"""A close under real workers in which the database refuses part of a stage: shown, restarted alone, ended as if not."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection

from core.models import Job, Run
from core.queries.runs import run_progress
from core.services.runs import restart_job
from pipeline.demo.large import generate
from pipeline.services.close import start_close
from scoring.models import Score, ScoreEvidence
from tests.conftest import CHECKOUT
from tests.functional.pipeline.outcome import forget_closes, outcome
from tests.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("workers")]

DAY = date(2026, 6, 30)
SHARDS, BROKEN = 8, 3
IN_SHARD = f"% {SHARDS} = {BROKEN}"

# Where each stage is refused, in the order of the stages: at the rows it writes last, after others were written.
REFUSALS = {
    "snapshot": ("invoices_agingsnapshot", f"NEW.buyer_id {IN_SHARD}"),
    "score": ("scoring_scoreevidence", f"(SELECT buyer_id FROM scoring_score WHERE id = NEW.score_id) {IN_SHARD}"),
    "alerts": ("alerts_alertevent", "(SELECT count(*) FROM alerts_alertevent) > 20"),
}


@pytest.fixture
def refusals() -> Iterator[Callable[[str], None]]:
    """Triggers that refuse rows; call with a stage to take its trigger away."""

    def take_away(stage: str) -> None:
        run_sql(f"DROP TRIGGER IF EXISTS test_refusal ON {REFUSALS[stage][0]}; DROP FUNCTION IF EXISTS refuse_{stage}")

    for stage, (table, condition) in REFUSALS.items():
        run_sql(
            f"CREATE FUNCTION refuse_{stage}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN IF {condition} THEN RAISE EXCEPTION 'unreadable block in {table}'; END IF; RETURN NEW; END $$;"
            f" CREATE TRIGGER test_refusal BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_{stage}()"
        )
    yield take_away
    for stage in REFUSALS:
        take_away(stage)


def run_sql(statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements)


def is_in(run: Run, state: str) -> bool:
    run.refresh_from_db()
    return run.state == state


def done_jobs(run: Run) -> dict[int, Any]:
    """What tells whether a job was done again."""
    jobs = Job.objects.filter(run=run, state=Job.State.DONE)
    return {job.pk: (job.stage, job.shard, job.attempts, job.finished_at) for job in jobs}


def assert_stands_at(run: Run, stage: str) -> Job:
    """The run says what failed; the other jobs of the step are done, and those behind it wait."""
    job = Job.objects.get(run=run, state=Job.State.FAILED)
    table = REFUSALS[stage][0]
    assert (job.stage, job.shard) == (stage, 0 if stage == "alerts" else BROKEN)
    assert f"unreadable block in {table}" in job.error.splitlines()[0]
    assert f"{stage}[{job.shard}]" in run.error
    assert f"unreadable block in {table}" in run.error
    others = Job.objects.filter(run=run).exclude(pk=job.pk)
    assert set(others.filter(step__lte=job.step).values_list("state", flat=True)) == {Job.State.DONE}
    assert set(others.filter(step__gt=job.step).values_list("state", flat=True)) == {Job.State.WAITING}
    shown = next(one for one in run_progress(run.pk).stages if one.stage == stage)
    assert (shown.state, shown.failed, shown.done) == ("failed", 1, shown.jobs - 1)
    return job


def close_by_command(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "close", "--as-of", DAY.isoformat(), "--shards", str(SHARDS), "--json"]
    return subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=180)


def test_a_close_that_fails_in_three_stages_ends_like_an_undisturbed_one(
    refusals: Callable[[str], None], celery_workers: list[Any], child_environment: dict[str, str]
) -> None:
    generate(seed=7, buyers=80, per_buyer=20, end=DAY)
    answer = close_by_command(child_environment)
    run = Run.objects.get(kind="close")
    assert answer.returncode == 1
    error = json.loads(answer.stdout)["error"]
    assert (error["code"], error["run"]) == ("close_failed", run.pk)
    assert f"snapshot[{BROKEN}]" in error["message"]
    assert "unreadable block" in error["message"]

    for stage in REFUSALS:
        wait_until(f"the close fails at {stage}", lambda: is_in(run, Run.State.FAILED))
        failed, before = assert_stands_at(run, stage), done_jobs(run)
        if stage == "score":
            assert Score.objects.filter(run=run).count() == ScoreEvidence.objects.count() == 70  # none of its ten
        refusals(stage)
        restart_job(failed.pk, actor=None)
        wait_until(f"{stage} is done", lambda job=failed: done_jobs(run).get(job.pk))
        assert done_jobs(run).items() >= before.items()

    wait_until("the close is done", lambda: is_in(run, Run.State.DONE))
    assert (run.error, Job.objects.filter(run=run).exclude(attempts=1).count()) == ("", 0)
    disturbed = outcome(run)
    assert disturbed["result"]["buyers_scored"] == len(disturbed["scores"]) == len(disturbed["evidence"]) == 80

    forget_closes()
    assert run.known_at is not None
    quiet = start_close(DAY, known_at=run.known_at, shards=SHARDS)
    wait_until("the undisturbed close is done", lambda: is_in(quiet, Run.State.DONE), seconds=120)
    assert quiet.pk != run.pk
    assert outcome(quiet) == disturbed
