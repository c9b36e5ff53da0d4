"""What stands in other books than the workspace is bound to now: it is kept out of these.

Books are changed as seldom as a business changes its ledger, and what was sent before stays where
it is. Sending it again would put one sale into two ledgers, so only a person lets it in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Now

from tallystick.books.models import Document, Status
from tallystick.connections.models import Organisation
from tallystick.sync.models import IN_XERO, Intent, Link, LinkState
from tallystick.sync.policy import ELSEWHERE, in_order, reassess
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

#: Links whose record is in their organisation's books, or may be: its outcome is not known yet.
STANDS = IN_XERO | Q(xero_id=None, state=LinkState.SENDING)


@dataclass(frozen=True, slots=True)
class Told:
    """How many documents, and their totals by currency."""

    count: int
    totals: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Stakes:
    """What connecting other books means for what is here; counts are of documents."""

    #: In the books so far, and on the way there with an outcome that is not known.
    standing: Told
    under_way: int
    #: Submitted and in no books yet: these wait for Sync now in the books to come.
    to_come: Told
    #: In the books to come, from the time when they were connected before.
    known: int
    #: In drafts and in what is to come: currencies other than that of the books to come.
    foreign: Mapping[str, int]


def stakes_of(
    workspace: Workspace, former: Organisation | None, *, tenant_id: UUID, currency: str
) -> Stakes:
    """Return what connecting the organisation `tenant_id`, in `currency`, would mean now."""
    chosen = Organisation.objects.filter(workspace=workspace, tenant_id=tenant_id).first()
    there = Link.objects.filter(organisation=former, document__isnull=False)
    ours = Document.objects.in_workspace(workspace)
    elsewhere = Link.objects.filter(STANDS, document=OuterRef("pk"))
    free = ours.filter(~Exists(elsewhere))
    abroad = free.exclude(status=Status.CANCELLED).exclude(currency=currency)
    counted = abroad.values("currency").annotate(count=Count("pk")).order_by("currency")
    return Stakes(
        standing=_told(there.filter(IN_XERO), "document__"),
        under_way=there.filter(xero_id=None, state=LinkState.SENDING).count(),
        to_come=_told(free.filter(status=Status.SUBMITTED), ""),
        known=Link.objects.filter(STANDS, organisation=chosen, document__isnull=False).count()
        if chosen
        else 0,
        foreign={row["currency"]: row["count"] for row in counted},
    )


def keep_out(organisation: Organisation) -> None:
    """Keep out what was to go to these books and stands in others by now.

    For an organisation that is connected again: what waited for it then may have gone elsewhere.
    """
    others = Link.objects.filter(STANDS).exclude(organisation=organisation)
    stopped = Link.objects.filter(organisation=organisation, xero_id=None, intent=Intent.PUSH)
    stopped = stopped.exclude(state__in=[LinkState.SENDING, LinkState.RETRACTED])
    kept = {
        "state": LinkState.EXCLUDED, "waits_for": ELSEWHERE, "problem": None, "changed_at": Now()
    }  # fmt: skip
    in_order(stopped.filter(Exists(others.filter(document=OuterRef("document"))))).update(**kept)
    # Payments and allocations stay with the documents that they stand on.
    out = kept_out_of(organisation).values("document")
    entries = Q(payment__document__in=out) | Q(allocation__document__in=out)
    entries |= Q(allocation__credit_note__in=out)
    in_order(stopped.filter(entries)).update(**kept)


def kept_out_of(organisation: Organisation) -> QuerySet[Link]:
    """Return the links of documents that stand in other books and are kept out of these."""
    return Link.objects.filter(
        organisation=organisation,
        state=LinkState.EXCLUDED,
        waits_for=ELSEWHERE,
        document__isnull=False,
    )


@transaction.atomic
def let_in(*, workspace: Workspace, organisation: Organisation, actor: User) -> int:
    """Let what stands in other books wait for Sync now here as well; returns how many documents.

    Their payments and allocations come along. Safe to repeat. Raises NotAllowed.
    """
    require(actor, workspace, Permission.MANAGE_SYNC)
    documents = kept_out_of(organisation).count()
    kept = Link.objects.filter(
        organisation=organisation, state=LinkState.EXCLUDED, waits_for=ELSEWHERE
    )
    let = in_order(kept).update(state=LinkState.WAITING, waits_for="", changed_at=Now())
    if let:
        reassess(organisation)
        audit.record(
            workspace=workspace,
            actor=actor,
            action="sync.let_in",
            subject=organisation,
            message=f"Let {documents:,} documents that stand in other books go to "
            f"{organisation.name} as well.",
        )
    return documents


def books_of(link: Link) -> str:
    """Return the names of the other books that the link's document stands in."""
    others = Link.objects.filter(STANDS, document=link.document_id).exclude(pk=link.pk)
    names = others.values_list("organisation__name", flat=True).order_by("organisation__name")
    return " and ".join(names)


def _told(rows: QuerySet, prefix: str) -> Told:
    found = rows.values(code=F(f"{prefix}currency")).order_by("code")
    sums = list(found.annotate(count=Count("pk"), the_total=Sum(f"{prefix}total")))
    return Told(sum(row["count"] for row in sums), {row["code"]: row["the_total"] for row in sums})
