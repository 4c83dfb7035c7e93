"""Addresses of the work pages: alerts, imports, runs, administration."""

from __future__ import annotations

from django.urls import URLPattern, path

from dashboard.administration import audit, clients, people, rates

urlpatterns: list[URLPattern] = [
    path("audit/", audit.AuditPage.as_view(), name="audit"),
    path("administration/", people.PeoplePage.as_view(), name="administration"),
    path("administration/people/<int:user_id>/", people.PersonPage.as_view(), name="administration_person"),
    path("administration/people/<int:user_id>/role/", people.PersonRole.as_view(), name="administration_person_role"),
    path(
        "administration/people/<int:user_id>/active/",
        people.PersonActive.as_view(),
        name="administration_person_active",
    ),
    path(
        "administration/people/<int:user_id>/password/",
        people.PersonPassword.as_view(),
        name="administration_person_password",
    ),
    path("administration/clients/", clients.ClientsPage.as_view(), name="administration_clients"),
    path("administration/clients/revoke/", clients.ClientRevoke.as_view(), name="administration_client_revoke"),
    path("administration/clients/rotate/", clients.ClientRotate.as_view(), name="administration_client_rotate"),
    path("administration/rates/", rates.RatesPage.as_view(), name="administration_rates"),
    path("administration/audit/", audit.AdministrationAuditPage.as_view(), name="administration_audit"),
]
