"""Links follow payments and allocations, too; pages of a million documents go by fewer rows."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

TRIGGERS = """
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
"""


class Migration(migrations.Migration):
    atomic = False  # nobody waits while the indexes are made

    dependencies = [("sync", "0011_lists_of_a_million")]

    operations = [
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        AddIndexConcurrently(
            model_name="link",
            index=models.Index(
                condition=models.Q(("state__in", ("failed", "held"))),
                fields=["organisation", "changed_at", "id"],
                include=(
                    *("problem_code", "waits_for", "state", "intent", "kind"),
                    *("party", "currency", "total"),
                ),
                name="link_stopped",
            ),
        ),
        RemoveIndexConcurrently(model_name="link", name="link_trouble"),
        AddIndexConcurrently(
            model_name="link",
            index=models.Index(
                condition=models.Q(("state__in", ("queued", "sending"))),
                fields=["organisation", "queued_at"],
                include=("kind",),
                name="link_under_way",
            ),
        ),
        AddIndexConcurrently(
            model_name="link",
            index=models.Index(
                fields=["organisation", "queued_at"], include=("kind", "state"), name="link_queued"
            ),
        ),
        RemoveIndexConcurrently(model_name="link", name="link_run"),
        AddIndexConcurrently(
            model_name="link",
            index=models.Index(
                condition=models.Q(("waits_for", ""), _negated=True),
                fields=["organisation", "waits_for"],
                include=("state", "problem_code", "document", "party", "currency", "total"),
                name="link_awaiting",
            ),
        ),
        RemoveIndexConcurrently(model_name="link", name="link_waits_for"),
    ]
