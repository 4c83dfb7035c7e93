"""A small storm over real web workers, a real job worker and a real database, with all of them killed on the way."""

import os
from pathlib import Path

import psycopg2
import pytest
from django.db import connection

from bench.storm import Weather, blow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("workers")]


def test_nothing_is_lost_doubled_or_approved_above_a_limit(child_environment: dict[str, str], tmp_path: Path) -> None:
    environment = {**child_environment, "OMP_NUM_THREADS": "1"}
    weather = Weather(clients=12, checks=48, kill_every_s=2.0, parts=2, think_s=1.5)
    outcome = blow(weather, folder=tmp_path, environment=environment, dsn=_dsn())
    assert outcome.verdict.violations == []
    counts = outcome.verdict.counts
    assert counts["orders"] == 48
    assert counts["approved"] > 10
    assert counts["sent_again_same_answer"] > 2
    assert outcome.killed["database connections"] > 0
    assert outcome.killed["web workers"] > 0


def _dsn() -> str:
    """The test's own database, for the killer and the judge."""
    parameters = connection.get_connection_params()
    names = {"dbname": "dbname", "user": "user", "password": "password", "host": "host", "port": "port"}
    known = {names[name]: value for name, value in parameters.items() if name in names and value}
    assert os.path.isdir(known["host"])
    return psycopg2.extensions.make_dsn(**known)
