"""The round's first look: which documents are due, and which of them can be sent as they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import Prefetch, QuerySet

from tallystick import xero
from tallystick.books.models import Document, Line, Status
from tallystick.connections.models import Organisation
from tallystick.mapping.problems import Problem, Unresolved
from tallystick.mapping.resolve import Resolved, Resolver, document_draft
from tallystick.sync.lane import Held
from tallystick.sync.models import Intent, KindPolicy, Link, LinkState
from tallystick.sync.policy import policies_of
from tallystick.sync.push.batches import BATCH
from tallystick.sync.push.shapes import ENDPOINTS, kinds_at
from tallystick.sync.snapshots import Draft
from tallystick.sync.steps import committing
from tallystick.sync.verdicts import Verdict, apply_verdicts

logger = structlog.get_logger(__name__)

#: Documents of each endpoint worked in one round at most.
ROUND = 250
#: Documents looked at beyond the round when customers have to be made.
AHEAD = 750


@dataclass(frozen=True, slots=True)
class Ready:
    """A document that can be sent once its contact is known."""

    link: Link
    document: Document
    resolved: Resolved
    policy: KindPolicy
    contact_id: UUID | None = None

    def draft(self, status: str) -> Draft:
        """Return what makes it in Xero with the status, one of DRAFT, SUBMITTED and AUTHORISED."""
        if self.contact_id is None:
            raise ValueError(f"{self.document} has no contact in Xero yet.")
        return document_draft(
            self.document,
            self.resolved,
            contact_id=self.contact_id,
            marker=marker_of(self.document),
            number=f"{self.policy.number_prefix}{self.document.number}",
            status=cast(Literal["DRAFT", "SUBMITTED", "AUTHORISED"], status),
        )


def marker_of(document: Document) -> str:
    """Return the document's own address here: how we know our copy in Xero again."""
    return f"{settings.PUBLIC_URL}/d/{document.uid}"


def uid_in(url: str | None) -> str:
    """Return the uid in a record's marker, whatever host it was made on; empty without a marker."""
    return (url or "").rstrip("/").rpartition("/d/")[2].lower() if "/d/" in (url or "") else ""


def due_documents(organisation: Organisation) -> list[Link]:
    """Return the next links whose document is to be pushed, oldest first, with all they need.

    Of each endpoint as many as one question to Xero holds the numbers of, in whole batches: kinds
    of which there are few among many others fill their requests too.
    """
    chosen: list[int] = []
    for endpoint in ENDPOINTS:
        due = _due(organisation).filter(document__kind__in=kinds_at(endpoint))
        rows = list(due.values_list("pk", "document__number")[:ROUND])
        chosen += [pk for pk, _ in rows[: room_for([number for _, number in rows])]]
    return loaded(chosen)


def room_for(numbers: Sequence[str]) -> int:
    """Return how many of the next documents, by their numbers, are worked in one round."""
    room = len(next(xero.chunk_for_query(numbers), []))
    return len(numbers) if room >= len(numbers) else max(BATCH, room // BATCH * BATCH)


def parties_ahead(held: Held, worked: Sequence[Link]) -> set[int]:
    """Return the customers of the documents after these that can be sent, by primary key.

    So that contacts are asked for and made by the fifty, not by the few of each round.
    """
    due = _due(held.organisation).exclude(pk__in=[link.pk for link in worked])
    ahead = list(due.values_list("pk", flat=True)[:AHEAD])
    parties: set[int] = set()
    for start in range(0, len(ahead), ROUND):
        ready = resolve(held, loaded(ahead[start : start + ROUND]))
        parties |= {one.document.party_id for one in ready}
    return parties


def _due(organisation: Organisation) -> QuerySet[Link]:
    return Link.objects.due(organisation.pk).filter(
        state=LinkState.QUEUED, intent=Intent.PUSH, document__isnull=False
    )


def loaded(link_ids: Sequence[int]) -> list[Link]:
    """Return the links in this order, with all that resolving and drafting their documents needs."""
    lines = Prefetch("document__lines", Line.objects.order_by("position"))
    links = Link.objects.filter(pk__in=link_ids).select_related("organisation", "document__party")
    by_id = {link.pk: link for link in links.prefetch_related(lines)}
    return [by_id[pk] for pk in link_ids if pk in by_id]


def resolve(held: Held, links: Sequence[Link]) -> list[Ready]:
    """Return what can be sent; what cannot fails here, each on its own, without asking Xero."""
    if not links:
        return []
    ready, stopped = judge(held.organisation, links)
    if stopped:
        with committing("resolve"):
            held.guard()
            # Releasing what waits for a mapping takes the same lock. So either it finds what fails
            # here, or the mapping is seen here and the document stays queued for the next round.
            failing = {verdict.link_id for verdict in stopped}
            again = [link for link in links if link.pk in failing]
            _, still_stopped = judge(held.organisation, again)
            apply_verdicts(still_stopped, action="resolve")
    return ready


def judge(organisation: Organisation, links: Sequence[Link]) -> tuple[list[Ready], list[Verdict]]:
    """Return which of the documents can be sent, and what stops each of the others."""
    resolver = Resolver.of(organisation, [link.document for link in links if link.document])
    policies = policies_of(organisation)
    ready: list[Ready] = []
    stopped: list[Verdict] = []
    for link in links:
        document = link.document
        if document is None:
            continue
        if document.status == Status.CANCELLED:
            stopped.append(Verdict(link.pk, "Cancelled before it was sent."))
            continue
        try:
            resolved = resolver.check(document, list(document.lines.all()))
            ready.append(Ready(link, document, resolved, policies[document.kind]))
        except Unresolved as unresolved:
            stopped.append(failed(link, unresolved))
        except Exception:
            # One document that we stumble over must not stop its neighbours.
            logger.exception("resolve.failed", document=document.pk)
            stopped.append(_stumbled(link, document))
    return ready, stopped


def failed(link: Link, unresolved: Unresolved) -> Verdict:
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
    return Verdict(
        link.pk,
        str(unresolved),
        problem=first,
        is_question=first.is_question,
        revision=link.document.revision if link.document else None,
    )


def _stumbled(link: Link, document: Document) -> Verdict:
    message = (
        f"{document.number} was not sent: Tallystick could not work out what to send. "
        "Nothing reached Xero."
    )
    remedy = "Press Retry. If it comes again, whoever runs Tallystick finds the cause in the log."
    return Verdict(link.pk, message, problem=Problem("internal", message, remedy))
