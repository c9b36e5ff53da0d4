"""How many records of a workspace are in Xero, and which attempts have ended: for the commands."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from tallystick.connections.models import Organisation
from tallystick.sync.models import IN_XERO, OF_DOCUMENTS, Attempt, Link, LinkState
from tallystick.workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class StandingCounts:
    """Documents, and payments with allocations, each for itself."""

    documents: int
    settlements: int


def synced_records(organisation: Organisation | None) -> StandingCounts:
    """Count what is done: in Xero as it is wished for."""
    return _counted(Q(organisation=organisation, state=LinkState.SYNCED))


def records_in_xero(workspace: Workspace, organisation: Organisation | None) -> StandingCounts:
    """Count what stands in Xero, whatever is wished for it; with no books bound, in those before."""
    books = Q(organisation=organisation) if organisation else Q(organisation__workspace=workspace)
    return _counted(IN_XERO & books)


def ended_attempts(organisation: Organisation) -> QuerySet[Attempt, int]:
    """Return the keys of attempts that have ended, the newest first."""
    ended = Attempt.objects.filter(organisation=organisation, finished_at__isnull=False)
    return ended.order_by("-pk").values_list("pk", flat=True)


def _counted(condition: Q) -> StandingCounts:
    links = Link.objects.filter(condition, OF_DOCUMENTS)
    return StandingCounts(
        links.filter(document__isnull=False).count(), links.filter(document__isnull=True).count()
    )
