"""The pages in a browser: no complaint, every chart drawn, nothing wider than the screen."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.domain.roles import Role
from tests.functional.conftest import await_late_parts

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[..., Page]

PAGES = (
    "/",
    "/figures/",
    "/aging/",
    "/aging/?group=country&in=document",
    "/buyers/",
    "/buyers/C20001/",
    "/buyers/C20001/?tab=score",
    "/buyers/C20001/?tab=trade",
    "/buyers/C20001/?tab=timeline",
    "/buyers/C20001/?tab=file",
    "/buyers/C20001/?tab=records",
    "/groups/CORVANDEL/",
    "/open-items/",
    "/imports/duplicates/",
    "/glossary/",
    "/no/such/page/",
)


def check(page: Page, path: str) -> None:
    """All charts drawn, no sideways scrolling, one main heading."""
    await_late_parts(page)
    figures = page.locator("figure[data-chart]").count()
    expect(page.locator(".chart-canvas[data-drawn]")).to_have_count(figures)
    expect(page.locator("h1")).to_have_count(1)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], f"{path} is {width} wide"  # type: ignore[index]


@pytest.mark.parametrize("look", ["light", "dark", "phone", "中文"])
def test_pages_show_without_a_complaint(look: str, demo: None, sign_in: SignIn, page_problems: list[str]) -> None:
    page = sign_in(Role.MANAGER)
    page.emulate_media(color_scheme="dark" if look == "dark" else "light")
    if look == "phone":
        page.set_viewport_size({"width": 390, "height": 844})
    if look == "中文":
        page.get_by_role("button", name="简体中文").click()
        expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    for path in PAGES:
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + path)
        check(page, path)
    problems = [problem for problem in page_problems if "404" not in problem]
    page_problems.clear()
    assert problems == []


def test_story_lines_stand_on_home_without_a_search(demo: None, sign_in: SignIn) -> None:
    movers = sign_in(Role.DIRECTOR).locator("table.movers")
    expect(movers).to_contain_text("Corvandel Group")
    expect(movers).to_contain_text("5 related companies.")
    expect(movers).to_contain_text("Velmora Home Brands Inc.")
    expect(movers).to_contain_text("New customer: first invoice")


def test_figure_leads_to_its_rows_and_the_row_to_its_invoice(demo: None, sign_in: SignIn) -> None:
    page = sign_in(Role.ANALYST)
    page.locator(".tile", has_text="Over 90 days").locator("a.value").click()
    expect(page.locator("h1")).to_have_text("Open items")
    page.locator("#t-open-items tbody tr").first.locator("a").first.click()
    expect(page.locator("h1")).to_contain_text("Invoice INV")
    expect(page.locator("#t-entries tbody tr").first).to_contain_text("invoice issued")


def test_table_is_ordered_and_paged_in_place(demo: None, sign_in: SignIn) -> None:
    page = sign_in(Role.ANALYST, path="/open-items/")
    page.evaluate("window.isSamePage = true")
    page.locator("#t-open-items th a", has_text="issued").click()
    expect(page.locator("#t-open-items th[aria-sort]")).to_contain_text("issued")
    expect(page).to_have_url(re.compile("sort=amount"))
    page.get_by_role("link", name="Next").click()
    expect(page.locator("#t-open-items .pages")).to_contain_text("page 2 of")
    assert page.evaluate("window.isSamePage") is True


def test_term_explains_itself_to_the_keyboard(demo: None, sign_in: SignIn) -> None:
    page = sign_in(Role.ANALYST)
    page.locator(".tile .term", has_text="DSO").focus()
    tip = page.locator("#tip")
    expect(tip).to_be_visible()
    expect(tip).to_contain_text("应收账款周转天数")
    expect(tip).to_contain_text("= receivables / credit sales × days of the period")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_first_tab_skips_to_the_content(demo: None, sign_in: SignIn) -> None:
    page = sign_in(Role.ANALYST, path="/glossary/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-to-main")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_choice_of_dark_is_kept(demo: None, sign_in: SignIn) -> None:
    page = sign_in(Role.ANALYST, path="/glossary/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    page.get_by_role("button", name="Light or dark").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_table_comes_as_a_file(demo: None, sign_in: SignIn) -> None:
    page = sign_in(Role.ANALYST, path="/aging/")
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX").click()
    assert download.value.suggested_filename == "duewatch-aging.xlsx"


def test_actions_that_a_role_may_not_do_are_absent(demo: None, sign_in: SignIn) -> None:
    page = sign_in(Role.AUDITOR, path="/buyers/0041730/?tab=records")
    expect(page.get_by_text("Records of the same customer")).to_be_visible()
    expect(page.get_by_role("button", name="Merge")).to_have_count(0)
    expect(page.get_by_role("link", name="Administration")).to_have_count(0)
