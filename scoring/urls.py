"""Addresses of the scores in the REST API."""

from django.urls import URLPattern, path

from scoring.api import ScoreDetail, ScoreList

urlpatterns: list[URLPattern] = [
    path("scores/", ScoreList.as_view(), name="api-scores"),
    path("scores/<int:pk>/", ScoreDetail.as_view(), name="api-score"),
]
