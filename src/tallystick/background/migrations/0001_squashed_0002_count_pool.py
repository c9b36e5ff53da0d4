"""All of before in one, for a new database."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from tallystick.workspaces.together import CreateModels


class Migration(migrations.Migration):
    replaces = [("background", "0001_background"), ("background", "0002_count_pool")]

    initial = True

    dependencies = [
        ("workspaces", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name="Task",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("kind", models.CharField(max_length=40)),
                    (
                        "pool",
                        models.CharField(
                            choices=[
                                ("import", "Import"),
                                ("report", "Report"),
                                ("count", "Count"),
                            ],
                            max_length=12,
                        ),
                    ),
                    ("question", models.JSONField(default=dict)),
                    ("key", models.CharField(blank=True, max_length=64)),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("waiting", "Waiting"),
                                ("running", "Running"),
                                ("done", "Done"),
                                ("failed", "Failed"),
                            ],
                            default="waiting",
                            max_length=12,
                        ),
                    ),
                    ("leased_until", models.DateTimeField(blank=True, null=True)),
                    ("fence", models.IntegerField(default=0)),
                    ("deaths", models.IntegerField(default=0)),
                    ("progress", models.JSONField(blank=True, default=dict)),
                    ("result", models.JSONField(blank=True, null=True)),
                    ("file_name", models.CharField(blank=True, max_length=255)),
                    ("file_bytes", models.BigIntegerField(default=0)),
                    ("problem", models.TextField(blank=True)),
                    (
                        "created_at",
                        models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                    ),
                    ("ended_at", models.DateTimeField(blank=True, null=True)),
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
                            related_name="tasks",
                            to="workspaces.workspace",
                        ),
                    ),
                ],
                options={
                    "indexes": [
                        models.Index(
                            condition=models.Q(("state__in", ["waiting", "running"])),
                            fields=["pool", "id"],
                            name="task_open",
                        ),
                        models.Index(fields=["workspace", "key", "-id"], name="task_newest"),
                        models.Index(fields=["ended_at"], name="task_ended"),
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(
                                ("state__in", ["waiting", "running"]),
                                models.Q(("key", ""), _negated=True),
                            ),
                            fields=("workspace", "key"),
                            name="task_open_once",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="FilePart",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("number", models.IntegerField()),
                    ("content", models.BinaryField()),
                    (
                        "task",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="parts",
                            to="background.task",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(fields=("task", "number"), name="task_part_unique")
                    ],
                },
            ),
        ),
    ]
