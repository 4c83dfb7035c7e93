"""What is kept of all names is at any time what a fresh reading finds."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from buyers.models import Buyer, BuyerAlias
from buyers.queries.parties import similar_names
from buyers.queries.spellings import all_spellings
from core.queries.sql import fetch_all

pytestmark = pytest.mark.django_db

FRESH = """
SELECT id, name FROM buyers_buyer WHERE name <> '' UNION ALL SELECT id, name_zh FROM buyers_buyer WHERE name_zh <> ''
UNION ALL SELECT buyer_id, name FROM buyers_buyeralias
"""


def check() -> None:
    known = all_spellings()
    assert Counter(zip(known.buyer_ids, known.names, strict=True)) == Counter(fetch_all(FRESH))
    assert len(known.words) == len(known.names)


def test_what_is_added_changed_and_taken_away_is_seen() -> None:
    check()
    first = Buyer.objects.create(code="A", name="Nordic Timber", name_zh="北木")
    check()
    second = Buyer.objects.create(code="B", name="Acme")
    spelling = BuyerAlias.objects.create(buyer=first, name="Timber, Nordic", source="erp")
    check()
    Buyer.objects.filter(pk=first.pk).update(name="Southern Timber")
    BuyerAlias.objects.create(buyer=second, name="Acme Works", source="erp")
    check()
    spelling.delete()
    BuyerAlias.objects.create(buyer=second, name="Acme Mills", source="erp")
    check()
    second.delete()
    Buyer.objects.create(code="C", name="Zebra")
    check()


def test_what_is_rolled_back_was_never_there() -> None:
    check()
    with transaction.atomic():
        Buyer.objects.create(code="A", name="Nordic Timber")
        check()
        transaction.set_rollback(True)
    check()
    Buyer.objects.create(code="B", name="Acme")
    check()


def test_names_that_are_known_are_not_read_again() -> None:
    Buyer.objects.create(code="A", name="Nordic Timber")
    assert [score for _pk, score in similar_names(["Timber Nordic"], cutoff=70, limit=5)] == [100]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        similar_names(["Timber Nordic"], cutoff=70, limit=5)
    assert len(queries) == 1
    before = all_spellings()
    added = Buyer.objects.create(code="B", name="Acme")
    now = all_spellings()
    assert (now.read_at, list(now.buyer_ids[-1:])) == (before.read_at, [added.pk])
    assert all_spellings() is now
