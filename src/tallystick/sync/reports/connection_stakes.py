"""What connecting other books would mean for what is here."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Sum

from tallystick.books.models import Document, Status
from tallystick.connections.models import Organisation
from tallystick.sync.links.other_books import STANDS
from tallystick.sync.models import IN_XERO, Link, LinkState
from tallystick.workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class DocumentSum:
    """How many documents, and their totals by currency."""

    count: int
    totals: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class ConnectionStakes:
    """What connecting other books means for what is here; counts are of documents."""

    #: In the books so far, and on the way there with an outcome that is not known.
    standing: DocumentSum
    under_way: int
    #: Submitted and in no books yet: these wait for Sync now in the books to come.
    to_come: DocumentSum
    #: In the books to come, from the time when they were connected before.
    known: int
    #: In drafts and in what is to come: currencies other than that of the books to come.
    foreign: Mapping[str, int]


def stakes_of(
    workspace: Workspace, former: Organisation | None, *, tenant_id: UUID, currency: str
) -> ConnectionStakes:
    """Return what connecting the organisation `tenant_id`, in `currency`, would mean now."""
    chosen = Organisation.objects.filter(workspace=workspace, tenant_id=tenant_id).first()
    there = Link.objects.filter(organisation=former, document__isnull=False)
    ours = Document.objects.in_workspace(workspace)
    elsewhere = Link.objects.filter(STANDS, document=OuterRef("pk"))
    free = ours.filter(~Exists(elsewhere))
    abroad = free.exclude(status=Status.CANCELLED).exclude(currency=currency)
    counted = abroad.values("currency").annotate(count=Count("pk")).order_by("currency")
    return ConnectionStakes(
        standing=_told(there.filter(IN_XERO), "document__"),
        under_way=there.filter(xero_id=None, state=LinkState.SENDING).count(),
        to_come=_told(free.filter(status=Status.SUBMITTED), ""),
        known=Link.objects.filter(STANDS, organisation=chosen, document__isnull=False).count()
        if chosen
        else 0,
        foreign={row["currency"]: row["count"] for row in counted},
    )


def _told(rows: QuerySet, prefix: str) -> DocumentSum:
    found = rows.values(code=F(f"{prefix}currency")).order_by("code")
    sums = list(found.annotate(count=Count("pk"), the_total=Sum(f"{prefix}total")))
    return DocumentSum(
        sum(row["count"] for row in sums), {row["code"]: row["the_total"] for row in sums}
    )
