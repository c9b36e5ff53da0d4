"""The round's first look: which documents are due, and which of them can be sent as they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import Prefetch

from tallystick import xero
from tallystick.books.models import Document, Line
from tallystick.connections.models import Organisation
from tallystick.mapping.problems import Problem, Unresolved
from tallystick.mapping.resolve import Resolved, Resolver, document_draft
from tallystick.sync.engine.batches import BATCH
from tallystick.sync.engine.due_work import CREDIT_NOTES, DOCUMENTS, INVOICES
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.contents import Draft
from tallystick.sync.links.problems import ProblemCode
from tallystick.sync.links.pushed_records import PushedDocument
from tallystick.sync.links.sync_rules import number_in_xero, policies_of
from tallystick.sync.links.transitions import LinkVerdict
from tallystick.sync.lookup.line_items import line_items_of
from tallystick.sync.models import KindPolicy, Link

logger = structlog.get_logger(__name__)

#: Documents of each endpoint worked in one round at most.
DOCUMENTS_A_ROUND = 250
#: Documents looked at beyond the round when customers have to be made.
AHEAD = 750


@dataclass(frozen=True, slots=True)
class ReadyDocument:
    """A document that can be sent once its contact is known."""

    pushed: PushedDocument
    resolved: Resolved
    policy: KindPolicy
    contact_id: UUID | None = None

    @property
    def link(self) -> Link:
        return self.pushed.link

    @property
    def document(self) -> Document:
        return self.pushed.document

    def draft(self, status: str) -> Draft:
        """Return what makes it in Xero with the status, one of DRAFT, SUBMITTED and AUTHORISED."""
        if self.contact_id is None:
            raise ValueError(f"{self.document} has no contact in Xero yet.")
        return document_draft(
            self.document,
            self.resolved,
            contact_id=self.contact_id,
            marker=marker_of(self.document),
            number=number_in_xero(self.document, self.policy),
            status=cast(Literal["DRAFT", "SUBMITTED", "AUTHORISED"], status),
        )


def marker_of(document: Document) -> str:
    """Return the document's own address here: how we know our copy in Xero again."""
    return f"{settings.PUBLIC_URL}/d/{document.uid}"


def uid_in(url: str | None) -> str:
    """Return the uid in a record's marker, whatever host it was made on; empty without a marker."""
    return (url or "").rstrip("/").rpartition("/d/")[2].lower() if "/d/" in (url or "") else ""


def due_documents(hands: RoundHands) -> list[Link]:
    """Return the next links whose document is to be pushed, oldest first, with all they need.

    Of each endpoint as many as one question to Xero holds the numbers of, in whole batches: kinds
    of which there are few among many others fill their requests too.
    """
    chosen: list[int] = []
    for work in (INVOICES, CREDIT_NOTES):
        due = hands.due(work, DOCUMENTS_A_ROUND)
        chosen += list(due)[: room_for(list(due.values()))]
    return hands.as_now(loaded_documents(chosen))


def room_for(numbers: Sequence[str]) -> int:
    """Return how many of the next documents, by their numbers, are worked in one round."""
    room = len(next(xero.chunk_for_query(numbers), []))
    return len(numbers) if room >= len(numbers) else max(BATCH, room // BATCH * BATCH)


def parties_ahead(hands: RoundHands, worked: Sequence[Link]) -> set[int]:
    """Return the customers of the documents after these that can be sent, by primary key.

    So that contacts are asked for and made by the fifty, not by the few of each round.
    """
    here = {link.pk for link in worked}
    due = hands.due(DOCUMENTS, AHEAD + len(here))
    ahead = [pk for pk in due if pk not in here][:AHEAD]
    parties: set[int] = set()
    for start in range(0, len(ahead), DOCUMENTS_A_ROUND):
        links = hands.as_now(loaded_documents(ahead[start : start + DOCUMENTS_A_ROUND]))
        parties |= {one.document.party_id for one in resolve_documents(hands, links)}
    return parties


def loaded_documents(link_ids: Sequence[int]) -> list[Link]:
    """Return the links in this order, with all that resolving and drafting their documents needs."""
    lines = Prefetch("document__lines", Line.objects.order_by("position"))
    links = Link.objects.filter(pk__in=link_ids).select_related("organisation", "document__party")
    by_id = {link.pk: link for link in links.prefetch_related(lines)}
    return [by_id[pk] for pk in link_ids if pk in by_id]


def resolve_documents(hands: RoundHands, links: Sequence[Link]) -> list[ReadyDocument]:
    """Return what can be sent; what cannot fails here, each on its own, without asking Xero."""
    if not links:
        return []
    ready, stopped = judge_documents(hands.organisation, links)
    failing = {verdict.link_id for verdict in stopped}

    def again() -> Sequence[LinkVerdict]:
        # Releasing what waits for a mapping takes the same lock. So either it finds what fails
        # here, or the mapping is seen here and the document stays queued for the next round.
        return judge_documents(hands.organisation, [one for one in links if one.pk in failing])[1]

    hands.settle("resolve", stopped, action=AttemptAction.RESOLVE, again=again)
    return ready


def judge_documents(
    organisation: Organisation, links: Sequence[Link]
) -> tuple[list[ReadyDocument], list[LinkVerdict]]:
    """Return which of the documents can be sent, and what stops each of the others."""
    documents = [link.document for link in links if link.document]
    resolver = Resolver.of(organisation, documents, line_items_of(organisation, documents))
    policies = policies_of(organisation)
    ready: list[ReadyDocument] = []
    stopped: list[LinkVerdict] = []
    for link in links:
        one = PushedDocument.of(link)
        document = one.document
        if document.is_withdrawn:
            stopped.append(LinkVerdict(link.pk, "Cancelled before it was sent."))
            continue
        try:
            resolved = resolver.check(document, list(document.lines.all()))
            ready.append(ReadyDocument(one, resolved, policies[document.kind]))
        except Unresolved as unresolved:
            stopped.append(failed_with(link, unresolved))
        except Exception:
            # One document that we stumble over must not stop its neighbours.
            logger.exception("resolve.failed", document=document.pk)
            stopped.append(_stumbled(link, document))
    return ready, stopped


def failed_with(link: Link, unresolved: Unresolved) -> LinkVerdict:
    """Return the verdict that stops a link, with every cause; the first decides what releases it."""
    first, *others = unresolved.problems
    if others:
        told = {
            "others": [
                {"message": one.message, "remedy": one.remedy, "screen": one.screen}
                for one in others
            ]
        }
        first = replace(first, details={**first.details, **told})
    return LinkVerdict(
        link.pk,
        str(unresolved),
        problem=first,
        is_question=first.is_question,
        revision=link.document.revision if link.document else None,
    )


def _stumbled(link: Link, document: Document) -> LinkVerdict:
    message = (
        f"{document.number} was not sent: Tallystick could not work out what to send. "
        "Nothing reached Xero."
    )
    remedy = "Press Retry. If it comes again, whoever runs Tallystick finds the cause in the log."
    return LinkVerdict(link.pk, message, problem=Problem(ProblemCode.INTERNAL, message, remedy))
