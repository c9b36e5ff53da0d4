"""The copies of Xero's lists move here from `mapping`: their tables are renamed, nothing is copied."""

import django.db.models.deletion
from django.db import migrations, models

_TABLES = ("account", "taxrate", "currency", "trackingcategory")


def _organisation(related_name: str) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE,
        related_name=related_name,
        to="connections.organisation",
    )


def _key() -> models.BigAutoField:
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("connections", "0001_initial"),
        ("mapping", "0005_former_answer"),
    ]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    [f"ALTER TABLE mapping_{name} RENAME TO mirror_{name}" for name in _TABLES],
                    [f"ALTER TABLE mirror_{name} RENAME TO mapping_{name}" for name in _TABLES],
                )
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Account",
                    fields=[
                        ("id", _key()),
                        ("xero_id", models.UUIDField()),
                        ("code", models.CharField(blank=True, max_length=10)),
                        ("name", models.CharField(max_length=150)),
                        ("type", models.CharField(max_length=20)),
                        ("account_class", models.CharField(blank=True, max_length=20)),
                        ("status", models.CharField(max_length=20)),
                        ("system_account", models.CharField(blank=True, max_length=40)),
                        ("tax_type", models.CharField(blank=True, max_length=60)),
                        ("takes_payments", models.BooleanField(default=False)),
                        ("currency", models.CharField(blank=True, max_length=3)),
                        ("organisation", _organisation("accounts")),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organisation", "xero_id"), name="account_unique"
                            )
                        ]
                    },
                ),
                migrations.CreateModel(
                    name="TaxRate",
                    fields=[
                        ("id", _key()),
                        ("tax_type", models.CharField(max_length=60)),
                        ("name", models.CharField(max_length=150)),
                        ("status", models.CharField(max_length=20)),
                        ("effective_rate", models.DecimalField(decimal_places=4, max_digits=9)),
                        ("can_apply_to", models.JSONField(default=list)),
                        ("organisation", _organisation("tax_rates")),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organisation", "tax_type"), name="tax_rate_unique"
                            )
                        ]
                    },
                ),
                migrations.CreateModel(
                    name="Currency",
                    fields=[
                        ("id", _key()),
                        ("code", models.CharField(max_length=3)),
                        ("organisation", _organisation("currencies")),
                    ],
                    options={
                        "verbose_name_plural": "currencies",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organisation", "code"), name="currency_unique"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TrackingCategory",
                    fields=[
                        ("id", _key()),
                        ("xero_id", models.UUIDField()),
                        ("name", models.CharField(max_length=100)),
                        ("status", models.CharField(max_length=20)),
                        ("options", models.JSONField(default=list)),
                        ("organisation", _organisation("tracking_categories")),
                    ],
                    options={
                        "verbose_name_plural": "tracking categories",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organisation", "xero_id"), name="tracking_unique"
                            )
                        ],
                    },
                ),
            ],
        )
    ]
