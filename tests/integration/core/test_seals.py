"""The audit trail is sealed, and whatever is changed behind its back is found and named."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pgtrigger
import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from core.errors import DomainError
from core.models import AuditEvent, AuditSeal, ExchangeRate, SealLeaf
from core.queries.seals import SealReport, verify_seals
from core.services import audit
from core.services.seals import seal_audit

pytestmark = pytest.mark.django_db(transaction=True)

Record = Callable[..., int]


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> Path:
    settings.AUDIT_KEY_FILE = str(tmp_path / "audit" / "key")
    settings.AUDIT_SEAL_FILE = str(tmp_path / "audit" / "seals.jsonl")
    return tmp_path / "audit"


def record(count: int = 1, **given: Any) -> list[int]:
    for number in range(count):
        audit.record(actor=None, action="test.done", subject_type="thing", subject_id=number, data={"n": 1}, **given)
    return list(AuditEvent.objects.order_by("pk").values_list("pk", flat=True))


def seal() -> int:
    return seal_audit(now=timezone.now())


def codes(report: SealReport) -> list[str]:
    return [found.code for found in report.findings]


def behind_its_back(sql: str, params: tuple[Any, ...] = ()) -> None:
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_nothing_sealed_is_nothing_wrong() -> None:
    report = verify_seals()
    assert (report.is_ok, report.seals, report.unsealed) == (True, 0, 0)


def test_every_event_is_sealed_once(files: Path) -> None:
    record(3)
    assert (seal(), seal()) == (3, 0)
    record(2)
    assert seal() == 2
    report = verify_seals()
    assert (report.is_ok, report.seals, report.leaves, report.unsealed) == (True, 2, 5, 0)
    assert len((files / "seals.jsonl").read_text().splitlines()) == 2
    assert (files / "key").stat().st_mode & 0o777 == 0o600


def test_tail_that_waits_is_told() -> None:
    record(1)
    seal()
    record(2)
    report = verify_seals()
    assert (report.is_ok, report.unsealed) == (True, 2)
    assert report.unsealed_since is not None


def test_changed_event_is_named() -> None:
    events = record(3)
    seal()
    behind_its_back("UPDATE core_auditevent SET actor_label = 'nobody' WHERE id = %s", (events[1],))
    report = verify_seals()
    assert [(found.code, found.event) for found in report.findings] == [("event_changed", events[1])]
    assert "test.done of thing 1" in report.findings[0].message


def test_changed_decision_behind_an_event_is_named() -> None:
    rate = ExchangeRate.objects.create(currency="USD", rate_date="2026-04-15", per_eur="1.25", source="test")
    audit.record(actor=None, action="rates.loaded", subject_type="rate", subject_id=rate.pk, rows=[rate])
    seal()
    assert verify_seals().is_ok
    behind_its_back("UPDATE core_exchangerate SET per_eur = 2 WHERE id = %s", (rate.pk,))
    report = verify_seals()
    assert codes(report) == ["event_changed"]
    assert f"core_exchangerate:{rate.pk}" in report.findings[0].message


def test_removed_decision_is_found() -> None:
    rate = ExchangeRate.objects.create(currency="USD", rate_date="2026-04-15", per_eur="1.25", source="test")
    audit.record(actor=None, action="rates.loaded", subject_type="rate", subject_id=rate.pk, rows=[rate])
    seal()
    behind_its_back("DELETE FROM core_exchangerate WHERE id = %s", (rate.pk,))
    assert codes(verify_seals()) == ["event_changed"]


def test_event_removed_with_its_leaf_is_found() -> None:
    events = record(3)
    seal()
    behind_its_back("DELETE FROM core_sealleaf WHERE event_id = %s", (events[1],))
    behind_its_back("DELETE FROM core_auditevent WHERE id = %s", (events[1],))
    assert codes(verify_seals()) == ["leaves_removed"]


def test_event_and_leaf_changed_together_are_found() -> None:
    events = record(2)
    seal()
    behind_its_back("UPDATE core_auditevent SET action = 'other' WHERE id = %s", (events[0],))
    from core.queries.seals import contents_of

    behind_its_back(
        "UPDATE core_sealleaf SET hash = %s WHERE event_id = %s", (contents_of(events[:1])[events[0]].hash, events[0])
    )
    assert codes(verify_seals()) == ["root_wrong"]


def test_trail_made_anew_without_the_key_is_found(files: Path) -> None:
    record(2)
    seal()
    record(1)
    seal()
    behind_its_back("DELETE FROM core_sealleaf")
    behind_its_back("DELETE FROM core_auditseal")
    assert codes(verify_seals()) == ["seal_removed", "seal_removed"]


def test_seal_signed_with_another_key_is_found(files: Path) -> None:
    record(1)
    seal()
    (files / "key").write_text("00" * 32)
    assert codes(verify_seals()) == ["signature_wrong"]


def test_line_removed_from_the_file_is_found(files: Path) -> None:
    record(1)
    seal()
    record(1)
    seal()
    path = files / "seals.jsonl"
    path.write_text(path.read_text().splitlines(keepends=True)[1])
    assert codes(verify_seals()) == ["seal_not_in_file"]


def test_seal_that_was_not_written_down_yet_is_written_with_the_next(files: Path) -> None:
    record(1)
    seal()
    record(1)
    seal()
    path = files / "seals.jsonl"
    path.write_text(path.read_text().splitlines(keepends=True)[0])
    assert verify_seals().is_ok
    record(1)
    seal()
    assert verify_seals().is_ok
    assert len(path.read_text().splitlines()) == 3


def test_lost_key_or_file_is_refused_and_never_replaced(files: Path) -> None:
    record(1)
    seal()
    (files / "key").rename(files / "away")
    record(1)
    with pytest.raises(DomainError) as refused:
        seal()
    assert refused.value.code == "seal_key_missing"
    assert not (files / "key").exists()
    (files / "away").rename(files / "key")
    (files / "seals.jsonl").unlink()
    with pytest.raises(DomainError) as refused:
        verify_seals()
    assert refused.value.code == "seal_file_missing"
    assert AuditSeal.objects.count() == 1


def test_event_of_a_late_transaction_is_sealed_later() -> None:
    first = record(1)[0]
    late = AuditEvent(pk=first + 1, actor_label="late", action="x", subject_type="t", subject_id="1")
    AuditEvent.objects.create(pk=first + 2, actor_label="early", action="x", subject_type="t", subject_id="2")
    assert seal() == 2
    late.save(force_insert=True)
    assert seal() == 1
    assert verify_seals().is_ok


def test_sealing_is_no_part_of_another_transaction(files: Path) -> None:
    record(1)
    with transaction.atomic(), pytest.raises(RuntimeError):
        seal()
    assert (AuditSeal.objects.count(), SealLeaf.objects.count()) == (0, 0)
    assert not (files / "seals.jsonl").exists()


def test_first_seal_that_was_not_written_down_is_written_with_the_next(files: Path) -> None:
    record(1)
    seal()
    (files / "seals.jsonl").unlink()
    record(1)
    seal()
    assert verify_seals().is_ok


def test_commands_seal_and_prove(capsys: pytest.CaptureFixture[str]) -> None:
    events = record(2)
    call_command("seal_audit")
    assert "2 events sealed." in capsys.readouterr().out
    call_command("verify_audit", "--json")
    assert '"ok": true' in capsys.readouterr().out
    behind_its_back("UPDATE core_auditevent SET subject_id = '7' WHERE id = %s", (events[0],))
    with pytest.raises(SystemExit):
        call_command("verify_audit")
    said = capsys.readouterr().out
    assert f"Event {events[0]}" in said
    assert "THE AUDIT TRAIL WAS CHANGED." in said
