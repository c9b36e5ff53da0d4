from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def rewrite(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Bring the reports of earlier files into the form in which causes are counted now."""
    uploads = apps.get_model("importing", "Upload").objects
    for upload in uploads.exclude(report=None).only("pk", "report").iterator():
        report = upload.report
        counts = {
            "on_purpose": sum(report.get("left_out", {}).values()),
            "unreadable": report.pop("unreadable", 0),
            "changed": report.pop("conflicts", 0),
        }
        report["left_out"] = {
            cause: {"count": count, "total": {}} for cause, count in counts.items() if count
        }
        uploads.filter(pk=upload.pk).update(report=report)


class Migration(migrations.Migration):
    dependencies = [("importing", "0005_mappings_tried")]

    operations = [migrations.RunPython(rewrite, migrations.RunPython.noop)]
