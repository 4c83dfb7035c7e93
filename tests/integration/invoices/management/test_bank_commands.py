"""Commands of bank lines and of the numbers of matching."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.domain.roles import Role
from invoices.models import MatchingSetting
from tests.integration.invoices.builders import make_buyer, make_invoice
from tests.integration.invoices.services.bank.builders import make_actor, make_line

pytestmark = pytest.mark.django_db


def answer(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def test_match_lines_counts_what_became_of_them() -> None:
    invoice = make_invoice(make_buyer("ACME"), "100")
    make_line("100", payer_name="Buyer ACME", remittance=invoice.number)
    make_line("5")
    assert answer("match_lines") == {"again": 0, "lines": 2, "posted": 1, "proposed": 0, "open": 1}
    assert answer("match_lines", "--again")["again"] == 1


def test_matching_setting_shows_and_changes_the_numbers_in_a_persons_name() -> None:
    manager = make_actor(Role.MANAGER)
    person = ("--as", manager.username, "--reason", "audit week")
    assert answer("matching_setting")["version"] == 0
    changed = answer("matching_setting", "--set", "threshold=0.97", "--off", *person)
    assert (changed["numbers"]["threshold"], changed["is_enabled"]) == ("0.97", False)
    assert answer("matching_setting", "--on", *person)["numbers"]["threshold"] == "0.97"
    assert MatchingSetting.objects.latest("version").created_by == manager
    with pytest.raises(CommandError, match="There is no user"):
        call_command("matching_setting", "--on")
    with pytest.raises(CommandError, match="Give the reason"):
        call_command("matching_setting", "--on", "--as", manager.username)
