"""All up to the move of the lists in one, for a new database: there are no answers to carry over.

The lists' tables are made here, and `mirror` takes them over as it always did: their sequences and
constraints keep the names that they were made with. A database that stands before that move would
otherwise get the tables of `mirror` anew, and leave those that are full behind.
"""

import django.db.models.deletion
from django.db import migrations, models

from tallystick.workspaces.together import CreateModels


class Migration(migrations.Migration):
    replaces = [
        ("mapping", "0001_initial"),
        ("mapping", "0002_every_kind"),
        ("mapping", "0003_read_lists_again"),
        ("mapping", "0004_default_is_of_documents"),
        ("mapping", "0005_former_answer"),
    ]

    initial = True

    dependencies = [
        ("books", "0004_document_defaults"),
        ("connections", "0003_choice_of_organisation"),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name="MappingDefaults",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "organisation",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="mapping_defaults",
                            to="connections.organisation",
                        ),
                    ),
                    (
                        "rounding",
                        models.CharField(
                            choices=[
                                ("hold", "Hold the document and ask"),
                                ("line", "Add a rounding line"),
                            ],
                            default="hold",
                            max_length=4,
                        ),
                    ),
                ],
            ),
            migrations.CreateModel(
                name="Account",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("xero_id", models.UUIDField()),
                    ("code", models.CharField(blank=True, max_length=10)),
                    ("name", models.CharField(max_length=150)),
                    ("type", models.CharField(max_length=20)),
                    ("account_class", models.CharField(blank=True, max_length=20)),
                    ("status", models.CharField(max_length=20)),
                    ("system_account", models.CharField(blank=True, max_length=40)),
                    ("tax_type", models.CharField(blank=True, max_length=60)),
                    (
                        "organisation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="accounts",
                            to="connections.organisation",
                        ),
                    ),
                    ("currency", models.CharField(blank=True, max_length=3)),
                    ("takes_payments", models.BooleanField(default=False)),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("organisation", "xero_id"), name="account_unique"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="TaxMapping",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("tax_type", models.CharField(max_length=60)),
                    (
                        "organisation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="tax_mappings",
                            to="connections.organisation",
                        ),
                    ),
                    (
                        "tax_code",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="mappings",
                            to="books.taxcode",
                        ),
                    ),
                    (
                        "direction",
                        models.CharField(
                            choices=[("sales", "Sales"), ("purchases", "Purchases")],
                            default="sales",
                            max_length=10,
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("organisation", "tax_code", "direction"),
                            name="tax_mapping_unique",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="TaxRate",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("tax_type", models.CharField(max_length=60)),
                    ("name", models.CharField(max_length=150)),
                    ("status", models.CharField(max_length=20)),
                    ("effective_rate", models.DecimalField(decimal_places=4, max_digits=9)),
                    ("can_apply_to", models.JSONField(default=list)),
                    (
                        "organisation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="tax_rates",
                            to="connections.organisation",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("organisation", "tax_type"), name="tax_rate_unique"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="AccountChoice",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "direction",
                        models.CharField(
                            choices=[("sales", "Sales"), ("purchases", "Purchases")], max_length=10
                        ),
                    ),
                    (
                        "charge",
                        models.CharField(
                            blank=True,
                            choices=[
                                ("", "Goods or work"),
                                ("freight", "Freight"),
                                ("shipping", "Shipping"),
                                ("discount", "Discount"),
                                ("rounding", "Rounding"),
                            ],
                            default="",
                            max_length=10,
                        ),
                    ),
                    ("code", models.CharField(max_length=10)),
                    (
                        "organisation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="account_choices",
                            to="connections.organisation",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("organisation", "direction", "charge"),
                            name="account_choice_unique",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Currency",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("code", models.CharField(max_length=3)),
                    (
                        "organisation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="currencies",
                            to="connections.organisation",
                        ),
                    ),
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
                name="MethodAccount",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("method", models.CharField(blank=True, max_length=40)),
                    ("account_id", models.UUIDField()),
                    (
                        "organisation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="method_accounts",
                            to="connections.organisation",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("organisation", "method"), name="method_account_unique"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="TrackingCategory",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("xero_id", models.UUIDField()),
                    ("name", models.CharField(max_length=100)),
                    ("status", models.CharField(max_length=20)),
                    ("options", models.JSONField(default=list)),
                    (
                        "organisation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="tracking_categories",
                            to="connections.organisation",
                        ),
                    ),
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
            migrations.CreateModel(
                name="FormerAnswer",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "former",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="connections.organisation",
                        ),
                    ),
                    (
                        "organisation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="+",
                            to="connections.organisation",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("organisation", "former"), name="former_answer_unique"
                        )
                    ],
                },
            ),
        ),
    ]
