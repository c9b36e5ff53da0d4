"""All of before in one, for a new database.

There are no rows to fill yet, and nobody to wait while indexes are made.
"""

import uuid
from decimal import Decimal

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

import tallystick.books.names
from tallystick.workspaces.together import CreateModels


class Migration(migrations.Migration):
    replaces = [
        ("books", "0001_initial"),
        ("books", "0002_every_kind"),
        ("books", "0003_tax_level"),
        ("books", "0004_document_defaults"),
        ("books", "0005_lists_of_a_million"),
        ("books", "0006_lists_add_up_by_index"),
        ("books", "0007_search_by_kind"),
        ("books", "0008_stated_tax_and_own_widths"),
        ("books", "0009_comparable_names"),
    ]

    initial = True

    dependencies = [
        ("workspaces", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TrigramExtension(),
        CreateModels(
            migrations.CreateModel(
                name="Party",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ("number", models.CharField(max_length=50)),
                    ("name", models.CharField(max_length=255)),
                    ("email", models.CharField(blank=True, max_length=255)),
                    ("phone", models.CharField(blank=True, max_length=50)),
                    ("tax_number", models.CharField(blank=True, max_length=50)),
                    ("address", models.TextField(blank=True)),
                    ("city", models.CharField(blank=True, max_length=255)),
                    ("region", models.CharField(blank=True, max_length=255)),
                    ("postal_code", models.CharField(blank=True, max_length=50)),
                    ("country", models.CharField(blank=True, max_length=50)),
                    ("is_customer", models.BooleanField(default=True)),
                    ("is_supplier", models.BooleanField(default=False)),
                    ("is_walk_in", models.BooleanField(default=False)),
                    (
                        "created_at",
                        models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                    ),
                    (
                        "workspace",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="parties",
                            to="workspaces.workspace",
                        ),
                    ),
                    ("do_not_sync", models.BooleanField(default=False)),
                    (
                        "comparable_name",
                        tallystick.books.names.ComparableNameField(
                            default="", editable=False, max_length=255
                        ),
                    ),
                ],
                options={
                    "verbose_name_plural": "parties",
                    "indexes": [
                        models.Index(fields=["workspace", "name", "id"], name="party_name"),
                        django.contrib.postgres.indexes.GinIndex(
                            django.contrib.postgres.indexes.OpClass(
                                django.db.models.functions.text.Upper("name"), name="gin_trgm_ops"
                            ),
                            name="party_name_search",
                        ),
                        django.contrib.postgres.indexes.GinIndex(
                            django.contrib.postgres.indexes.OpClass(
                                django.db.models.functions.text.Upper("number"), name="gin_trgm_ops"
                            ),
                            name="party_number_search",
                        ),
                        django.contrib.postgres.indexes.GinIndex(
                            django.contrib.postgres.indexes.OpClass(
                                django.db.models.functions.text.Upper("email"), name="gin_trgm_ops"
                            ),
                            name="party_email_search",
                        ),
                        models.Index(
                            fields=["workspace", "comparable_name"], name="party_comparable_name"
                        ),
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("workspace", "number"), name="party_number_unique"
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(("is_walk_in", True)),
                            fields=("workspace",),
                            name="party_one_walk_in",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="TaxCode",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("code", models.CharField(max_length=40)),
                    ("name", models.CharField(max_length=100)),
                    ("rate", models.DecimalField(decimal_places=4, max_digits=7)),
                    (
                        "workspace",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="tax_codes",
                            to="workspaces.workspace",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("workspace", "code"), name="tax_code_unique"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="DocumentTemplate",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("name", models.CharField(max_length=100)),
                    (
                        "tax_code",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            to="books.taxcode",
                        ),
                    ),
                    (
                        "workspace",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="document_templates",
                            to="workspaces.workspace",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("workspace", "name"), name="document_template_unique"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Document",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("sales_invoice", "Sales invoice"),
                                ("bill", "Bill"),
                                ("sales_credit_note", "Sales credit note"),
                                ("supplier_credit_note", "Supplier credit note"),
                            ],
                            max_length=24,
                        ),
                    ),
                    ("number", models.CharField(max_length=255)),
                    (
                        "status",
                        models.CharField(
                            choices=[
                                ("draft", "Draft"),
                                ("submitted", "Submitted"),
                                ("cancelled", "Cancelled"),
                            ],
                            default="draft",
                            max_length=12,
                        ),
                    ),
                    ("issued_on", models.DateField()),
                    ("due_on", models.DateField()),
                    ("reference", models.CharField(blank=True, max_length=255)),
                    ("currency", models.CharField(max_length=3)),
                    (
                        "tax_basis",
                        models.CharField(
                            choices=[
                                ("exclusive", "Tax exclusive"),
                                ("inclusive", "Tax inclusive"),
                                ("none", "No tax"),
                            ],
                            default="exclusive",
                            max_length=12,
                        ),
                    ),
                    (
                        "subtotal",
                        models.DecimalField(decimal_places=2, default=Decimal(0), max_digits=18),
                    ),
                    (
                        "tax",
                        models.DecimalField(decimal_places=2, default=Decimal(0), max_digits=18),
                    ),
                    (
                        "total",
                        models.DecimalField(decimal_places=2, default=Decimal(0), max_digits=18),
                    ),
                    ("revision", models.PositiveIntegerField(default=1)),
                    ("import_digest", models.BinaryField(blank=True, max_length=16, null=True)),
                    (
                        "created_at",
                        models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                    ),
                    ("submitted_at", models.DateTimeField(blank=True, null=True)),
                    ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "submitted_by",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "workspace",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="documents",
                            to="workspaces.workspace",
                        ),
                    ),
                    (
                        "party",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="documents",
                            to="books.party",
                        ),
                    ),
                    (
                        "amends",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="amended_by",
                            to="books.document",
                        ),
                    ),
                    (
                        "currency_rate",
                        models.DecimalField(blank=True, decimal_places=6, max_digits=18, null=True),
                    ),
                    ("do_not_sync", models.BooleanField(default=False)),
                    (
                        "rounding",
                        models.DecimalField(decimal_places=2, default=Decimal(0), max_digits=4),
                    ),
                    (
                        "template",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="books.documenttemplate",
                        ),
                    ),
                ],
                options={
                    "indexes": [
                        models.Index(
                            fields=["workspace", "total", "issued_on", "id"], name="document_amount"
                        ),
                        models.Index(
                            fields=["workspace", "issued_on", "id"], name="document_newest"
                        ),
                        models.Index(
                            fields=["workspace", "kind", "issued_on", "id"],
                            include=("currency", "total"),
                            name="document_days",
                        ),
                        models.Index(
                            fields=["workspace", "kind", "status", "issued_on", "id"],
                            include=("currency", "total"),
                            name="document_statuses",
                        ),
                        models.Index(
                            fields=["party", "kind", "issued_on", "id"],
                            include=("workspace", "currency", "total"),
                            name="document_of_its_party",
                        ),
                        django.contrib.postgres.indexes.GinIndex(
                            django.contrib.postgres.indexes.OpClass(
                                django.db.models.functions.text.Upper("number"), name="gin_trgm_ops"
                            ),
                            django.contrib.postgres.indexes.OpClass(
                                django.db.models.functions.text.Upper("reference"),
                                name="gin_trgm_ops",
                            ),
                            condition=models.Q(("kind", "sales_invoice")),
                            name="search_sales_invoice",
                        ),
                        django.contrib.postgres.indexes.GinIndex(
                            django.contrib.postgres.indexes.OpClass(
                                django.db.models.functions.text.Upper("number"), name="gin_trgm_ops"
                            ),
                            django.contrib.postgres.indexes.OpClass(
                                django.db.models.functions.text.Upper("reference"),
                                name="gin_trgm_ops",
                            ),
                            condition=models.Q(("kind", "bill")),
                            name="search_bill",
                        ),
                        django.contrib.postgres.indexes.GinIndex(
                            django.contrib.postgres.indexes.OpClass(
                                django.db.models.functions.text.Upper("number"), name="gin_trgm_ops"
                            ),
                            django.contrib.postgres.indexes.OpClass(
                                django.db.models.functions.text.Upper("reference"),
                                name="gin_trgm_ops",
                            ),
                            condition=models.Q(("kind", "sales_credit_note")),
                            name="search_sales_credit_note",
                        ),
                        django.contrib.postgres.indexes.GinIndex(
                            django.contrib.postgres.indexes.OpClass(
                                django.db.models.functions.text.Upper("number"), name="gin_trgm_ops"
                            ),
                            django.contrib.postgres.indexes.OpClass(
                                django.db.models.functions.text.Upper("reference"),
                                name="gin_trgm_ops",
                            ),
                            condition=models.Q(("kind", "supplier_credit_note")),
                            name="search_supplier_credit_note",
                        ),
                        models.Index(
                            models.F("workspace"),
                            django.contrib.postgres.indexes.OpClass(
                                django.db.models.functions.text.Upper("number"),
                                name="varchar_pattern_ops",
                            ),
                            condition=models.Q(("kind", "sales_invoice")),
                            name="begins_sales_invoice",
                        ),
                        models.Index(
                            models.F("workspace"),
                            django.contrib.postgres.indexes.OpClass(
                                django.db.models.functions.text.Upper("number"),
                                name="varchar_pattern_ops",
                            ),
                            condition=models.Q(("kind", "bill")),
                            name="begins_bill",
                        ),
                        models.Index(
                            models.F("workspace"),
                            django.contrib.postgres.indexes.OpClass(
                                django.db.models.functions.text.Upper("number"),
                                name="varchar_pattern_ops",
                            ),
                            condition=models.Q(("kind", "sales_credit_note")),
                            name="begins_sales_credit_note",
                        ),
                        models.Index(
                            models.F("workspace"),
                            django.contrib.postgres.indexes.OpClass(
                                django.db.models.functions.text.Upper("number"),
                                name="varchar_pattern_ops",
                            ),
                            condition=models.Q(("kind", "supplier_credit_note")),
                            name="begins_supplier_credit_note",
                        ),
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(
                                ("kind__in", ["sales_invoice", "sales_credit_note"])
                            ),
                            fields=("workspace", "kind", "number"),
                            name="document_number_unique",
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(("kind__in", ["bill", "supplier_credit_note"])),
                            fields=("workspace", "kind", "number", "party"),
                            name="document_number_unique_of_supplier",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Line",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("position", models.PositiveIntegerField()),
                    ("item_code", models.CharField(blank=True, max_length=255)),
                    ("description", models.CharField(max_length=20000)),
                    (
                        "quantity",
                        models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True),
                    ),
                    (
                        "unit_price",
                        models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True),
                    ),
                    (
                        "discount",
                        models.DecimalField(blank=True, decimal_places=4, max_digits=7, null=True),
                    ),
                    ("account_code", models.CharField(blank=True, max_length=50)),
                    (
                        "amount",
                        models.DecimalField(decimal_places=2, default=Decimal(0), max_digits=18),
                    ),
                    (
                        "tax",
                        models.DecimalField(decimal_places=2, default=Decimal(0), max_digits=18),
                    ),
                    (
                        "document",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="lines",
                            to="books.document",
                        ),
                    ),
                    (
                        "tax_code",
                        models.ForeignKey(
                            blank=True,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to="books.taxcode",
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
                    ("tracking", models.JSONField(blank=True, default=list)),
                    (
                        "tax_level",
                        models.CharField(
                            blank=True,
                            choices=[
                                ("", "The line"),
                                ("template", "The template"),
                                ("item", "The item"),
                                ("default", "The workspace default"),
                            ],
                            default="",
                            max_length=8,
                        ),
                    ),
                    ("tax_is_stated", models.BooleanField(db_default=False, default=False)),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("document", "position"), name="line_position_unique"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Item",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("code", models.CharField(max_length=255)),
                    ("name", models.CharField(blank=True, max_length=255)),
                    (
                        "unit_price",
                        models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True),
                    ),
                    (
                        "workspace",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="items",
                            to="workspaces.workspace",
                        ),
                    ),
                    (
                        "tax_code",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            to="books.taxcode",
                        ),
                    ),
                    ("account_code", models.CharField(blank=True, max_length=50)),
                    ("purchase_account_code", models.CharField(blank=True, max_length=50)),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(fields=("workspace", "code"), name="item_unique")
                    ],
                },
            ),
            migrations.CreateModel(
                name="NumberSeries",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("sales_invoice", "Sales invoice"),
                                ("bill", "Bill"),
                                ("sales_credit_note", "Sales credit note"),
                                ("supplier_credit_note", "Supplier credit note"),
                            ],
                            max_length=24,
                        ),
                    ),
                    ("prefix", models.CharField(max_length=20)),
                    ("next", models.PositiveBigIntegerField(default=1)),
                    (
                        "workspace",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="number_series",
                            to="workspaces.workspace",
                        ),
                    ),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("workspace", "kind"), name="number_series_unique"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Allocation",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                    ("allocated_on", models.DateField()),
                    (
                        "status",
                        models.CharField(
                            choices=[("recorded", "Recorded"), ("deleted", "Deleted")],
                            default="recorded",
                            max_length=10,
                        ),
                    ),
                    (
                        "created_at",
                        models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                    ),
                    ("deleted_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "created_by",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "credit_note",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="allocations",
                            to="books.document",
                        ),
                    ),
                    (
                        "document",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="credits",
                            to="books.document",
                        ),
                    ),
                    (
                        "workspace",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="allocations",
                            to="workspaces.workspace",
                        ),
                    ),
                ],
                options={
                    "indexes": [
                        models.Index(
                            fields=["workspace", "allocated_on", "id"], name="allocation_by_day"
                        )
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            condition=models.Q(("status", "recorded")),
                            fields=("credit_note", "document"),
                            name="allocation_unique",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Payment",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                    ("paid_on", models.DateField()),
                    ("method", models.CharField(blank=True, max_length=40)),
                    ("reference", models.CharField(blank=True, max_length=255)),
                    (
                        "status",
                        models.CharField(
                            choices=[("recorded", "Recorded"), ("deleted", "Deleted")],
                            default="recorded",
                            max_length=10,
                        ),
                    ),
                    (
                        "created_at",
                        models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                    ),
                    ("deleted_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "created_by",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "document",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="payments",
                            to="books.document",
                        ),
                    ),
                    (
                        "workspace",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="payments",
                            to="workspaces.workspace",
                        ),
                    ),
                ],
                options={
                    "indexes": [
                        models.Index(fields=["workspace", "paid_on", "id"], name="payment_by_day"),
                        models.Index(
                            fields=["workspace", "amount", "paid_on", "id"], name="payment_amount"
                        ),
                        models.Index(
                            models.F("workspace"),
                            django.db.models.functions.text.Upper("method"),
                            models.F("paid_on"),
                            models.F("id"),
                            name="payment_method",
                        ),
                        models.Index(
                            condition=models.Q(("status", "deleted")),
                            fields=["workspace", "paid_on", "id"],
                            name="payment_deleted",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="DocumentDefaults",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "tax_code",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            to="books.taxcode",
                        ),
                    ),
                    (
                        "workspace",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="document_defaults",
                            to="workspaces.workspace",
                        ),
                    ),
                ],
                options={
                    "verbose_name_plural": "document defaults",
                },
            ),
        ),
    ]
