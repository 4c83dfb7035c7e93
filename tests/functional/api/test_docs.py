"""The API's own pages in a browser, under the strict content security policy (any violation fails the test)."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.test import Client
from playwright.sync_api import Page, expect

from core.domain.roles import Role
from tests.integration.invoices.builders import make_buyer

pytestmark = pytest.mark.django_db(transaction=True)


def test_documentation_is_shown_to_everybody(page: Page, live_server: Any) -> None:
    page.goto(f"{live_server.url}/api/docs/")
    expect(page.get_by_role("heading", name="Duewatch API")).to_be_visible()
    for summary in (
        "Buyers",
        "Invoices as of a day",
        "Aging of any date",
        "Latest score of each buyer",
        "Early warnings",
    ):
        expect(page.get_by_text(summary, exact=True).first).to_be_visible()


def test_operation_is_tried_out_with_the_session(sign_in: Callable[..., Page], live_server: Any) -> None:
    make_buyer("ACME")
    page = sign_in(Role.AUDITOR, path="/api/docs/")
    page.locator("#operations-buyers-listBuyers .opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    answer = page.locator("#operations-buyers-listBuyers .live-responses-table")
    expect(answer).to_contain_text("200")
    expect(answer).to_contain_text("ACME")


@pytest.mark.parametrize(("accept", "read"), [("application/json", json.loads), ("application/yaml", yaml.safe_load)])
def test_document_is_given_as_json_and_as_yaml(accept: str, read: Callable[[bytes], Any]) -> None:
    response = Client().get("/api/schema/", HTTP_ACCEPT=accept)
    document = read(response.content)
    assert (document["openapi"], document["info"]["title"]) == ("3.1.0", "Duewatch API")
