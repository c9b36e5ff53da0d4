"""What a round finds to do, one kind of work after the other: which links, and in which order."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from tallystick.connections.models import Organisation
from tallystick.sync.links.record_kinds import kinds_at
from tallystick.sync.links.switched_off import stays
from tallystick.sync.models import OF_DOCUMENTS, PAUSED, Intent, Link, LinkState


@dataclass(frozen=True, slots=True)
class DueWork:
    """One kind of work."""

    name: str
    #: What holds of its links beside that they are due.
    which: Q
    #: Sent for the first time or anew: a press of Sync now sets more of it going.
    is_push: bool = False
    #: Beside what stands in Xero already, so that its links need not be queued.
    is_beside: bool = False

    def links(self, organisation: Organisation, shut: Collection[str] = ()) -> QuerySet[Link]:
        """Return the links to be worked now, queued first come first; none that stays here.

        `shut` are the kinds of record whose module is off.
        """
        if self.is_beside:
            return Link.objects.filter(self.which, organisation=organisation).order_by("pk")
        due = Link.objects.due(organisation.pk).filter(self.which)
        return due.exclude(stays(shut)) if shut else due


def _push(**which: object) -> Q:
    return Q(intent=Intent.PUSH, **which)


def _change(intent: Intent, **which: object) -> Q:
    return Q(intent=intent, xero_id__isnull=False, **which)


WITHDRAWN_SETTLEMENTS = DueWork(
    "withdrawn settlements", _change(Intent.RETRACT, document=None) & OF_DOCUMENTS
)
WITHDRAWN_DOCUMENTS = DueWork(
    "withdrawn documents", _change(Intent.RETRACT, document__isnull=False)
)
APPROVALS = DueWork("approvals", _change(Intent.APPROVE, document__isnull=False))
#: Set going by themselves: by Retry, or by what a person has decided about them.
CUSTOMERS = DueWork("customers", Q(party__isnull=False))
ITEMS = DueWork("items", Q(item__isnull=False))
DOCUMENTS = DueWork("documents", _push(document__isnull=False), is_push=True)
INVOICES = DueWork("invoices and bills", _push(kind__in=kinds_at("Invoices")), is_push=True)
CREDIT_NOTES = DueWork("credit notes", _push(kind__in=kinds_at("CreditNotes")), is_push=True)
PAYMENTS = DueWork("payments", _push(payment__isnull=False), is_push=True)
ALLOCATIONS = DueWork("allocations", _push(allocation__isnull=False), is_push=True)
PDFS = DueWork("PDFs", Q(wants_pdf=True, state=LinkState.SYNCED), is_beside=True)
#: What changed of parties and items whose record stands in Xero: neither keeps a document waiting.
_CHANGED = Q(wants_update=True, state=LinkState.SYNCED, not_before__lte=Now())
CONTACT_CHANGES = DueWork(
    "changed contacts", _CHANGED & Q(party__do_not_sync=False), is_beside=True
)
ITEM_CHANGES = DueWork("changed items", _CHANGED & Q(item__isnull=False), is_beside=True)
#: What is on its way out of Xero is not among them: its copies go one after the other.
DUPLICATES = DueWork(
    "second copies",
    Q(state__in=[LinkState.SYNCED, LinkState.QUEUED])
    & ~PAUSED
    & ~Q(intent=Intent.RETRACT)
    & ~Q(strays=[]),
    is_beside=True,
)
