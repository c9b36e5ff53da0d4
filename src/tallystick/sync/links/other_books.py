"""What stands in other books than the workspace is bound to now: it is kept out of these.

Books are changed as seldom as a business changes its ledger, and what was sent before stays where
it is. Sending it again would put one sale into two ledgers, so only a person lets it in.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from tallystick.connections.models import Organisation
from tallystick.sync.links.sync_rules import OTHER_BOOKS, in_order
from tallystick.sync.models import IN_XERO, Intent, Link, LinkState

#: Links whose record is in their organisation's books, or may be: its outcome is not known yet.
STANDS = IN_XERO | Q(xero_id=None, state=LinkState.SENDING)


def keep_out(organisation: Organisation) -> None:
    """Keep out what was to go to these books and stands in others by now.

    For an organisation that is connected again: what waited for it then may have gone elsewhere.
    """
    others = Link.objects.filter(STANDS).exclude(organisation=organisation)
    stopped = Link.objects.filter(organisation=organisation, xero_id=None, intent=Intent.PUSH)
    stopped = stopped.exclude(state__in=[LinkState.SENDING, LinkState.RETRACTED])
    kept = {
        "state": LinkState.EXCLUDED, "waits_for": OTHER_BOOKS, "problem": None, "changed_at": Now()
    }  # fmt: skip
    in_order(stopped.filter(Exists(others.filter(document=OuterRef("document"))))).update(**kept)
    # Payments and allocations stay with the documents that they stand on.
    out = kept_out_of(organisation).values("document")
    settlements = Q(payment__document__in=out) | Q(allocation__document__in=out)
    settlements |= Q(allocation__credit_note__in=out)
    in_order(stopped.filter(settlements)).update(**kept)


def kept_out_of(organisation: Organisation) -> QuerySet[Link]:
    """Return the links of documents that stand in other books and are kept out of these."""
    return Link.objects.filter(
        organisation=organisation,
        state=LinkState.EXCLUDED,
        waits_for=OTHER_BOOKS,
        document__isnull=False,
    )


def books_of(link: Link) -> str:
    """Return the names of the other books that the link's document stands in."""
    others = Link.objects.filter(STANDS, document=link.document_id).exclude(pk=link.pk)
    names = others.values_list("organisation__name", flat=True).order_by("organisation__name")
    return " and ".join(names)
