"""Which events wait, and since when: those of a burst are fetched together."""

from datetime import timedelta

from django.db.models import QuerySet
from django.db.models.functions import Now

from tallystick.connections.models import Organisation
from tallystick.sync.models import WebhookEvent

#: A burst is over once nothing more has come for so long,
QUIET = timedelta(seconds=2)
#: and is not waited for longer than this.
LONGEST = timedelta(seconds=5)


def waiting_events(organisation: Organisation) -> QuerySet[WebhookEvent]:
    """Return the organisation's events that nobody has seen to yet, first come first."""
    waiting = WebhookEvent.objects.filter(organisation=organisation, done_at=None)
    return waiting.order_by("noticed_at", "pk")


def is_burst_over(organisation: Organisation) -> bool:
    """Tell whether events wait and it is time to fetch them; `rounds.jobs` asks the same of all."""
    waiting = waiting_events(organisation)
    if waiting.filter(noticed_at__lte=Now() - LONGEST).exists():
        return True
    return waiting.exists() and not waiting.filter(noticed_at__gt=Now() - QUIET).exists()
