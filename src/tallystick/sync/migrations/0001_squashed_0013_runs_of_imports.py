"""All of before in one, for a new database: there are no links to fill, and nobody waits for indexes."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

#: Links carry copies of what lists are ordered, grouped and summed by; triggers keep them.
TRIGGERS = """
CREATE FUNCTION sync_link_copy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.number := '';
    IF NEW.document_id IS NOT NULL THEN
        SELECT kind, issued_on, number, currency, total
        INTO NEW.kind, NEW.day, NEW.number, NEW.currency, NEW.total
        FROM books_document WHERE id = NEW.document_id;
    ELSIF NEW.payment_id IS NOT NULL THEN
        SELECT 'payment', payment.paid_on, document.currency, payment.amount
        INTO NEW.kind, NEW.day, NEW.currency, NEW.total
        FROM books_payment payment JOIN books_document document ON document.id = payment.document_id
        WHERE payment.id = NEW.payment_id;
    ELSIF NEW.allocation_id IS NOT NULL THEN
        SELECT 'allocation', allocation.allocated_on, document.currency, allocation.amount
        INTO NEW.kind, NEW.day, NEW.currency, NEW.total
        FROM books_allocation allocation
        JOIN books_document document ON document.id = allocation.document_id
        WHERE allocation.id = NEW.allocation_id;
    ELSE
        NEW.kind := 'party'; NEW.day := NULL; NEW.currency := ''; NEW.total := NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sync_link_copy BEFORE INSERT OR UPDATE OF kind, day, number, currency, total ON sync_link
    FOR EACH ROW EXECUTE FUNCTION sync_link_copy();

CREATE FUNCTION sync_link_problem() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.problem_code := coalesce(left(NEW.problem ->> 'code', 100), '');
    RETURN NEW;
END $$;
CREATE TRIGGER sync_link_problem BEFORE INSERT OR UPDATE OF problem, problem_code ON sync_link
    FOR EACH ROW EXECUTE FUNCTION sync_link_problem();

-- What an edit changes. Whoever edits holds the document's row, as all do who then write its link.
CREATE FUNCTION sync_link_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE sync_link SET kind = kind WHERE document_id = NEW.id;
    IF NEW.currency <> OLD.currency THEN
        UPDATE sync_link SET kind = kind WHERE payment_id IN
            (SELECT id FROM books_payment WHERE document_id = NEW.id);
        UPDATE sync_link SET kind = kind WHERE allocation_id IN
            (SELECT id FROM books_allocation WHERE document_id = NEW.id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER sync_link_follow AFTER UPDATE OF kind, issued_on, number, currency, total ON books_document
    FOR EACH ROW WHEN ((OLD.kind, OLD.issued_on, OLD.number, OLD.currency, OLD.total) IS DISTINCT FROM
                       (NEW.kind, NEW.issued_on, NEW.number, NEW.currency, NEW.total))
    EXECUTE FUNCTION sync_link_follow();

CREATE FUNCTION sync_link_follow_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE sync_link SET kind = kind WHERE payment_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER sync_link_follow_payment AFTER UPDATE OF paid_on, amount ON books_payment
    FOR EACH ROW WHEN ((OLD.paid_on, OLD.amount) IS DISTINCT FROM (NEW.paid_on, NEW.amount))
    EXECUTE FUNCTION sync_link_follow_payment();

CREATE FUNCTION sync_link_follow_allocation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE sync_link SET kind = kind WHERE allocation_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER sync_link_follow_allocation AFTER UPDATE OF allocated_on, amount ON books_allocation
    FOR EACH ROW WHEN ((OLD.allocated_on, OLD.amount) IS DISTINCT FROM (NEW.allocated_on, NEW.amount))
    EXECUTE FUNCTION sync_link_follow_allocation();
"""
NO_TRIGGERS = """
DROP TRIGGER sync_link_follow_allocation ON books_allocation;
DROP TRIGGER sync_link_follow_payment ON books_payment;
DROP FUNCTION sync_link_follow_allocation();
DROP FUNCTION sync_link_follow_payment();
DROP TRIGGER sync_link_follow ON books_document;
DROP TRIGGER sync_link_problem ON sync_link;
DROP TRIGGER sync_link_copy ON sync_link;
DROP FUNCTION sync_link_follow();
DROP FUNCTION sync_link_problem();
DROP FUNCTION sync_link_copy();
"""

from tallystick.workspaces.together import CreateModels


class Migration(migrations.Migration):
    replaces = [
        ("sync", "0001_initial"),
        ("sync", "0002_initial"),
        ("sync", "0003_every_kind"),
        ("sync", "0004_rescue"),
        ("sync", "0005_cooldown"),
        ("sync", "0006_resting_batches"),
        ("sync", "0007_check_goes_on"),
        ("sync", "0008_compared_content"),
        ("sync", "0009_listed_links"),
        ("sync", "0010_fill_listed_links"),
        ("sync", "0011_lists_of_a_million"),
        ("sync", "0012_pages_of_a_million"),
        ("sync", "0013_runs_of_imports"),
    ]

    initial = True

    dependencies = [
        ("books", "0005_lists_of_a_million"),
        ("connections", "0002_initial"),
        ("importing", "0003_imports_kept"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            migrations.CreateModel(
                name="Batch",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("purpose", models.CharField(max_length=24)),
                    ("key", models.UUIDField(default=uuid.uuid4, unique=True)),
                    ("method", models.CharField(max_length=6)),
                    ("path", models.CharField(max_length=400)),
                    ("query", models.CharField(blank=True, max_length=200)),
                    ("body", models.BinaryField()),
                    ("digest", models.BinaryField(max_length=32)),
                    ("fence", models.PositiveBigIntegerField()),
                    (
                        "sealed_at",
                        models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                    ),
                    ("settled_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "organisation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="batches",
                            to="connections.organisation",
                        ),
                    ),
                    ("content_type", models.CharField(default="application/json", max_length=100)),
                    ("rests_until", models.DateTimeField(blank=True, null=True)),
                    ("under_way", models.PositiveIntegerField(default=1)),
                ],
                options={
                    "verbose_name_plural": "batches",
                    "indexes": [
                        models.Index(
                            condition=models.Q(("settled_at__isnull", True)),
                            fields=["organisation", "id"],
                            name="batch_open",
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Run",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "started_at",
                        models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                    ),
                    ("undone_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "organisation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="runs",
                            to="connections.organisation",
                        ),
                    ),
                    (
                        "started_by",
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
                        "of_import",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="runs",
                            to="importing.import",
                        ),
                    ),
                ],
                options={
                    "indexes": [models.Index(fields=["organisation", "-id"], name="run_newest")],
                },
            ),
            migrations.CreateModel(
                name="Link",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("waiting", "Not sent"),
                                ("queued", "Queued"),
                                ("sending", "Sending"),
                                ("synced", "In Xero"),
                                ("failed", "Failed"),
                                ("held", "Needs you"),
                                ("excluded", "Not synced"),
                                ("retracted", "Removed from Xero"),
                            ],
                            default="queued",
                            max_length=12,
                        ),
                    ),
                    (
                        "intent",
                        models.CharField(
                            choices=[
                                ("push", "Push"),
                                ("approve", "Approve"),
                                ("retract", "Retract"),
                            ],
                            default="push",
                            max_length=8,
                        ),
                    ),
                    ("xero_id", models.UUIDField(blank=True, null=True)),
                    ("xero_number", models.CharField(blank=True, max_length=255)),
                    ("xero_status", models.CharField(blank=True, max_length=20)),
                    ("sent_revision", models.PositiveIntegerField(blank=True, null=True)),
                    ("problem", models.JSONField(blank=True, null=True)),
                    ("waits_for", models.CharField(blank=True, max_length=100)),
                    (
                        "not_before",
                        models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                    ),
                    ("tries", models.PositiveIntegerField(default=0)),
                    ("queued_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "changed_at",
                        models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                    ),
                    ("synced_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "document",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="links",
                            to="books.document",
                        ),
                    ),
                    (
                        "organisation",
                        models.ForeignKey(
                            db_index=False,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="links",
                            to="connections.organisation",
                        ),
                    ),
                    (
                        "party",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="links",
                            to="books.party",
                        ),
                    ),
                    (
                        "allocation",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="links",
                            to="books.allocation",
                        ),
                    ),
                    ("claim", models.CharField(blank=True, max_length=255)),
                    ("forced_revision", models.PositiveIntegerField(blank=True, null=True)),
                    (
                        "payment",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="links",
                            to="books.payment",
                        ),
                    ),
                    ("sealed_revision", models.PositiveIntegerField(blank=True, null=True)),
                    ("wants_pdf", models.BooleanField(default=False)),
                    ("strays", models.JSONField(blank=True, default=list)),
                    (
                        "run",
                        models.ForeignKey(
                            blank=True,
                            db_index=False,
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="links",
                            to="sync.run",
                        ),
                    ),
                    ("kept_at", models.DateTimeField(blank=True, null=True)),
                    (
                        "let_go",
                        models.JSONField(
                            blank=True,
                            db_default=models.Value([], models.JSONField()),
                            default=list,
                        ),
                    ),
                    ("kind", models.CharField(default="", editable=False, max_length=24)),
                    ("day", models.DateField(editable=False, null=True)),
                    ("number", models.CharField(default="", editable=False, max_length=255)),
                    ("currency", models.CharField(default="", editable=False, max_length=3)),
                    (
                        "total",
                        models.DecimalField(
                            decimal_places=2, editable=False, max_digits=18, null=True
                        ),
                    ),
                    ("problem_code", models.CharField(default="", editable=False, max_length=100)),
                ],
                options={
                    "indexes": [
                        models.Index(
                            condition=models.Q(("state__in", ("queued", "sending"))),
                            fields=["organisation", "not_before", "id"],
                            name="link_due",
                        ),
                        models.Index(
                            condition=models.Q(("wants_pdf", True)),
                            fields=["organisation", "id"],
                            name="link_wants_pdf",
                        ),
                        models.Index(
                            condition=models.Q(("run__isnull", False)),
                            fields=["run"],
                            name="link_of_run",
                        ),
                        models.Index(
                            condition=models.Q(("strays", []), _negated=True),
                            fields=["organisation", "id"],
                            name="link_strays",
                        ),
                        models.Index(
                            fields=["organisation", "state", "kind", "day", "document"],
                            include=("payment", "currency", "total"),
                            name="link_listed",
                        ),
                        models.Index(
                            condition=models.Q(("document__isnull", False)),
                            fields=["organisation", "state", "kind", "number", "document"],
                            name="link_numbered",
                        ),
                        models.Index(
                            condition=models.Q(
                                ("xero_id__isnull", False),
                                ("xero_status__in", ["DRAFT", "SUBMITTED"]),
                            ),
                            fields=["organisation", "kind"],
                            include=("currency", "total"),
                            name="link_to_approve",
                        ),
                        models.Index(
                            condition=models.Q(("state__in", ("failed", "held"))),
                            fields=["organisation", "changed_at", "id"],
                            include=(
                                "problem_code",
                                "waits_for",
                                "state",
                                "intent",
                                "kind",
                                "party",
                                "currency",
                                "total",
                            ),
                            name="link_stopped",
                        ),
                        models.Index(
                            condition=models.Q(("state__in", ("queued", "sending"))),
                            fields=["organisation", "queued_at"],
                            include=("kind",),
                            name="link_under_way",
                        ),
                        models.Index(
                            fields=["organisation", "queued_at"],
                            include=("kind", "state"),
                            name="link_queued",
                        ),
                        models.Index(
                            condition=models.Q(("waits_for", ""), _negated=True),
                            fields=["organisation", "waits_for"],
                            include=(
                                "state",
                                "problem_code",
                                "document",
                                "party",
                                "currency",
                                "total",
                            ),
                            name="link_awaiting",
                        ),
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("organisation", "document"), name="link_document"
                        ),
                        models.UniqueConstraint(
                            fields=("organisation", "party"), name="link_party"
                        ),
                        models.UniqueConstraint(
                            condition=models.Q(("xero_id__isnull", False)),
                            fields=("organisation", "xero_id"),
                            name="link_xero_record",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(
                                    ("document__isnull", False),
                                    ("party__isnull", True),
                                    ("payment__isnull", True),
                                    ("allocation__isnull", True),
                                ),
                                models.Q(
                                    ("document__isnull", True),
                                    ("party__isnull", False),
                                    ("payment__isnull", True),
                                    ("allocation__isnull", True),
                                ),
                                models.Q(
                                    ("document__isnull", True),
                                    ("party__isnull", True),
                                    ("payment__isnull", False),
                                    ("allocation__isnull", True),
                                ),
                                models.Q(
                                    ("document__isnull", True),
                                    ("party__isnull", True),
                                    ("payment__isnull", True),
                                    ("allocation__isnull", False),
                                ),
                                _connector="OR",
                            ),
                            name="link_has_one_record",
                        ),
                        models.UniqueConstraint(
                            fields=("organisation", "payment"), name="link_payment"
                        ),
                        models.UniqueConstraint(
                            fields=("organisation", "allocation"), name="link_allocation"
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Attempt",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("action", models.CharField(max_length=12)),
                    (
                        "outcome",
                        models.CharField(
                            choices=[
                                ("open", "Under way"),
                                ("done", "Done"),
                                ("failed", "Failed"),
                                ("held", "Needs you"),
                                ("unknown", "Asking again"),
                                ("waiting", "Waits for another"),
                                ("dropped", "Not needed any more"),
                            ],
                            max_length=8,
                        ),
                    ),
                    ("message", models.TextField(blank=True)),
                    ("correlation_id", models.CharField(blank=True, max_length=64)),
                    (
                        "started_at",
                        models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                    ),
                    ("finished_at", models.DateTimeField(blank=True, null=True)),
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
                        "organisation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="attempts",
                            to="connections.organisation",
                        ),
                    ),
                    (
                        "batch",
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="attempts",
                            to="sync.batch",
                        ),
                    ),
                    (
                        "link",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="attempts",
                            to="sync.link",
                        ),
                    ),
                ],
                options={
                    "indexes": [
                        models.Index(fields=["organisation", "id"], name="attempt_log"),
                        models.Index(
                            fields=["organisation", "outcome", "id"], name="attempt_outcome"
                        ),
                        models.Index(
                            fields=["organisation", "action", "id"], name="attempt_action"
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Lane",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("holder", models.CharField(blank=True, max_length=200)),
                    ("fence", models.PositiveBigIntegerField(default=0)),
                    ("leased_until", models.DateTimeField(blank=True, null=True)),
                    ("blocked_until", models.DateTimeField(blank=True, null=True)),
                    ("blocked_reason", models.TextField(blank=True)),
                    ("failures", models.PositiveIntegerField(default=0)),
                    (
                        "organisation",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="lane",
                            to="connections.organisation",
                        ),
                    ),
                    ("check_due_at", models.DateTimeField(blank=True, null=True)),
                    ("check_reason", models.CharField(blank=True, max_length=200)),
                    ("checked_until", models.DateTimeField(blank=True, null=True)),
                    ("pressed_at", models.DateTimeField(blank=True, null=True)),
                    ("check_state", models.JSONField(blank=True, null=True)),
                ],
                options={
                    "indexes": [models.Index(fields=["check_due_at"], name="lane_check_due")],
                },
            ),
            migrations.CreateModel(
                name="KindPolicy",
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
                                ("payment", "Payment"),
                            ],
                            max_length=24,
                        ),
                    ),
                    (
                        "sent_as",
                        models.CharField(
                            choices=[
                                ("DRAFT", "Draft"),
                                ("SUBMITTED", "Awaiting approval"),
                                ("AUTHORISED", "Approved"),
                            ],
                            default="DRAFT",
                            max_length=10,
                        ),
                    ),
                    (
                        "trigger",
                        models.CharField(
                            choices=[
                                ("on_submit", "As soon as it is submitted"),
                                ("by_hand", "When somebody presses Sync now"),
                                ("schedule", "Every day at a fixed time"),
                            ],
                            default="on_submit",
                            max_length=10,
                        ),
                    ),
                    ("send_at", models.TimeField(blank=True, null=True)),
                    ("next_send_at", models.DateTimeField(blank=True, null=True)),
                    ("starts_on", models.DateField(blank=True, null=True)),
                    ("number_prefix", models.CharField(blank=True, max_length=20)),
                    ("attach_pdf", models.BooleanField(default=False)),
                    (
                        "when_draft",
                        models.CharField(
                            choices=[
                                ("ask", "Hold the payment and ask"),
                                ("approve", "Approve the document, then pay it"),
                            ],
                            default="ask",
                            max_length=8,
                        ),
                    ),
                    (
                        "organisation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="policies",
                            to="connections.organisation",
                        ),
                    ),
                ],
                options={
                    "verbose_name_plural": "kind policies",
                    "indexes": [
                        models.Index(
                            condition=models.Q(("next_send_at__isnull", False)),
                            fields=["next_send_at"],
                            name="kind_policy_due",
                        )
                    ],
                    "constraints": [
                        models.UniqueConstraint(
                            fields=("organisation", "kind"), name="kind_policy_unique"
                        )
                    ],
                },
            ),
            migrations.CreateModel(
                name="Snapshot",
                fields=[
                    (
                        "link",
                        models.OneToOneField(
                            on_delete=django.db.models.deletion.CASCADE,
                            primary_key=True,
                            related_name="snapshot",
                            serialize=False,
                            to="sync.link",
                        ),
                    ),
                    ("revision", models.PositiveIntegerField()),
                    ("sent", models.BinaryField()),
                    ("came_back", models.BinaryField()),
                    (
                        "at",
                        models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                    ),
                ],
            ),
            migrations.CreateModel(
                name="Check",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "at",
                        models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                    ),
                    ("reason", models.CharField(blank=True, max_length=200)),
                    ("looked_at", models.PositiveIntegerField()),
                    ("relinked", models.PositiveIntegerField()),
                    ("orphans", models.PositiveIntegerField()),
                    ("strays", models.PositiveIntegerField()),
                    ("unknown", models.JSONField(default=list)),
                    (
                        "organisation",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="checks",
                            to="connections.organisation",
                        ),
                    ),
                    ("compared", models.PositiveIntegerField(null=True)),
                    ("differing", models.PositiveIntegerField(db_default=0, default=0)),
                    ("gone", models.PositiveIntegerField(db_default=0, default=0)),
                    ("kept", models.PositiveIntegerField(db_default=0, default=0)),
                    (
                        "uncompared",
                        models.JSONField(
                            db_default=models.Value({}, models.JSONField()), default=dict
                        ),
                    ),
                ],
                options={
                    "indexes": [models.Index(fields=["organisation", "-id"], name="check_newest")],
                },
            ),
            migrations.CreateModel(
                name="Pulse",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "at",
                        models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                    ),
                ],
            ),
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
