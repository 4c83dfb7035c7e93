"""Addresses of the work pages: alerts, imports, runs, administration."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from dashboard import runs
from dashboard.administration import audit, clients, people, rates, webhook_log, webhooks
from dashboard.alerts import detail, rules, worklist
from dashboard.imports import batch, bulk, duplicates, profiles, quarantine, record, suspense, upload

urlpatterns: list[URLPattern] = [
    path("alerts/", worklist.AlertsPage.as_view(), name="alerts"),
    path("alerts/rules/", rules.RulesPage.as_view(), name="alert_rules"),
    path("alerts/rules/<str:code>/", rules.RulePage.as_view(), name="alert_rule"),
    path("alerts/<int:alert_id>/", detail.AlertPage.as_view(), name="alert"),
    re_path(
        r"^alerts/(?P<alert_id>\d+)/(?P<verb>acknowledge|assign|snooze|reopen)/$",
        detail.AlertWork.as_view(),
        name="alert_work",
    ),
    path("imports/", upload.UploadPage.as_view(), name="imports"),
    path("imports/<int:batch_id>/", batch.BatchPage.as_view(), name="import"),
    path("imports/<int:batch_id>/profile/", batch.BatchProfile.as_view(), name="import_use_profile"),
    path("imports/<int:batch_id>/mapping/", batch.BatchMapping.as_view(), name="import_mapping"),
    path("imports/<int:batch_id>/check/", batch.BatchCheck.as_view(), name="import_check"),
    path("imports/<int:batch_id>/start/", batch.BatchImport.as_view(), name="import_start"),
    path("imports/<int:batch_id>/replay/", quarantine.BatchReplay.as_view(), name="import_replay"),
    path("imports/bulks/<int:bulk_id>/", bulk.BulkPage.as_view(), name="import_bulk"),
    path("imports/bulks/<int:bulk_id>/replay/", bulk.BulkReplay.as_view(), name="import_bulk_replay"),
    path("imports/bulks/<int:bulk_id>/<int:position>/", record.RecordPage.as_view(), name="import_record"),
    path("imports/bulks/<int:bulk_id>/<int:position>/mend/", record.RecordMend.as_view(), name="import_record_mend"),
    path(
        "imports/bulks/<int:bulk_id>/<int:position>/discard/",
        record.RecordDiscard.as_view(),
        name="import_record_discard",
    ),
    path("imports/suspense/", suspense.SuspensePage.as_view(), name="import_suspense"),
    path("imports/suspense/<int:pk>/", suspense.SuspendedPage.as_view(), name="import_suspended"),
    path("imports/suspense/<int:pk>/move/", suspense.SuspendedMove.as_view(), name="import_suspended_move"),
    path("imports/suspense/<int:pk>/withdraw/", suspense.SuspendedWithdraw.as_view(), name="import_suspended_withdraw"),
    path("imports/quarantine/", quarantine.QuarantinePage.as_view(), name="import_quarantine"),
    path("imports/quarantine/<int:row_id>/mend/", quarantine.RowMend.as_view(), name="import_row_mend"),
    path("imports/quarantine/<int:row_id>/discard/", quarantine.RowDiscard.as_view(), name="import_row_discard"),
    path("imports/duplicates/", duplicates.DuplicatesPage.as_view(), name="import_duplicates"),
    path("imports/duplicates/decide/", duplicates.DuplicatesDecide.as_view(), name="import_duplicates_decide"),
    path("imports/profiles/", profiles.ProfilesPage.as_view(), name="import_profiles"),
    path("imports/profiles/<str:name>/", profiles.ProfilePage.as_view(), name="import_profile"),
    path("runs/", runs.RunsPage.as_view(), name="runs"),
    path("runs/<int:run_id>/", runs.RunPage.as_view(), name="run"),
    path("runs/start/", runs.StartClose.as_view(), name="run_start"),
    path("runs/jobs/<int:job_id>/restart/", runs.RestartJob.as_view(), name="run_restart"),
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
    path("administration/webhooks/", webhooks.WebhooksPage.as_view(), name="administration_webhooks"),
    path("administration/webhooks/log/", webhook_log.LogPage.as_view(), name="administration_webhook_log"),
    path("administration/webhooks/log/replay/", webhook_log.Replay.as_view(), name="administration_webhook_replay"),
    path("administration/webhooks/<int:pk>/", webhooks.WebhookPage.as_view(), name="administration_webhook"),
    path(
        "administration/webhooks/<int:pk>/rotate/",
        webhooks.WebhookRotate.as_view(),
        name="administration_webhook_rotate",
    ),
    re_path(
        r"^administration/webhooks/(?P<pk>\d+)/(?P<verb>pause|resume|delete|test|replay)/$",
        webhooks.WebhookWork.as_view(),
        name="administration_webhook_work",
    ),
    path("administration/rates/", rates.RatesPage.as_view(), name="administration_rates"),
    path("administration/audit/", audit.AdministrationAuditPage.as_view(), name="administration_audit"),
]
