"""Imports: upload, mapping, preview, check, import, quarantine, duplicates, profiles."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from buyers.models import BuyerMerge
from buyers.services.merges import propose_duplicates
from core.models import AuditEvent, Run, User
from invoices.models import ImportBatch, ImportProfile, Invoice, QuarantinedRow
from invoices.services.imports.running import run_import
from tests.budgets import query_budget
from tests.integration.dashboard.desk import PORTFOLIO, check_denied, sign_in, text_of
from tests.integration.invoices.builders import make_buyer, make_invoice

pytestmark = pytest.mark.django_db
LIST, QUARANTINE, DUPLICATES, PROFILES = (
    f"/imports/{name}" for name in ("", "quarantine/", "duplicates/", "profiles/")
)
GOOD = "invoice_id,buyer,currency,amount,invoice_date,due_date\nA-1,0007,USD,10.50,2026-04-01,2026-05-01\n"
MIXED = GOOD + "A-2,0007,USD,abc,2026-04-02,2026-05-02\nA-3,0007,USD,7.00,2026-04-03,2026-05-03\n"
GERMAN = "Rechnung;Kunde;Betrag;Datum;Faellig\nR-1;0041;1.234,50;03.04.2026;03.05.2026\n"


@pytest.fixture(autouse=True)
def _media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def upload(text: str, client: Client | None = None, name: str = "items.csv", profile: str = "generic_invoices") -> Any:
    file = SimpleUploadedFile(name, text.encode())
    return (client or sign_in("credit_analyst")).post(LIST, {"file": file, "profile": profile})


def batch_of(text: str, **given: str) -> ImportBatch:
    assert upload(text, **given).status_code == 302
    return ImportBatch.objects.latest("id")


def imported(text: str) -> ImportBatch:
    batch = batch_of(text)
    run_import(batch)
    batch.refresh_from_db()
    return batch


# --- who may ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [LIST, QUARANTINE, DUPLICATES, PROFILES])
def test_those_who_see_the_portfolio_look(address: str) -> None:
    check_denied(address, "sales", "administrator")
    for role in PORTFOLIO:
        assert sign_in(role).get(address).status_code == 200


def test_auditor_changes_nothing() -> None:
    batch = imported(MIXED)
    row, before = QuarantinedRow.objects.get(), AuditEvent.objects.count()
    for address in (
        f"{batch.pk}/profile/",
        f"{batch.pk}/mapping/",
        f"{batch.pk}/check/",
        f"{batch.pk}/start/",
        f"{batch.pk}/replay/",
        f"quarantine/{row.pk}/mend/",
        f"quarantine/{row.pk}/discard/",
        "duplicates/decide/",
    ):
        check_denied(f"{LIST}{address}", "auditor", "sales", "administrator", method="post")
    client = sign_in("auditor")
    assert upload(GOOD, client).status_code == 422
    assert "New file" not in text_of(client.get(LIST))
    assert client.post(f"{PROFILES}generic_invoices/", {"toml": "x"}).status_code == 422
    assert ImportBatch.objects.count() == 1
    assert AuditEvent.objects.count() == before


# --- upload and preview ----------------------------------------------------------------------------


def test_uploaded_file_is_shown_before_anything_is_applied() -> None:
    batch = batch_of(MIXED)
    page = text_of(sign_in("credit_analyst").get(f"{LIST}{batch.pk}/"))
    for words in ("items.csv", "not imported yet", "A-1", "quarantine", "is not a number", "encoding", "Import it"):
        assert words in page, words
    assert not Invoice.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("items.csv", "", "The submitted file is empty"),
        ("items.exe", "MZ\x90\x00\x03", "is not taken"),
    ],
)
def test_file_that_is_no_table_is_refused_at_once(name: str, content: str, words: str) -> None:
    response = upload(content, name=name)
    assert response.status_code == 422
    assert words in text_of(response)
    assert not ImportBatch.objects.exists()


def test_profile_is_a_name_never_a_path(tmp_path: Path) -> None:
    secret = tmp_path / "secret.toml"
    secret.write_text('name = "secret"\n')
    assert upload(GOOD, profile=str(secret)).status_code == 422
    batch = batch_of(GOOD)
    client = sign_in("credit_analyst")
    response = client.post(f"{LIST}{batch.pk}/profile/", {"profile": str(secret)}, follow=True)
    assert "secret" not in text_of(response).replace(str(secret), "")
    assert client.get(f"{PROFILES}{secret.name}/").status_code == 404
    batch.refresh_from_db()
    assert batch.profile == "generic_invoices"


def test_file_that_does_not_fit_its_profile_says_what_is_missing() -> None:
    page = text_of(sign_in("credit_analyst").get(f"{LIST}{batch_of(GERMAN).pk}/"))
    assert "needs the column" in page
    assert "Which column is which" in page
    assert "Import it" not in page


def german(client: Client, batch: ImportBatch, **given: str) -> Any:
    columns = {
        "invoice_id": "Rechnung",
        "buyer_code": "Kunde",
        "amount": "Betrag",
        "invoice_date": "Datum",
        "due_date": "Faellig",
    }
    wanted = {f"column-{field}": column for field, column in columns.items()}
    wanted |= {"name": "german", "source": "erp-de", "date_format": "D.M.YYYY", "decimal": ",", "currency": "EUR"}
    return client.post(f"{LIST}{batch.pk}/mapping/", wanted | given)


def test_chosen_columns_are_kept_as_a_profile_for_the_next_file() -> None:
    client, batch = sign_in("credit_analyst"), batch_of(GERMAN)
    assert german(client, batch).status_code == 302
    page = text_of(client.get(f"{LIST}{batch.pk}/"))
    assert "Import it" in page
    assert "needs the column" not in page
    batch.refresh_from_db()
    assert (batch.profile, ImportProfile.objects.get().name) == ("german", "german")
    run_import(batch)
    invoice = Invoice.objects.get()
    assert (str(invoice.amount), invoice.currency, invoice.source) == ("1234.5000", "EUR", "erp-de")
    again = batch_of(GERMAN.replace("R-1", "R-2"), profile="german")
    assert "Import it" in text_of(client.get(f"{LIST}{again.pk}/"))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"date_format": "day first"}, "is not right"),
        ({"column-amount": ""}, "a column, or a value"),
        ({"column-amount": "Preis"}, "Select a valid choice"),
        ({"name": "generic_invoices"}, "this one comes with the product"),
        ({"currency": "EURO"}, "at most 3 characters"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_mapping_that_cannot_work_is_refused_at_its_field(given: dict[str, str], words: str) -> None:
    response = german(sign_in("credit_analyst"), batch_of(GERMAN), **given)
    assert response.status_code == 422
    assert words in text_of(response)
    assert not ImportProfile.objects.exists()


def test_another_profile_can_be_chosen_before_the_import() -> None:
    client, batch = sign_in("credit_analyst"), batch_of(GOOD)
    page = text_of(client.post(f"{LIST}{batch.pk}/profile/", {"profile": "ibm_accounts_receivable"}, follow=True))
    assert "needs the column" in page


# --- check and import ------------------------------------------------------------------------------


def test_check_reads_everything_and_applies_nothing() -> None:
    batch = batch_of(MIXED)
    page = text_of(sign_in("credit_analyst").post(f"{LIST}{batch.pk}/check/"))
    assert "created: <b>2</b>" in page
    assert "quarantined: <b>1</b>" in page
    assert not Invoice.objects.exists()
    batch.refresh_from_db()
    assert batch.state == "preview"


def test_import_runs_in_the_background_and_shows_its_progress() -> None:
    client, batch = sign_in("credit_analyst"), batch_of(GOOD)
    page = text_of(client.post(f"{LIST}{batch.pk}/start/", follow=True))
    assert "The file is being imported" in page
    assert "every 1s" in page
    assert Run.objects.get().kind == "import"
    fragment = client.get(f"{LIST}{batch.pk}/", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="import-progress")
    assert "<html" not in text_of(fragment)


def test_finished_import_reloads_the_page_that_waits() -> None:
    batch = imported(GOOD)
    response = sign_in("auditor").get(f"{LIST}{batch.pk}/", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="import-progress")
    assert (response.status_code, response["HX-Refresh"]) == (204, "true")


def test_imported_batch_cannot_be_imported_or_remapped_again() -> None:
    client, batch = sign_in("credit_analyst"), imported(GOOD)
    for address, data in (("start", {}), ("profile", {"profile": "generic_invoices"})):
        page = text_of(client.post(f"{LIST}{batch.pk}/{address}/", data, follow=True))
        assert "The current state is" in page
    assert Invoice.objects.count() == 1


def test_control_totals_add_up_to_the_file() -> None:
    page = text_of(sign_in("auditor").get(f"{LIST}{imported(MIXED).pk}/"))
    for words in ("adds up to the file", "17.50", "1 row has an amount that cannot be read", "not a number: 1"):
        assert words in page, words


def test_refused_import_says_why_and_that_nothing_was_applied() -> None:
    batch = batch_of(GERMAN)
    with pytest.raises(Exception, match="needs the column"):
        run_import(batch)
    page = text_of(sign_in("auditor").get(f"{LIST}{batch.pk}/"))
    assert "Nothing of the file was applied" in page
    assert "needs the column" in page


def test_missing_import_is_not_found() -> None:
    assert sign_in("auditor").get(f"{LIST}0/").status_code == 404


# --- quarantine ------------------------------------------------------------------------------------


def mend(client: Client, row: QuarantinedRow, htmx: bool = True, **cells: str) -> str:
    headers = {"HTTP_HX_REQUEST": "true"} if htmx else {}
    data = {f"cell-{name}": text for name, text in cells.items()}
    response = client.post(f"{QUARANTINE}{row.pk}/mend/", data, follow=not htmx, **headers)
    assert response.status_code == 200
    return text_of(response)


def test_mended_row_is_imported_at_once() -> None:
    imported(MIXED)
    row = QuarantinedRow.objects.get()
    page = mend(sign_in("credit_analyst"), row, amount="12.00")
    assert "corrected and imported" in page
    assert "<html" not in page
    assert str(Invoice.objects.get(external_id="A-2").amount) == "12.0000"


def test_row_that_is_still_wrong_stays_with_its_present_reason() -> None:
    imported(MIXED)
    row = QuarantinedRow.objects.get()
    page = mend(sign_in("credit_analyst"), row, amount="12.00", due_date="soon")
    assert "is not a date" in page
    row.refresh_from_db()
    assert (row.state, row.field) == ("open", "due_date")
    assert not Invoice.objects.filter(external_id="A-2").exists()


def test_cell_that_the_file_has_not_is_refused() -> None:
    imported(MIXED)
    page = mend(sign_in("credit_analyst"), QuarantinedRow.objects.get(), colour="red")
    assert "The file has no column" in page


def test_row_is_set_aside_and_stays_on_record() -> None:
    imported(MIXED)
    client, row = sign_in("credit_analyst"), QuarantinedRow.objects.get()
    page = text_of(client.post(f"{QUARANTINE}{row.pk}/discard/", follow=True))
    assert "discarded" in page
    assert "Nothing waits here" in text_of(client.get(QUARANTINE))
    assert "discarded" in mend(client, row, amount="1.00")
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("discarded", User.objects.get(username="person-credit_analyst"))


def test_all_rows_of_an_import_are_tried_again() -> None:
    batch = imported(MIXED)
    QuarantinedRow.objects.update(mended=QuarantinedRow.objects.get().raw | {"amount": "3.00"})
    page = text_of(sign_in("credit_analyst").post(f"{LIST}{batch.pk}/replay/", follow=True))
    assert "1 row is imported now, 0 rows stay in quarantine." in page
    assert Invoice.objects.count() == 3


def test_quarantine_is_filtered_by_import() -> None:
    first, second = imported(MIXED), imported(MIXED.replace("A-", "B-").replace("abc", "xyz"))
    client = sign_in("auditor")
    assert "xyz" not in text_of(client.get(QUARANTINE, {"batch": first.pk}))
    assert "xyz" in text_of(client.get(QUARANTINE, {"batch": second.pk}))
    assert client.get(QUARANTINE, {"batch": "x", "page": "y"}).status_code == 200


# --- duplicates ------------------------------------------------------------------------------------


@pytest.fixture
def pair() -> BuyerMerge:
    make_invoice(make_buyer("007"))
    make_invoice(make_buyer("7"))
    propose_duplicates()
    return BuyerMerge.objects.get()


def decide(decision: str, pair: BuyerMerge, role: str = "credit_analyst") -> str:
    client = sign_in(role)
    return text_of(client.post(f"{DUPLICATES}decide/", {"decision": decision, "merge": pair.pk}, follow=True))


def test_pair_is_merged_and_undone(pair: BuyerMerge) -> None:
    assert "1 pair decided." in decide("merge", pair)
    pair.refresh_from_db()
    assert (pair.state, pair.survivor.code) == ("merged", "007")
    assert "007" in text_of(sign_in("auditor").get(DUPLICATES, {"state": "merged"}))
    decide("undo", pair)
    pair.refresh_from_db()
    assert pair.state == "undone"


def test_pair_is_dismissed_for_good(pair: BuyerMerge) -> None:
    decide("dismiss", pair)
    pair.refresh_from_db()
    assert pair.state == "dismissed"
    assert propose_duplicates() == 0


def test_decision_that_makes_no_sense_changes_nothing(pair: BuyerMerge) -> None:
    assert "Choose a pair" in decide("burn", pair)
    assert "current state is" in decide("undo", pair)
    pair.refresh_from_db()
    assert pair.state == "proposed"


# --- profiles --------------------------------------------------------------------------------------


def test_profile_of_the_product_is_copied_under_another_name() -> None:
    client = sign_in("credit_manager")
    page = client.get(f"{PROFILES}generic_invoices/")
    toml = page.context["form"].initial["toml"]
    refused = client.post(f"{PROFILES}generic_invoices/", {"toml": toml})
    assert refused.status_code == 422
    assert "comes with the product" in text_of(refused)
    copy = toml.replace('name = "generic_invoices"', 'name = "ours"', 1)
    assert client.post(f"{PROFILES}generic_invoices/", {"toml": copy})["Location"] == f"{PROFILES}ours/"
    assert "ours" in text_of(client.get(PROFILES))


def test_profile_that_is_wrong_says_where() -> None:
    response = sign_in("credit_manager").post(f"{PROFILES}generic_invoices/", {"toml": "name = 3"})
    assert response.status_code == 422
    assert "is not right" in text_of(response)
    assert not ImportProfile.objects.exists()


@pytest.mark.parametrize("name", [LIST, "/imports/{batch}/", QUARANTINE, DUPLICATES, PROFILES])
def test_query_budget_is_kept(name: str, pair: BuyerMerge) -> None:
    batch, client = imported(MIXED), sign_in("credit_analyst")
    with query_budget(f"PAGE {name}"):
        assert client.get(name.format(batch=batch.pk)).status_code == 200
