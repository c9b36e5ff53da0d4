"""All of before in one, for a new database: there are no reports of before to rewrite."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from tallystick.workspaces.together import CreateModels


class Migration(migrations.Migration):
    replaces = [
        ("importing", "0001_initial"),
        ("importing", "0002_background"),
        ("importing", "0003_imports_kept"),
        ("importing", "0004_questions_and_layouts"),
        ("importing", "0005_mappings_tried"),
        ("importing", "0006_reports_name_their_causes"),
    ]

    initial = True

    dependencies = [
        ("background", "0001_background"),
        ("books", "0007_search_by_kind"),
        ("workspaces", "0002_sign_in_limits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name="SavedMapping",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("name", models.CharField(max_length=60)),
                    ("definition", models.JSONField()),
                    (
                        "created_at",
                        models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                    ),
                    (
                        "workspace",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="saved_mappings",
                            to="workspaces.workspace",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("workspace", "name"), name="saved_mapping_unique"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Upload",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("file_name", models.CharField(max_length=255)),
                    ("format", models.CharField(blank=True, max_length=60)),
                    ("submit", models.BooleanField(default=False)),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("checking", "Being checked"),
                                ("checked", "Ready to import"),
                                ("importing", "Being imported"),
                                ("done", "Imported"),
                                ("refused", "Not imported"),
                                ("broken_off", "Broken off"),
                            ],
                            default="checking",
                            max_length=12,
                        ),
                    ),
                    ("report", models.JSONField(blank=True, null=True)),
                    ("problem", models.TextField(blank=True)),
                    ("header", models.JSONField(blank=True, default=list)),
                    (
                        "created_at",
                        models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                    ),
                    (
                        "actor",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "workspace",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="uploads",
                            to="workspaces.workspace",
                        ),
                    ),
                    (
                        "task",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to="background.task",
                        ),
                    ),
                    ("answers", models.JSONField(blank=True, default=dict)),
                    ("layout", models.JSONField(blank=True, default=dict)),
                    ("beginning", models.JSONField(blank=True, default=dict)),
                    ("tried", models.JSONField(blank=True, default=dict)),
                ],
                options={
                    "indexes": [models.Index(fields=["workspace", "-id"], name="upload_newest")],
                },
            ),
            migrations.CreateModel(
                name="Import",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("file_name", models.CharField(max_length=255)),
                    ("format", models.CharField(max_length=60)),
                    ("submit", models.BooleanField(default=False)),
                    (
                        "started_at",
                        models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                    ),
                    ("ended_at", models.DateTimeField(blank=True, null=True)),
                    ("report", models.JSONField(blank=True, null=True)),
                    ("undone_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "actor",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "undone_by",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "upload",
                        models.OneToOneField(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="made",
                            to="importing.upload",
                        ),
                    ),
                    (
                        "workspace",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="imports",
                            to="workspaces.workspace",
                        ),
                    ),
                ],
                options={
                    "indexes": [models.Index(fields=["workspace", "-id"], name="import_newest")],
                },
            ),
            migrations.CreateModel(
                name="ImportedRecord",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "how",
                        models.CharField(
                            choices=[
                                ("made", "Made"),
                                ("replaced", "Made in place of another"),
                                ("credited", "Made to credit another"),
                                ("edited", "Edited"),
                            ],
                            default="made",
                            max_length=8,
                        ),
                    ),
                    ("revision", models.PositiveIntegerField(default=1)),
                    (
                        "allocation",
                        models.ForeignKey(
                            blank=True,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="imported",
                            to="books.allocation",
                        ),
                    ),
                    (
                        "document",
                        models.ForeignKey(
                            blank=True,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="imported",
                            to="books.document",
                        ),
                    ),
                    (
                        "of_import",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="records",
                            to="importing.import",
                        ),
                    ),
                    (
                        "payment",
                        models.ForeignKey(
                            blank=True,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="imported",
                            to="books.payment",
                        ),
                    ),
                ],
                options={
                    "indexes": [
                        models.Index(
                            condition=models.Q(("document__isnull", False)),
                            fields=["document"],
                            name="imported_document",
                        ),
                        models.Index(
                            condition=models.Q(("payment__isnull", False)),
                            fields=["payment"],
                            name="imported_payment",
                        ),
                        models.Index(
                            condition=models.Q(("allocation__isnull", False)),
                            fields=["allocation"],
                            name="imported_allocation",
                        ),
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("of_import", "document"), name="imported_document_once"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Remembered",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("format", models.CharField(max_length=60)),
                    ("answers", models.JSONField(default=dict)),
                    (
                        "workspace",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="remembered_answers",
                            to="workspaces.workspace",
                        ),
                    ),
                ],
                options={
                    "verbose_name_plural": "remembered",
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("workspace", "format"), name="remembered_once"
                        )
                    ],
                },
            ),
        ),
    ]
