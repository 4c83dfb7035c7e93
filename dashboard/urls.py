"""Addresses of the pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from dashboard.glossary_page import GlossaryPage
from dashboard.language import switch_language

app_name = "dashboard"

urlpatterns: list[URLPattern] = [
    path("glossary/", GlossaryPage.as_view(), name="glossary"),
    path("language/", switch_language, name="language"),
]
