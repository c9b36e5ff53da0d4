"""Records by the word that their state shows: for lists, filters and counts."""

from collections.abc import Iterable

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from tallystick.books.models import Document, DocumentQuerySet, Kind, Status
from tallystick.connections.models import Organisation
from tallystick.sync.links.other_books import STANDS
from tallystick.sync.links.record_kinds import settlement_kinds
from tallystick.sync.models import OPEN_STATES, Link, LinkState


def in_state(
    documents: DocumentQuerySet, state: str, organisation: Organisation | None
) -> DocumentQuerySet:
    """Keep the documents that show the word of `state`; finds a rare one without looking at all."""
    if organisation is None:
        # Without one no link is in use: what is submitted stands in the books before, or waits.
        stands = Exists(Link.objects.filter(STANDS, document=OuterRef("pk")))
        if word_of(state) == word_of(LinkState.SYNCED):
            return documents.exclude(status=Status.DRAFT).filter(stands)
        waiting = documents.filter(~stands, status=Status.SUBMITTED)
        return waiting if state == LinkState.WAITING else documents.none()
    # With one every submitted document has a link: submitting and connecting make them.
    return documents.filter(shows_word(state, organisation))


def shows_word(state: str, organisation: Organisation) -> Q:
    """Return the condition that a document's link shows the word of `state`."""
    return Q(links__organisation=organisation, links__state__in=states_alike(state))


def links_in_state(
    organisation: Organisation, state: str, kinds: Iterable[str], *, exactly: str = ""
) -> QuerySet[Link]:
    """Return the links of the kinds of records that show the word of `state`.

    With `exactly` only those in this one of the states that show it: these stand in one order.

    With their own `day`, `currency` and `total`, by which they are listed and counted in order and
    without a look at their records, however many are in the state, or how few.
    """
    return Link.objects.filter(
        organisation=organisation,
        state__in=[exactly] if exactly else states_alike(state),
        kind__in=list(kinds),
    )


def on_the_way(organisation: Organisation) -> QuerySet[Link]:
    """Return the links of documents, payments and allocations that are on their way just now."""
    kinds = [*Kind.values, *settlement_kinds()]
    return Link.objects.filter(organisation=organisation, state__in=OPEN_STATES, kind__in=kinds)


def states_alike(state: str) -> list[str]:
    """Return the states that show the same word as this one."""
    return [each for each in LinkState.values if word_of(each) == word_of(state)]


def word_of(state: str) -> str:
    """Return the one of the seven words that stands for a state."""
    if state == LinkState.RETRACTED:
        return LinkState.EXCLUDED.label
    return LinkState(state).label


def with_states(
    documents: QuerySet[Document], organisation: Organisation | None
) -> QuerySet[Document]:
    """Annotate each document with `sync_state`: a value of LinkState, or "" for none."""
    link = Link.objects.filter(document=OuterRef("pk"), organisation=organisation)
    state = Subquery(link.values("state")[:1], output_field=CharField())
    return documents.annotate(sync_state=Coalesce(state, Value("")))
