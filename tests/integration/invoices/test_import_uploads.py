"""Uploads: stored once by content, previewed, mapped, imported by a job."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from core.domain.roles import Role
from core.errors import Denied, InvalidTransition
from core.models import AuditEvent, User
from core.queries.runs import run_progress
from core.services.waiting import wait_for_run
from invoices.domain.kinds import BatchState
from invoices.intake.reasons import FileRefused
from invoices.intake.toml_section import ProfileInvalid
from invoices.models import ImportBatch, ImportProfile, Invoice
from invoices.services.imports.background import request_import
from invoices.services.imports.previewing import preview
from invoices.services.imports.profiles import find_profile, list_profiles, save_mapping, save_profile
from invoices.services.imports.running import run_import
from invoices.services.imports.uploads import start_upload, stored_path
from tests.integration.invoices.intake import PROFILE, Intake, csv_text, make_user, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def intake(tmp_path: Path, settings: object) -> Intake:
    """Files of this test."""
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    return Intake(tmp_path)


@pytest.fixture
def ana() -> User:
    """An analyst."""
    return make_user()


def upload(intake: Intake, actor: User, content: bytes, name: str = "May.csv") -> ImportBatch:
    """A file as a browser sends it."""
    return start_upload(file=SimpleUploadedFile(name, content), profile=intake.profile(), actor=actor)


def test_an_upload_is_stored_under_its_hash_and_applied_later(intake: Intake, ana: User) -> None:
    batch = upload(intake, ana, csv_text([row()]).encode())
    assert (batch.state, batch.file_name, batch.actor) == (BatchState.PREVIEW, "May.csv", ana)
    assert stored_path(batch).name == f"{batch.file_sha256}.csv"
    assert not Invoice.objects.exists()


def test_the_same_content_is_stored_once(intake: Intake, ana: User) -> None:
    content = csv_text([row()]).encode()
    first, second = upload(intake, ana, content), upload(intake, ana, content, "Again.csv")
    assert stored_path(first) == stored_path(second)
    assert len(list(stored_path(first).parent.iterdir())) == 1


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"%PDF-1.7", "file_type_unsupported"),
        ("a.xlsx", b"a,b\n1,2\n", "extension_mismatch"),
        ("a.exe", b"a,b\n1,2\n", "extension_unsupported"),
        ("a.csv", b"", "file_empty"),
    ],
)
def test_what_is_no_table_is_not_stored(intake: Intake, ana: User, name: str, content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as caught:
        upload(intake, ana, content, name)
    assert caught.value.code == code
    assert not ImportBatch.objects.exists()
    assert list((intake.folder / "media" / "imports").iterdir()) == []


def test_an_upload_above_the_limit_stops_while_it_arrives(intake: Intake, ana: User, settings: object) -> None:
    settings.UPLOAD_MAX_BYTES = 1_000  # type: ignore[attr-defined]
    with pytest.raises(FileRefused) as caught:
        upload(intake, ana, b"a,b\n" * 1_000)
    assert caught.value.code == "file_too_large"
    assert list((intake.folder / "media" / "imports").iterdir()) == []


def test_a_name_with_a_path_cannot_leave_the_folder(intake: Intake, ana: User) -> None:
    batch = upload(intake, ana, csv_text([row()]).encode(), "../../etc/passwd.csv")
    assert (batch.file_name, stored_path(batch).parent.name) == ("passwd.csv", "imports")


def test_other_roles_may_not_upload(intake: Intake) -> None:
    with pytest.raises(Denied):
        upload(intake, make_user(Role.SALES, "sam"), csv_text([row()]).encode())


def test_a_preview_shows_rows_mapping_and_problems(intake: Intake, ana: User) -> None:
    content = csv_text([row(), row(no="2", amount="x")], ("extra", *row())).replace(",", ";").encode()
    seen = preview(upload(intake, ana, content))
    assert (seen.encoding, seen.delimiter, seen.refusal) == ("utf-8", ";", None)
    assert seen.unmapped == ("extra",)
    fields = {m.field: m.column for m in seen.mapping}
    assert (fields["amount"], fields["terms"]) == ("amount", "")
    assert seen.rows[0].values["invoice_date"] == "2025-04-03"
    assert [(p.line, p.column, p.reason) for p in seen.problems] == [(3, "amount", "number_invalid")]


def test_a_preview_of_a_file_with_other_columns_shows_them(intake: Intake, ana: User) -> None:
    seen = preview(upload(intake, ana, b"Rechnung;Betrag\n1;5\n"))
    assert seen.refusal is not None
    assert (seen.refusal.code, seen.header) == ("columns_missing", ("Rechnung", "Betrag"))


def test_a_mapping_made_on_the_page_is_remembered(intake: Intake, ana: User) -> None:
    base = intake.profile()
    columns = {
        "invoice_id": "Rechnung",
        "buyer_code": "Kunde",
        "currency": "Währung",
        "amount": "Betrag",
        "invoice_date": "Datum",
        "due_date": "Fällig",
    }
    save_mapping(base=base, name="german", columns=columns, actor=ana)
    text = "Rechnung;Kunde;Währung;Betrag;Datum;Fällig\n7;0042;EUR;5.00;3/4/2025;3/5/2025\n"
    (intake.folder / "juni.csv").write_text(text, "cp1252")
    result = run_import(start_upload(file=intake.folder / "juni.csv", profile="german", actor=ana))
    assert (result.encoding, Invoice.objects.get().external_id) == ("cp1252", "7")
    entry = list_profiles()[0]
    assert (entry.name, entry.source, entry.is_shipped) == ("german", "erp", False)


def test_a_mapping_without_a_required_field_is_refused(intake: Intake, ana: User) -> None:
    with pytest.raises(ProfileInvalid, match="columns"):
        save_mapping(base=intake.profile(), name="half", columns={"invoice_id": "no"}, actor=ana)
    assert not ImportProfile.objects.exists()


def test_a_saved_profile_is_replaced_but_never_a_shipped_one(ana: User) -> None:
    save_profile(toml=PROFILE, actor=ana)
    save_profile(toml=PROFILE.replace('"erp"', '"erp2"'), actor=ana)
    assert find_profile("test")[0].source == "erp2"
    with pytest.raises(ProfileInvalid, match="another name"):
        save_profile(toml=PROFILE.replace('name = "test"', 'name = "generic_invoices"'), actor=ana)
    with pytest.raises(Denied):
        save_profile(toml=PROFILE, actor=make_user(Role.AUDITOR, "aud"))


def test_an_unknown_profile_lists_the_known_ones(intake: Intake) -> None:
    with pytest.raises(ProfileInvalid, match="generic_invoices"):
        find_profile("nothing")


def test_a_batch_that_is_done_cannot_be_imported_again(intake: Intake, ana: User) -> None:
    batch = upload(intake, ana, csv_text([row()]).encode())
    run_import(batch)
    with pytest.raises(InvalidTransition):
        run_import(batch)
    with pytest.raises(InvalidTransition):
        request_import(batch, ana)


@pytest.mark.django_db(transaction=True)
def test_an_import_in_the_background_is_a_run_that_people_can_watch(intake: Intake, ana: User) -> None:
    batch = upload(intake, ana, csv_text([row(), row(no="2", amount="x")]).encode())
    run = request_import(batch, ana)
    assert request_import(batch, ana).pk == run.pk
    done = wait_for_run(run.pk, lambda _: None)
    assert (done.state, done.result["created"], done.result["quarantined"]) == ("done", 1, 1)
    assert run_progress(run.pk).percent == 100
    batch.refresh_from_db()
    assert (batch.state, batch.run_id) == (BatchState.DONE, run.pk)


@pytest.mark.django_db(transaction=True)
def test_a_refused_file_fails_its_run_with_the_reason(intake: Intake, ana: User) -> None:
    batch = upload(intake, ana, b"a,b\n1,2\n")
    done = wait_for_run(request_import(batch, ana).pk, lambda _: None)
    assert done.state == "failed"
    assert "needs the column" in done.error
    batch.refresh_from_db()
    assert batch.state == BatchState.REFUSED


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_batch_import_it_once(intake: Intake, ana: User) -> None:
    batch = upload(intake, ana, csv_text([row(), row(no="2", paid="9/5/2025")]).encode())

    def work(_: int) -> str:
        try:
            run_import(ImportBatch.objects.get(pk=batch.pk))
        except InvalidTransition as late:
            return late.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(work, range(2))) == ["done", "invalid_transition"]
    batch.refresh_from_db()
    assert (batch.state, batch.created, Invoice.objects.count()) == (BatchState.DONE, 2, 2)
    assert not AuditEvent.objects.filter(action="invoices.import.refused").exists()
