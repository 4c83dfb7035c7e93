"""A drawn month is matched rightly, and nothing of the measurement stays."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from buyers.models import Buyer
from invoices.models import BankLine, Invoice

pytestmark = pytest.mark.django_db


def test_what_posts_by_itself_is_right_and_the_database_is_left_as_it_was() -> None:
    out = StringIO()
    call_command("measure_matching", seed=[7], buyers=50, json=True, stdout=out)
    answer = json.loads(out.getvalue())
    total = answer["total"]
    assert total["payments"] > 100
    assert total["posted_percent"] > 65
    assert total["right_percent"] >= 99.5
    assert not any(model.objects.exists() for model in (Buyer, Invoice, BankLine))
