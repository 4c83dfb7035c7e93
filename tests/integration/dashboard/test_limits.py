"""Limits and approvals: board, requests and signatures, review diary, authority, insured limits."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from core.domain.roles import Role
from core.models import User
from cover.models import InsuredLimit
from credit.domain.standings import YES, StandingKind
from credit.models import AuthorityVersion, CreditLimit, CreditReview, LimitDecision, LimitRequest, Substitute
from tests.integration.credit.asking import ask
from tests.integration.credit.builders import TODAY, set_standing
from tests.integration.dashboard.credit_world import CreditWorld, make_credit_world
from tests.integration.dashboard.desk import SIGNED_IN, check_denied, sign_in, text_of
from tests.integration.dashboard.reading import csv_rows, inline_code_of, rows_of
from tests.integration.dashboard.reading import text_of as words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture
def world() -> CreditWorld:
    return make_credit_world()


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=SIGNED_IN)
    return client


def request_of(world: CreditWorld) -> LimitRequest:
    return LimitRequest.objects.get(pk=world.request.pk)


def decide(client: Client, world: CreditWorld, verb: str, **given: Any) -> Any:
    data = {"version": request_of(world).version, "comment": "", **given}
    return client.post(f"/limits/requests/{world.request.pk}/{verb}/", data, follow=True)


def test_board_shows_limits_and_how_much_is_used(world: CreditWorld) -> None:
    rows = rows_of(sign_in("auditor").get("/limits/"), "t-limits")
    by_name = {row[0]: row for row in rows}
    acme = next(row for name, row in by_name.items() if "ACME" in name)
    assert "500,000.00" in acme
    assert "580,000" in acme
    assert "116 %" in acme
    assert any("G1" in name for name in by_name)


def test_a_request_warns_of_buyers_of_whom_little_is_known(world: CreditWorld) -> None:
    manager, words = sign_in("credit_manager"), "Little is known of"
    assert words not in words_of(manager.get(f"/limits/requests/{world.request.pk}/"))
    set_standing(world.other, StandingKind.LOW_COVERAGE, YES)
    asked = ask(world.other, "1000", by=User.objects.get(username="asker"))
    assert f"{words} OTHER:" in words_of(manager.get(f"/limits/requests/{asked.pk}/"))
    assert words not in words_of(as_user(world.ben).get(f"/limits/requests/{asked.pk}/"))


def test_board_is_filtered_and_exported(world: CreditWorld) -> None:
    client = sign_in("credit_manager")
    assert "Buyer ACME" not in words_of(client.get("/limits/", {"which": "groups"}))
    assert "Buyer ACME" in words_of(client.get("/limits/", {"q": "acm"}))
    assert "No limit here" in words_of(client.get("/limits/", {"q": "nobody"}))
    rows = csv_rows(client.get("/limits/", {"export": "csv"}))
    assert any(row[0] == "Buyer ACME" for row in rows)


def test_sales_do_not_reach_limits(world: CreditWorld) -> None:
    for path in ("/limits/", "/limits/insured/", "/limits/authority/", "/limits/reviews/", "/rules/order-check/"):
        check_denied(path, "sales", "administrator")
    account = world.hold.buyer.credit_account.pk
    check_denied(f"/limits/accounts/{account}/", "sales", "administrator")
    check_denied("/exposure/?buyer=ACME", "sales", "administrator")
    page = words_of(as_user(world.ana).get("/buyers/ACME/?tab=credit"))
    for hidden in ("500,000", "900,000", "200,000", "580,000", "nsured"):
        assert hidden not in page, hidden


def test_account_page_draws_the_limit_over_time(world: CreditWorld) -> None:
    account = world.acme.credit_account.pk
    response = sign_in("credit_manager").get(f"/limits/accounts/{account}/")
    page = words_of(response)
    assert "Limit in force and exposure at the month-ends" in text_of(response)
    assert "Cut a limit now" in page
    assert "Cut a limit now" not in words_of(sign_in("auditor").get(f"/limits/accounts/{account}/"))
    assert sign_in("auditor").get("/limits/accounts/999999/").status_code == 404


def test_limit_is_cut_now_and_never_raised_here(world: CreditWorld) -> None:
    account, client = world.acme.credit_account.pk, sign_in("credit_manager")
    cut = {"kind": "own", "amount": "300000", "currency": "USD", "reason": "rating fell"}
    response = client.post(f"/limits/accounts/{account}/cut/", {**cut, "amount": "800000"})
    assert response.status_code == 422
    assert not CreditLimit.objects.filter(amount=800000).exists()
    page = words_of(client.post(f"/limits/accounts/{account}/cut/", cut, follow=True))
    assert "rating fell" in page
    assert CreditLimit.objects.filter(amount=300000).count() == 1
    check_denied(f"/limits/accounts/{account}/cut/", "credit_analyst", "auditor", "sales", method="post", data=cut)


def test_form_shows_the_four_methods_and_which_binds(world: CreditWorld) -> None:
    page = words_of(sign_in("credit_analyst").get("/limits/ask/", {"buyer": "ACME"}))
    for words in (
        "Recommended:",
        "bound by:",
        "need",
        "capacity",
        "insurer and own appetite",
        "budget for expected loss",
    ):
        assert words in page, words
    sales = words_of(as_user(world.ana).get("/limits/ask/", {"buyer": "ACME"}))
    assert "Recommended" not in sales
    assert "200,000" not in sales


def ask_for(client: Client, **changes: Any) -> Any:
    given = {
        "buyer": "OTHER",
        "kind": "own",
        "amount": "100000",
        "currency": "USD",
        "valid_from": TODAY.isoformat(),
        "reason": "season",
    }
    return client.post("/limits/ask/", given | changes, follow=True)


def test_sales_ask_for_their_buyer_and_see_what_became_of_it(world: CreditWorld) -> None:
    page = words_of(ask_for(as_user(world.ben)))
    assert "Asked. Somebody else decides on it." in page
    assert "season" in page
    for hidden in ("Recommended", "nsured", "Your decision", "frozen"):
        assert hidden not in page, hidden
    assert "Buyer OTHER" in words_of(as_user(world.ben).get("/limits/requests/"))
    assert "Buyer OTHER" not in words_of(as_user(world.ana).get("/limits/requests/"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"buyer": "NOBODY"}, "There is no buyer"),
        ({"buyer": "ACME"}, "There is no buyer"),
        ({"buyer": ""}, "Write a buyer or a group."),
        ({"group": "G1"}, "Write a buyer or a group."),
        ({"buyer": "", "group": "G1"}, "There is no group"),
        ({"amount": "-1"}, "amount"),
        ({"currency": "ZZZ"}, "ZZZ"),
        ({"kind": "temporary"}, "valid_to"),
        ({"valid_to": "2001-01-01"}, "valid_to"),
        ({"reason": ""}, "This field is required"),
    ],
)
def test_bad_request_is_refused_at_its_field(world: CreditWorld, changes: dict[str, str], words: str) -> None:
    before = LimitRequest.objects.count()
    response = ask_for(as_user(world.ben), **changes)
    assert response.status_code == 422
    assert words in text_of(response)
    assert LimitRequest.objects.count() == before


def test_request_shows_facts_methods_and_what_is_needed(world: CreditWorld) -> None:
    response = sign_in("auditor").get(f"/limits/requests/{world.request.pk}/")
    page = words_of(response)
    for words in ("USD 540,000.00", "counted for authority", "Recommended:", "of 1", "Seal"):
        assert words in page, words
    assert "Your decision" not in page
    assert inline_code_of(response) == []


def test_other_person_approves_and_the_limit_counts(world: CreditWorld) -> None:
    page = words_of(decide(sign_in("finance_director"), world, "approve"))
    assert "Signed." in page
    assert CreditLimit.objects.filter(request=world.request, amount=540000).count() == 1
    decide(sign_in("finance_director"), world, "approve", version=1)
    assert LimitDecision.objects.count() == 1


def test_nobody_approves_what_they_asked_for(world: CreditWorld) -> None:
    asker = User.objects.get(username="asker")
    asker.role = Role.DIRECTOR
    asker.save()
    page = words_of(as_user(asker).get(f"/limits/requests/{world.request.pk}/"))
    assert "Nobody approves what they entered" in page
    assert "Your decision" not in page
    decide(as_user(asker), world, "approve")
    assert request_of(world).state == "pending"
    assert not LimitDecision.objects.exists()


def test_rejecting_needs_a_reason(world: CreditWorld) -> None:
    client = sign_in("finance_director")
    assert decide(client, world, "reject").status_code == 422
    assert request_of(world).state == "pending"
    decide(client, world, "reject", comment="too much")
    assert request_of(world).state == "rejected"


def test_own_request_is_withdrawn_once(world: CreditWorld) -> None:
    client = as_user(User.objects.get(username="asker"))
    client.post(f"/limits/requests/{world.request.pk}/withdraw/", {"version": request_of(world).version})
    assert request_of(world).state == "withdrawn"
    page = client.post(f"/limits/requests/{world.request.pk}/withdraw/", {"version": "1"}, follow=True)
    assert "notice-bad" in text_of(page)


def test_who_may_not_decide_is_refused(world: CreditWorld) -> None:
    for verb in ("approve", "reject"):
        path = f"/limits/requests/{world.request.pk}/{verb}/"
        check_denied(path, "sales", "credit_analyst", "auditor", "administrator", method="post", data={"version": 1})
    assert request_of(world).state == "pending"
    assert sign_in("auditor").get("/limits/requests/999999/").status_code == 404
    assert as_user(world.ben).get(f"/limits/requests/{world.request.pk}/").status_code == 404


def test_requests_are_listed_by_state(world: CreditWorld) -> None:
    client = sign_in("credit_manager")
    assert "Buyer ACME" in words_of(client.get("/limits/requests/"))
    assert "Buyer ACME" not in words_of(client.get("/limits/requests/", {"state": "decided"}))


def make_review(world: CreditWorld) -> CreditReview:
    due = TODAY + timedelta(days=3)
    return CreditReview.objects.create(account=world.acme.credit_account, due_on=due, interval_days=91)


def test_review_is_done_with_a_note_and_comes_again(world: CreditWorld) -> None:
    review = make_review(world)
    client = sign_in("credit_analyst")
    assert "Buyer ACME" in words_of(client.get("/limits/reviews/"))
    assert client.post(f"/limits/reviews/{review.pk}/", {"done-note": ""}).status_code == 422
    client.post(f"/limits/reviews/{review.pk}/", {"done-note": "all well"})
    review.refresh_from_db()
    assert (review.state, review.note) == ("done", "all well")
    assert CreditReview.objects.filter(account=review.account, state="open").count() == 1
    assert client.get("/limits/reviews/999999/").status_code == 404


def authority_form(**changes: str) -> dict[str, str]:
    rows = [("credit_manager", "ABC", "100000"), ("finance_director", "ABCDE", ""), ("", "", "")]
    data = {"bands-TOTAL_FORMS": str(len(rows)), "bands-INITIAL_FORMS": "0"}
    for place, (role, grades, up_to) in enumerate(rows):
        data |= {f"bands-{place}-role": role, f"bands-{place}-grades": grades, f"bands-{place}-up_to": up_to}
    return data | {"version": "0", "currency": "USD", "cosign_above": "300000", "reason": "new year"} | changes


def test_director_changes_the_delegation_as_a_new_version(world: CreditWorld) -> None:
    page = words_of(sign_in("finance_director").post("/limits/authority/change/", authority_form(), follow=True))
    assert "new year" in page
    found = AuthorityVersion.objects.get()
    assert (found.version, found.cosign_above) == (1, Decimal(300000))
    stale = sign_in("finance_director").post("/limits/authority/change/", authority_form())
    assert stale.status_code == 422
    assert AuthorityVersion.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"bands-1-up_to": "5"},
        {"bands-0-grades": "XYZ"},
        {"bands-0-role": "sales"},
        {"currency": "ZZZ"},
        {"reason": ""},
        {"bands-0-grades": ""},
    ],
)
def test_bad_delegation_is_refused(world: CreditWorld, changes: dict[str, str]) -> None:
    response = sign_in("finance_director").post("/limits/authority/change/", authority_form(**changes))
    assert response.status_code == 422
    assert not AuthorityVersion.objects.exists()


def test_others_read_the_delegation_and_change_nothing(world: CreditWorld) -> None:
    page = words_of(sign_in("credit_manager").get("/limits/authority/"))
    assert "without bound" in page
    assert "Change the delegation" not in page
    for path in ("/limits/authority/change/", "/limits/authority/substitutes/"):
        check_denied(path, "credit_manager", "auditor", "sales", method="post", data=authority_form())
    assert not AuthorityVersion.objects.exists()


def test_substitute_is_named_and_ended(world: CreditWorld) -> None:
    director = sign_in("finance_director")
    away, deputy = (User.objects.create(username=name, role="credit_manager") for name in ("away", "deputy"))
    given = {"user": away.pk, "deputy": deputy.pk, "starts_on": TODAY.isoformat()}
    page = director.post("/limits/authority/substitutes/", {**given, "ends_on": "2001-01-01"})
    assert page.status_code == 422
    end = (TODAY + timedelta(days=10)).isoformat()
    page = words_of(director.post("/limits/authority/substitutes/", {**given, "ends_on": end}, follow=True))
    assert "deputy stands in for away" in page
    row = Substitute.objects.get()
    director.post(f"/limits/authority/substitutes/{row.pk}/end/")
    row.refresh_from_db()
    assert row.ends_on == TODAY


def insured(**changes: Any) -> dict[str, Any]:
    given = {
        "buyer": "OTHER",
        "insurer": "Coface",
        "number": "0017",
        "amount": "50000",
        "currency": "USD",
        "percent": "90",
        "valid_from": TODAY.isoformat(),
    }
    return given | changes


def test_insured_limit_is_entered_by_hand_once(world: CreditWorld) -> None:
    client = sign_in("credit_analyst")
    assert "Recorded." in words_of(client.post("/limits/insured/hand/", insured(), follow=True))
    assert "on record already" in words_of(client.post("/limits/insured/hand/", insured(), follow=True))
    assert InsuredLimit.objects.filter(insurer="Coface").count() == 1
    assert "Coface" in words_of(client.get("/limits/insured/"))


@pytest.mark.parametrize("changes", [{"buyer": "NOBODY"}, {"percent": "101"}, {"currency": "ZZZ"}, {"amount": "-1"}])
def test_bad_insured_limit_is_refused(world: CreditWorld, changes: dict[str, str]) -> None:
    response = sign_in("credit_analyst").post("/limits/insured/hand/", insured(**changes))
    assert response.status_code == 422
    assert "errorlist" in text_of(response)
    assert not InsuredLimit.objects.filter(insurer="Coface").exists()


HEAD = "buyer_code,insurer,number,amount,currency,percent,valid_from"


def csv_file(*lines: str) -> io.BytesIO:
    file = io.BytesIO("\n".join([HEAD, *lines]).encode())
    file.name = "limits.csv"
    return file


def test_file_is_looked_at_first_and_then_taken(world: CreditWorld) -> None:
    client, line = sign_in("credit_analyst"), f"OTHER,Coface,7,50000,USD,90,{TODAY}"
    page = words_of(
        client.post("/limits/insured/file/", {"file": csv_file(line, "NOBODY,Coface,8,1,USD,90,2026-01-01")})
    )
    assert "What would become of the file" in page
    assert "NOBODY" in page
    assert not InsuredLimit.objects.filter(insurer="Coface").exists()
    page = words_of(client.post("/limits/insured/file/", {"file": csv_file(line), "load": "1"}))
    assert "What became of the file" in page
    assert InsuredLimit.objects.filter(insurer="Coface").count() == 1


def test_file_that_is_none_is_refused(world: CreditWorld) -> None:
    file = io.BytesIO(b"\x00\x01")
    file.name = "virus.exe"
    response = sign_in("credit_analyst").post("/limits/insured/file/", {"file": file, "load": "1"})
    assert response.status_code == 422
    assert ".csv or .xlsx" in text_of(response)


def test_file_without_the_columns_is_refused_and_says_why(world: CreditWorld) -> None:
    file = io.BytesIO(b"a,b\n1,2\n")
    file.name = "limits.csv"
    response = sign_in("credit_analyst").post("/limits/insured/file/", {"file": file, "load": "1"})
    assert response.status_code == 422
    assert "errorlist" in text_of(response)
    assert InsuredLimit.objects.count() == 1


def test_cover_is_written_by_who_may(world: CreditWorld) -> None:
    check_denied("/limits/insured/new/", "auditor", "sales", "administrator")
    check_denied("/limits/insured/hand/", "auditor", "sales", method="post", data=insured())
    assert "Add one" not in words_of(sign_in("auditor").get("/limits/insured/"))


def test_exposure_leads_to_its_documents(world: CreditWorld) -> None:
    client = sign_in("auditor")
    page = words_of(client.get("/exposure/", {"buyer": "ACME"}))
    for words in ("SO-INSIDE", "SO-LATER", "310,000", "SO-GONE"):
        assert words in page, words
    later = words_of(client.get("/exposure/", {"buyer": "ACME", "part": "orders_later"}))
    assert "SO-LATER" in later
    assert "SO-INSIDE" not in later
    assert client.get("/exposure/", {"buyer": "ACME", "part": "gold"}).status_code == 422
    assert client.get("/exposure/", {"buyer": "NOBODY"}).status_code == 404
    assert "SO-LATER" in words_of(client.get("/exposure/", {"group": "G1"}))


def test_buyer_and_group_show_exposure_against_their_limits(world: CreditWorld) -> None:
    client = sign_in("finance_director")
    buyer = client.get("/buyers/ACME/?tab=credit")
    for words in ("net exposure", "580,000", "limit of the buyer", "limit of the group", "insured limit"):
        assert words in words_of(buyer), words
    assert inline_code_of(client.get("/buyers/ACME/?tab=credit")) == []
    group = words_of(client.get("/groups/G1/"))
    assert "limit of the group" in group
    assert "900,000" in group
