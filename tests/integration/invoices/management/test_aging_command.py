"""The aging and metrics commands: one JSON object, amounts as strings, status 1 when refused."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from invoices.models import ControlBalance
from tests.integration.invoices.builders import make_buyer, make_invoice

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> dict[str, object]:
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_aging_answers_with_the_promised_shape() -> None:
    make_invoice(make_buyer(), "100.5")
    answer = run("aging", "--as-of", "2026-04-30")
    shape = {"as_of", "by", "currency", "items", "buyers", "amount", "buckets", "control"}
    assert shape <= set(answer)
    assert (answer["amount"], answer["currency"], answer["items"], answer["buyers"]) == ("100.50", "USD", 1, 1)
    assert answer["buckets"][1] == {"label": "1-30", "items": 1, "amount": "100.50"}
    control = {name: answer["control"][name] for name in ("ledger", "aging", "ok")}
    assert control == {"ledger": "100.50", "aging": "100.50", "ok": True}


def test_aging_of_one_buyer_shows_that_buyer_only() -> None:
    wanted = make_buyer("00042")
    make_invoice(wanted, "100")
    make_invoice(make_buyer(), "900")
    assert run("aging", "--as-of", "2026-04-30", "--buyer", "00042")["amount"] == "100.00"


@pytest.mark.parametrize(
    ("arguments", "code", "value"),
    [
        (("--as-of", "2026-02-30"), "date_invalid", "2026-02-30"),
        (("--as-of", "2026-04-30", "--buyer", "nobody"), "buyer_not_found", "nobody"),
        (("--as-of", "2026-04-30", "--currency", "DOLLAR"), "currency_unknown", "DOLLAR"),
        (("--as-of", "2026-04-30", "--as-known-at", "noon"), "moment_invalid", "noon"),
    ],
)
def test_bad_input_is_named_with_its_field_and_value(arguments: tuple[str, ...], code: str, value: str) -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("aging", *arguments, "--json", stdout=out)
    error = json.loads(out.getvalue())["error"]
    assert (ended.value.code, error["code"], error["value"]) == (1, code, value)
    with pytest.raises(CommandError, match=value):
        call_command("aging", *arguments, stdout=StringIO())


def test_a_mismatch_ends_with_status_1() -> None:
    buyer = make_buyer()
    make_invoice(buyer, "100")
    ControlBalance.objects.filter(buyer=buyer).update(receivable=90)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("aging", "--as-of", "2026-04-30", "--json", stdout=out)
    answer = json.loads(out.getvalue())["control"]
    assert (answer["ledger"], answer["aging"], answer["ok"]) == ("90.00", "100.00", False)


def test_metrics_print_each_figure_with_its_inputs() -> None:
    make_invoice(make_buyer(), "100", issued="2026-04-10", due="2026-05-10")
    answer = run("metrics", "--as-of", "2026-04-30")
    dso = answer["metrics"]["dso"]
    assert dso["inputs"]["receivables"] == "100.00"
    assert dso["value"] == "89.00"
    assert answer["metrics"]["weighted_days_beyond_terms"]["value"] is None
    out = StringIO()
    call_command("metrics", "--as-of", "2026-04-30", stdout=out)
    assert "n/a" in out.getvalue()
