"""What was uploaded before an upgrade is still shown after it."""

from importlib import import_module

from django.apps import apps
from django.urls import reverse

from factories import make_workspace, owner_of
from tallystick.importing.models import Upload, UploadState
from tallystick.importing.report import Cause, ImportReport

#: As the release before wrote it.
BEFORE = {
    "format": "online-retail",
    "dry_run": False,
    "noun": "document",
    "lines": 9,
    "created": {"sales_invoice": 2},
    "submitted": 0,
    "already_here": 1,
    "conflicts": 1,
    "left_out": {"bad debt adjustment": 2, "no line has a value (stock adjustment)": 3},
    "rounded": 0,
    "unreadable": 1,
    "bad_row_count": 1,
    "bad_rows": [[3, "Quantity", "x", "Write a plain number."]],
    "total": {"GBP": "12.00"},
    "credit_total": {},
    "new_parties": 1,
    "unknown_tax_codes": {},
    "interruptions": 0,
    "first_day": "2010-12-01",
    "last_day": "2010-12-01",
    "seconds": 0.1,
    "documents": 2,
}


def test_a_report_of_before_is_read_and_shown(db, client):
    workspace = make_workspace()
    upload = Upload.objects.create(
        workspace=workspace, file_name="old.csv", state=UploadState.DONE, report=BEFORE
    )

    import_module("tallystick.importing.migrations.0006_reports_name_their_causes").rewrite(
        apps, None
    )

    upload.refresh_from_db()
    report = ImportReport.from_json(upload.report)
    counts = {cause: report.count(cause) for cause in report.left_out}
    assert counts == {Cause.ON_PURPOSE: 5, Cause.UNREADABLE: 1, Cause.CHANGED: 1}
    assert (report.documents, report.bad_rows[0].document) == (2, "")
    client.force_login(owner_of(workspace))
    shown = client.get(reverse("import-upload", args=[workspace.slug, upload.pk]))
    assert shown.status_code == 200
    assert "Write a plain number." in shown.text
