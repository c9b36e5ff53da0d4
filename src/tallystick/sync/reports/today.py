"""What every morning begins with: documents that wait, are under way, and reached Xero today."""

from datetime import datetime, time

from django.db.models import QuerySet
from django.utils import timezone

from tallystick.books.counting import COUNTED
from tallystick.books.models import Document, DocumentQuerySet, Kind
from tallystick.connections.models import Organisation
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.models import (
    DRAFTS,
    GONE,
    OPEN_STATES,
    Attempt,
    AttemptOutcome,
    Link,
    LinkState,
)
from tallystick.sync.reports.state_filters import in_state, links_in_state
from tallystick.workspaces.models import Workspace

_LOOKED_AT = 2 * COUNTED


def waiting_documents(
    workspace: Workspace, organisation: Organisation | None
) -> DocumentQuerySet | QuerySet[Link]:
    """Return what waits for a press: its links, or without books the documents themselves."""
    if organisation is None:
        return in_state(Document.objects.in_workspace(workspace), LinkState.WAITING, None)
    return links_in_state(organisation, LinkState.WAITING, Kind.values)


def under_way(organisation: Organisation) -> QuerySet[Link]:
    """Return the links of documents that are on their way just now."""
    return _documents(organisation, state__in=OPEN_STATES)


def awaiting_approval(organisation: Organisation) -> QuerySet[Link]:
    """Return the links of what stands there as a draft, whatever is wished for it here."""
    return _documents(organisation, xero_id__isnull=False, xero_status__in=DRAFTS)


def sent_today(organisation: Organisation) -> QuerySet[Link]:
    """Return the links of documents that reached Xero since midnight, and stand there.

    That of the time zone that is active. Looks at the newest attempts only, as many as are
    counted, so the log's length costs nothing.
    """
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    newest = Attempt.objects.filter(organisation=organisation).order_by("-pk")
    edge = newest.values_list("pk", flat=True)[_LOOKED_AT : _LOOKED_AT + 1].first() or 0
    made = newest.filter(
        pk__gt=edge,
        action__in=[AttemptAction.CREATE, AttemptAction.ASK],
        outcome=AttemptOutcome.DONE,
        finished_at__gte=midnight,
    )
    reached = _documents(organisation, pk__in=made.order_by().values("link"), xero_id__isnull=False)
    return reached.exclude(xero_status__in=GONE)


def _documents(organisation: Organisation, **wanted: object) -> QuerySet[Link]:
    """Return links of documents, which bear what is counted and added up."""
    return Link.objects.filter(organisation=organisation, kind__in=Kind.values, **wanted)
