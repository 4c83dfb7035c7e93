"""``import_file`` as a process of its own: exact JSON, exit status, and hostile files within bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from invoices.models import ImportBatch, Invoice, QuarantinedRow
from tests.integration.invoices.intake import PROFILE, Intake, csv_text, row
from tests.unit.invoices.intake.conftest import RELATIONS, WORKBOOK

CHECKOUT = Path(__file__).resolve().parent.parent.parent
MIB = 1024 * 1024
MEMORY = 300 * MIB


class Answer(NamedTuple):
    """What a command printed, how it ended, and the most memory it held."""

    status: int
    text: str
    errors: str
    peak_bytes: int

    @property
    def json(self) -> Any:
        """Standard output, which must be exactly one JSON object."""
        found = json.loads(self.text)
        assert isinstance(found, dict)
        return found


Command = Callable[..., Answer]
MEASURE = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
sys.stdout.write(done.stdout)
sys.stderr.write(done.stderr + f"\\n{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}")
sys.exit(done.returncode)
"""


@pytest.fixture
def command(child_environment: dict[str, str], tmp_path: Path) -> Command:
    """Run ``manage.py import_file`` on this test's database."""
    environment = child_environment | {"MEDIA_ROOT": str(tmp_path / "media")}

    def run(path: Path, *options: str, profile: str, **more: str) -> Answer:
        words = [sys.executable, "-c", MEASURE, sys.executable, "manage.py", "import_file", str(path)]
        words += ["--profile", profile, *options]
        done = subprocess.run(
            words, capture_output=True, text=True, cwd=CHECKOUT, env=environment | more, check=False, timeout=300
        )
        errors, _, peak = done.stderr.rpartition("\n")
        return Answer(done.returncode, done.stdout, errors, int(peak) * 1024)

    return run


@pytest.fixture
def intake(tmp_path: Path) -> Intake:
    """Files of this test."""
    return Intake(tmp_path)


def refused(answer: Answer) -> dict[str, Any]:
    """The refusal that a command must have ended with, in bounded memory, nothing written."""
    assert answer.status != 0
    assert answer.peak_bytes < MEMORY
    assert not Invoice.objects.exists()
    error: dict[str, Any] = answer.json["error"]
    assert error["message"]
    return error


def test_the_real_file_answers_with_exact_json(command: Command, shared_data: Path) -> None:
    path = shared_data / "receivables" / "ibm_accounts_receivable.csv"
    first = command(path, "--json", profile="ibm_accounts_receivable")
    assert first.status == 0, first.errors
    expected = {"rows": 2466, "created": 2466, "updated": 0, "unchanged": 0, "quarantined": 0, "quarantine": []}
    assert {key: first.json[key] for key in expected} == expected
    assert first.json["totals"] == {"USD": "147703.18"}
    again = command(path, "--json", profile="ibm_accounts_receivable").json
    assert (again["created"], again["unchanged"], again["totals"]) == (0, 2466, {"USD": "147703.18"})


def test_a_quarantined_row_ends_with_status_1_and_says_where(command: Command, intake: Intake) -> None:
    path = intake.folder / "may.csv"
    path.write_text(csv_text([row(), row(no="2", amount="1o0")]))
    answer = command(path, "--json", profile=intake.profile())
    assert answer.status == 1
    (held,) = answer.json["quarantine"]
    assert {key: held[key] for key in ("line", "field", "value", "reason")} == {
        "line": 3,
        "field": "amount",
        "value": "1o0",
        "reason": "number_invalid",
    }
    assert QuarantinedRow.objects.get().line == 3


def test_people_get_a_table_with_sums_that_add_up(command: Command, intake: Intake) -> None:
    path = intake.folder / "may.csv"
    path.write_text(csv_text([row(amount="1234.50"), row(no="2", amount="7", date="31/2/2025")]))
    answer = command(path, profile=intake.profile())
    assert answer.status == 1
    assert "1,234.50" in answer.text
    assert "1,241.50" in answer.text
    assert "line 3, date: invoice_date: 31/2/2025 is not a date written as D/M/YYYY." in answer.text


def test_a_dry_run_writes_nothing(command: Command, intake: Intake) -> None:
    path = intake.folder / "may.csv"
    path.write_text(csv_text([row()]))
    answer = command(path, "--dry-run", "--json", profile=intake.profile())
    assert (answer.status, answer.json["created"], answer.json["dry_run"]) == (0, 1, True)
    assert not Invoice.objects.exists()
    assert not ImportBatch.objects.exists()
    assert not (intake.folder / "media").exists()


def test_a_wrong_profile_is_refused_with_key_value_and_form(command: Command, intake: Intake) -> None:
    profile = intake.profile(PROFILE.replace("D/M/YYYY", "D/M"))
    path = intake.folder / "may.csv"
    path.write_text(csv_text([row()]))
    error = refused(command(path, "--json", profile=profile))
    assert (error["code"], error["key"], error["value"]) == ("profile_invalid", "dates.format", "D/M")
    unknown = refused(command(path, "--json", profile="nothing"))
    assert (unknown["code"], "generic_invoices" in unknown["message"]) == ("profile_unknown", True)


def test_a_missing_file_is_refused_in_words_on_standard_error(command: Command, intake: Intake) -> None:
    answer = command(intake.folder / "none.csv", profile=intake.profile())
    assert answer.status == 1
    assert "There is no file at" in answer.errors
    assert answer.text == ""


def test_200_megabytes_are_refused_at_once(command: Command, intake: Intake) -> None:
    path = intake.folder / "huge.csv"
    with path.open("wb") as file:
        file.write(csv_text([row()]).encode())
        file.truncate(200 * MIB)
    assert refused(command(path, "--json", profile=intake.profile()))["code"] == "file_too_large"


def test_ten_million_empty_rows_are_refused(command: Command, intake: Intake) -> None:
    path = intake.folder / "empty.csv"
    path.write_bytes(csv_text([row()]).encode() + b"\n" * 10_000_000)
    assert refused(command(path, "--json", profile=intake.profile()))["code"] == "too_many_empty_rows"


def test_ten_million_empty_sheet_rows_are_refused(command: Command, intake: Intake) -> None:
    path = intake.folder / "empty.xlsx"
    _workbook(path, b"<worksheet><sheetData>" + b"<row/>" * 10_000_000 + b"</sheetData></worksheet>")
    assert refused(command(path, "--json", profile=intake.profile()))["code"] in {
        "too_many_empty_rows",
        "workbook_bomb",
    }


def test_a_zip_bomb_is_refused(command: Command, intake: Intake) -> None:
    path = intake.folder / "bomb.xlsx"
    _workbook(path, bytes(400 * MIB))
    assert refused(command(path, "--json", profile=intake.profile()))["code"] == "workbook_bomb"


def test_a_cell_of_gigabytes_is_not_built(command: Command, intake: Intake) -> None:
    path = intake.folder / "cell.xlsx"
    noise = b"".join(b"%032x" % (i * 2654435761) for i in range(4 * MIB))
    _workbook(path, b"<worksheet><sheetData><row><c t='str'><v>" + noise + b"</v></c></row></sheetData></worksheet>")
    assert refused(command(path, "--json", profile=intake.profile()))["code"] in {"no_header", "file_too_large"}


def test_a_hundred_thousand_bad_rows_are_kept_in_bounded_memory(command: Command, intake: Intake) -> None:
    path = intake.folder / "bad.csv"
    with path.open("w") as file:
        file.write(csv_text([row()]))
        file.writelines(f"{n},0042,Acme,USD,x,3/4/2025,3/5/2025,,no\n" for n in range(100_000))
    answer = command(path, "--json", profile=intake.profile())
    assert answer.status == 1
    assert answer.peak_bytes < MEMORY
    assert (answer.json["quarantined"], len(answer.json["quarantine"])) == (100_000, 10_000)
    assert answer.json["quarantine_omitted"] == 90_000
    assert QuarantinedRow.objects.count() == 100_000


def _workbook(path: Path, sheet: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/workbook.xml", WORKBOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
