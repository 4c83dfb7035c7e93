"""Addresses of order desk, holds, limits and approvals, and the rules of the order check."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from dashboard.exposure import ExposurePage
from dashboard.holds import detail, force, worklist
from dashboard.limits import account, ask, authority, board, decide, instruments, insured, requests, reviews, terms
from dashboard.order_rules import pages as order_rules
from dashboard.orders import desk, standing
from dashboard.uninsured import UninsuredPage, UninsuredTile

urlpatterns: list[URLPattern] = [
    path("orders/", desk.DeskPage.as_view(), name="orders"),
    path("orders/buyers/", desk.BuyerOffers.as_view(), name="order_buyers"),
    path("orders/checks/<int:check_id>/", desk.CheckPage.as_view(), name="order_check"),
    path("orders/<int:order_id>/check/", desk.OrderCheckNow.as_view(), name="order_check_now"),
    path("orders/<int:order_id>/answer/", standing.OrderAnswer.as_view(), name="order_answer"),
    path("holds/", worklist.HoldsPage.as_view(), name="holds"),
    path("holds/force/", force.ForcePage.as_view(), name="hold_force"),
    path("holds/<int:hold_id>/", detail.HoldPage.as_view(), name="hold"),
    re_path(
        r"^holds/(?P<hold_id>\d+)/(?P<verb>release|reject|forward|recheck|lift)/$",
        detail.HoldWork.as_view(),
        name="hold_work",
    ),
    path("exposure/uninsured/", UninsuredPage.as_view(), name="uninsured"),
    path("exposure/uninsured/tile/", UninsuredTile.as_view(), name="uninsured_tile"),
    path("exposure/", ExposurePage.as_view(), name="exposure"),
    path("limits/", board.BoardPage.as_view(), name="limits"),
    path("limits/accounts/<int:account_id>/", account.AccountPage.as_view(), name="limit_account"),
    path("limits/accounts/<int:account_id>/cut/", account.AccountCut.as_view(), name="limit_cut"),
    path("limits/ask/", ask.AskPage.as_view(), name="limit_ask"),
    path("limits/requests/", requests.RequestsPage.as_view(), name="limit_requests"),
    path("limits/requests/<int:request_id>/", decide.RequestPage.as_view(), name="limit_request"),
    re_path(
        r"^limits/requests/(?P<request_id>\d+)/(?P<verb>approve|reject)/$",
        decide.RequestDecide.as_view(),
        name="limit_decide",
    ),
    path("limits/requests/<int:request_id>/withdraw/", decide.RequestWithdraw.as_view(), name="limit_withdraw"),
    path("limits/reviews/", reviews.ReviewsPage.as_view(), name="limit_reviews"),
    path("limits/reviews/<int:review_id>/", reviews.ReviewPage.as_view(), name="limit_review"),
    path("limits/insured/", insured.InsuredPage.as_view(), name="limit_insured"),
    path("limits/insured/new/", insured.InsuredWork.as_view(), name="limit_insured_new"),
    path("limits/insured/hand/", insured.InsuredNew.as_view(), name="limit_insured_hand"),
    path("limits/insured/file/", insured.InsuredFile.as_view(), name="limit_insured_file"),
    path("limits/instruments/", instruments.InstrumentsPage.as_view(), name="limit_instruments"),
    path("limits/instruments/new/<str:kind>/", instruments.InstrumentNew.as_view(), name="instrument_new"),
    path("limits/instruments/<str:kind>/<int:pk>/", instruments.InstrumentPage.as_view(), name="instrument"),
    path(
        "limits/instruments/<str:kind>/<int:pk>/change/",
        instruments.InstrumentChange.as_view(),
        name="instrument_change",
    ),
    path("limits/instruments/<str:kind>/<int:pk>/end/", instruments.InstrumentEnd.as_view(), name="instrument_end"),
    path("limits/authority/", authority.AuthorityPage.as_view(), name="limit_authority"),
    path("limits/authority/change/", authority.AuthorityChange.as_view(), name="limit_authority_change"),
    path("limits/authority/substitutes/", authority.SubstituteNew.as_view(), name="limit_substitute_new"),
    path(
        "limits/authority/substitutes/<int:substitute_id>/end/",
        authority.SubstituteEnd.as_view(),
        name="limit_substitute_end",
    ),
    path("limits/terms/", terms.TermsPage.as_view(), name="limit_terms"),
    re_path(r"^limits/terms/(?P<grade>[A-E])/$", terms.TermsChange.as_view(), name="limit_terms_change"),
    path("rules/order-check/", order_rules.OrderRulesPage.as_view(), name="check_rules"),
    path("rules/order-check/go/", order_rules.OrderRuleGo.as_view(), name="check_rule_go"),
    path("rules/order-check/<str:code>/", order_rules.OrderRulePage.as_view(), name="check_rule"),
]
