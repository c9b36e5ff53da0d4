"""Links carry copies of what lists are ordered, grouped and summed by; triggers keep them."""

from django.db import migrations, models

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
"""
NO_TRIGGERS = """
DROP TRIGGER sync_link_follow ON books_document;
DROP TRIGGER sync_link_problem ON sync_link;
DROP TRIGGER sync_link_copy ON sync_link;
DROP FUNCTION sync_link_follow();
DROP FUNCTION sync_link_problem();
DROP FUNCTION sync_link_copy();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0003_tax_level"),
        ("sync", "0008_compared_content"),
    ]

    operations = [
        migrations.AddField(
            model_name="link",
            name="kind",
            field=models.CharField(default="", editable=False, max_length=24),
        ),
        migrations.AddField(
            model_name="link",
            name="day",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="link",
            name="number",
            field=models.CharField(default="", editable=False, max_length=255),
        ),
        migrations.AddField(
            model_name="link",
            name="currency",
            field=models.CharField(default="", editable=False, max_length=3),
        ),
        migrations.AddField(
            model_name="link",
            name="total",
            field=models.DecimalField(decimal_places=2, editable=False, max_digits=18, null=True),
        ),
        migrations.AddField(
            model_name="link",
            name="problem_code",
            field=models.CharField(default="", editable=False, max_length=100),
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
