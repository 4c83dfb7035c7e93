"""Addresses of the pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from dashboard.aging import AgingPage
from dashboard.buyer import BuyerPage
from dashboard.buyers import BuyersPage
from dashboard.figures import FiguresPage
from dashboard.glossary_page import GlossaryPage
from dashboard.group import GroupPage
from dashboard.home import HomePage
from dashboard.invoice import InvoicePage
from dashboard.language import switch_language
from dashboard.merges import MergeAction
from dashboard.open_items import OpenItemsPage
from dashboard.snapshots import SnapshotProgress, SnapshotRefresh

app_name = "dashboard"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", HomePage.as_view(), name="home"),
    path("figures/", FiguresPage.as_view(), name="figures"),
    path("snapshots/", SnapshotRefresh.as_view(), name="snapshot_refresh"),
    path("snapshots/<int:run>/", SnapshotProgress.as_view(), name="snapshot"),
    path("aging/", AgingPage.as_view(), name="aging"),
    path("buyers/", BuyersPage.as_view(), name="buyers"),
    # A source's code is text and may hold anything, a slash included.
    path("buyers/<path:code>/", BuyerPage.as_view(), name="buyer"),
    path("groups/<path:code>/", GroupPage.as_view(), name="group"),
    path("duplicates/<int:pk>/", MergeAction.as_view(), name="merge"),
    path("open-items/", OpenItemsPage.as_view(), name="open_items"),
    path("invoices/<int:pk>/", InvoicePage.as_view(), name="invoice"),
    path("glossary/", GlossaryPage.as_view(), name="glossary"),
    path("language/", switch_language, name="language"),
    path("", include("dashboard.credit_urls")),
    path("", include("dashboard.desk_urls")),
]
