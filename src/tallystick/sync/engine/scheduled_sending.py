"""What is sent at a time of day: which rules have come due, and queueing what waited for them."""

from django.db.models import Q
from django.db.models.functions import Now

from tallystick.sync.engine.waking import wake_lane
from tallystick.sync.links.queueing import requeue_links, waiting_for_a_press
from tallystick.sync.links.record_kinds import kinds_under
from tallystick.sync.links.sync_rules import next_time
from tallystick.sync.models import KindPolicy, Trigger

#: Schedules that are let go in one transaction.
_AT_ONCE = 50


def due_schedules() -> list[KindPolicy]:
    """Return some policies whose time of day has come, and set their next time.

    Locked for the caller's transaction, and passed over by others: each is one worker's.
    """
    due = list(
        KindPolicy.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(next_send_at__lte=Now(), trigger=Trigger.SCHEDULE)
        .select_related("organisation")
        .order_by("next_send_at")[:_AT_ONCE]
    )
    for policy in due:
        policy.next_send_at = next_time(policy.organisation, policy.send_at)
        policy.save(update_fields=["next_send_at"])
    return due


def send_scheduled(policy: KindPolicy) -> None:
    """Queue what waits for its kind's time of day."""
    organisation = policy.organisation
    requeue_links(waiting_for_a_press(organisation).filter(of_kind(policy.kind)))
    wake_lane(organisation.pk)


def of_kind(kind: str) -> Q:
    """Return the condition on links of the records that go by a rule."""
    return Q(kind__in=kinds_under(kind))
