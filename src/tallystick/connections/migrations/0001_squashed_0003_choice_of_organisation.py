"""All of before in one, for a new database."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import tallystick.connections.fields
from tallystick.workspaces.together import CreateModels


class Migration(migrations.Migration):
    replaces = [
        ("connections", "0001_initial"),
        ("connections", "0002_initial"),
        ("connections", "0003_choice_of_organisation"),
    ]

    initial = True

    dependencies = [
        ("workspaces", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name="Organisation",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("tenant_id", models.UUIDField()),
                    ("name", models.CharField(max_length=255)),
                    ("country", models.CharField(blank=True, max_length=2)),
                    ("currency", models.CharField(blank=True, max_length=3)),
                    ("timezone", models.CharField(default="UTC", max_length=64)),
                    ("short_code", models.CharField(blank=True, max_length=20)),
                    ("is_demo", models.BooleanField(default=False)),
                    ("period_lock_date", models.DateField(blank=True, null=True)),
                    ("end_of_year_lock_date", models.DateField(blank=True, null=True)),
                    ("read_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "workspace",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="organisations",
                            to="workspaces.workspace",
                        ),
                    ),
                    ("bound_at", models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("workspace", "tenant_id"), name="organisation_unique"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="ApiCall",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("at", models.DateTimeField()),
                    ("method", models.CharField(max_length=6)),
                    ("endpoint", models.CharField(max_length=200)),
                    ("status", models.PositiveSmallIntegerField(blank=True, null=True)),
                    ("error", models.CharField(blank=True, max_length=200)),
                    ("milliseconds", models.PositiveIntegerField()),
                    ("request_bytes", models.PositiveIntegerField(default=0)),
                    ("response_bytes", models.PositiveIntegerField(default=0)),
                    ("day_remaining", models.PositiveIntegerField(blank=True, null=True)),
                    ("minute_remaining", models.PositiveIntegerField(blank=True, null=True)),
                    ("correlation_id", models.CharField(blank=True, max_length=64)),
                    (
                        "organisation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="calls",
                            to="connections.organisation",
                        ),
                    ),
                ],
                options={
                    "indexes": [models.Index(fields=["organisation", "id"], name="api_call_log")],
                },
            ),
            migrations.CreateModel(
                name="Connection",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "status",
                        models.CharField(
                            choices=[
                                ("disconnected", "Disconnected"),
                                ("connected", "Connected"),
                                ("error", "Needs reconnecting"),
                            ],
                            default="disconnected",
                            max_length=12,
                        ),
                    ),
                    ("tenant_id", models.UUIDField(blank=True, null=True, unique=True)),
                    ("problem", models.TextField(blank=True)),
                    ("xero_connection_id", models.UUIDField(blank=True, null=True)),
                    ("access_token", tallystick.connections.fields.EncryptedTextField(blank=True)),
                    ("access_expires_at", models.DateTimeField(blank=True, null=True)),
                    ("refresh_token", tallystick.connections.fields.EncryptedTextField(blank=True)),
                    ("scopes", models.JSONField(blank=True, default=list)),
                    ("generation", models.PositiveIntegerField(default=0)),
                    ("refreshing_until", models.DateTimeField(blank=True, null=True)),
                    ("connected_at", models.DateTimeField(blank=True, null=True)),
                    ("last_success_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "connected_by",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "workspace",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="connection",
                            to="workspaces.workspace",
                        ),
                    ),
                    (
                        "organisation",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="connections.organisation",
                        ),
                    ),
                ],
            ),
            migrations.CreateModel(
                name="ConsentRequest",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("nonce_digest", models.BinaryField(max_length=32)),
                    ("code_verifier", tallystick.connections.fields.EncryptedTextField()),
                    ("scopes", models.JSONField(default=list)),
                    (
                        "created_at",
                        models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                    ),
                    ("used_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "user",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                        ),
                    ),
                    (
                        "workspace",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE, to="workspaces.workspace"
                        ),
                    ),
                ],
            ),
            migrations.CreateModel(
                name="OrganisationChoice",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("tenant_id", models.UUIDField()),
                    ("name", models.CharField(max_length=255)),
                    ("country", models.CharField(blank=True, max_length=2)),
                    ("currency", models.CharField(blank=True, max_length=3)),
                    ("is_demo", models.BooleanField(default=False)),
                    ("xero_connection_id", models.UUIDField()),
                    ("access_token", tallystick.connections.fields.EncryptedTextField()),
                    ("access_expires_at", models.DateTimeField()),
                    ("refresh_token", tallystick.connections.fields.EncryptedTextField()),
                    ("scopes", models.JSONField(default=list)),
                    (
                        "created_at",
                        models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                    ),
                    (
                        "request",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="choice",
                            to="connections.consentrequest",
                        ),
                    ),
                ],
            ),
        ),
    ]
