"""The nightly clean-up over all floors."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from core.models import AuditEvent, Run
from invoices.domain.kinds import BatchState
from invoices.models import Bulk, BulkRecord, ImportBatch
from invoices.services.imports.uploads import stored_path
from pipeline.services.cleaning import clean_up
from pipeline.tasks import nightly_cleanup

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT, settings.RETENTION_PREVIEWS_DAYS = tmp_path, 30
    return tmp_path


def upload(name: str, *, days: int, state: str = BatchState.PREVIEW) -> ImportBatch:
    """A batch of so many days ago, and its file."""
    moment = NOW - timedelta(days=days)
    batch = ImportBatch.objects.create(
        profile="p", file_name=name, file_sha256=name, file_path=name, state=state, created_at=moment
    )
    stored_path(batch).write_text("a,b")
    os.utime(stored_path(batch), (moment.timestamp(), moment.timestamp()))
    return batch


def clean(capture: Any) -> dict[str, int]:
    with capture(execute=True):
        return clean_up(now=NOW)


def test_an_upload_that_was_never_imported_goes_with_its_file(django_capture_on_commit_callbacks: Any) -> None:
    old, new = upload("old.csv", days=31), upload("new.csv", days=29)
    assert clean(django_capture_on_commit_callbacks)["previews"] == 1
    assert (stored_path(old).exists(), stored_path(new).exists()) == (False, True)
    assert ImportBatch.objects.get() == new


@pytest.mark.parametrize("state", [BatchState.RUNNING, BatchState.DONE, BatchState.REFUSED])
def test_what_was_imported_or_refused_stays(state: str, django_capture_on_commit_callbacks: Any) -> None:
    batch = upload("kept.csv", days=3000, state=state)
    assert clean(django_capture_on_commit_callbacks)["previews"] == 0
    assert stored_path(batch).exists()


def test_a_file_that_another_batch_was_made_of_stays(django_capture_on_commit_callbacks: Any) -> None:
    upload("same.csv", days=31)
    done = upload("same.csv", days=40, state=BatchState.DONE)
    assert clean(django_capture_on_commit_callbacks)["previews"] == 1
    assert stored_path(done).exists()


def bulk(name: str, *, days: int) -> Bulk:
    """A bulk that ended so many days ago, with its body and an answer."""
    moment = NOW - timedelta(days=days)
    path = Path(settings.MEDIA_ROOT) / "bulks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("{}")
    os.utime(path, (moment.timestamp(), moment.timestamp()))
    fields = {"kind": "invoices", "source": "ERP", "is_array": False, "sha256": name, "size": 2, "state": "done"}
    made = Bulk.objects.create(path=f"bulks/{name}", finished_at=moment, created_at=moment, **fields)
    BulkRecord.objects.create(bulk=made, position=1, external_id="F-1", outcome="created")
    return made


def test_answers_of_old_bulks_go_with_their_bodies(media: Path, django_capture_on_commit_callbacks: Any) -> None:
    old, new, same = bulk("old.json", days=31), bulk("new.json", days=29), bulk("same.json", days=31)
    Bulk.objects.create(
        path=same.path, kind="invoices", source="SAP", is_array=False, sha256="same.json", size=2, created_at=NOW
    )
    (media / "bulks" / ".part-1").write_text("{")
    os.utime(media / "bulks" / ".part-1", (0, 0))
    assert clean(django_capture_on_commit_callbacks)["bulks"] == 2
    assert sorted(path.name for path in (media / "bulks").iterdir()) == ["new.json", "same.json"]
    assert [record.bulk_id for record in BulkRecord.objects.all()] == [new.pk]
    assert Bulk.objects.filter(pk=old.pk, path="").exists()


def test_what_went_is_noted_once(django_capture_on_commit_callbacks: Any) -> None:
    upload("old.csv", days=31)
    Run.objects.create(kind="close", key="a", state="failed", finished_at=NOW - timedelta(days=500))
    clean(django_capture_on_commit_callbacks)
    clean(django_capture_on_commit_callbacks)
    event = AuditEvent.objects.get()
    assert (event.action, event.data) == (
        "core.rows.forgotten",
        {"jobs": 0, "runs": 1, "sessions": 0, "answers": 0, "deliveries": 0, "messages": 0, "previews": 1, "bulks": 0},
    )


def test_the_task_of_the_night_cleans_up() -> None:
    Run.objects.create(kind="close", key="a", state="failed", finished_at=datetime(2020, 1, 1, tzinfo=UTC))
    nightly_cleanup()
    assert not Run.objects.exists()
