"""What Xero (or our own look) says about a link, and the one place that writes it down.

A verdict is applied inside a transaction that holds the rows: documents first, then links, both
in the order of their keys. Cancelling takes the same locks in the same order, so a cancellation
comes either before a verdict, and is seen here, or after it, and sees the result.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models.functions import Now

from tallystick.books.models import Document, Status
from tallystick.mapping.problems import DOCUMENT, PARTY, XERO, Problem
from tallystick.sync.models import Attempt, Batch, Intent, Link, LinkState, Outcome
from tallystick.sync.queue import release

#: After so many unclear answers a link fails and waits for a person.
MAX_TRIES = 6


@dataclass(frozen=True, slots=True)
class Copy:
    """The record in Xero that belongs to the link."""

    xero_id: UUID
    number: str
    status: str

    @property
    def is_gone(self) -> bool:
        return self.status in {"DELETED", "VOIDED"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One link's fate: `copy` is in Xero, or `problem` keeps it out, or neither: not there yet.

    Both together: our copy is there, but raises a question.
    """

    link_id: int
    message: str
    copy: Copy | None = None
    problem: Problem | None = None
    #: The problem is a question to a person rather than an error.
    is_question: bool = False
    #: Going back counts as one of the link's tries; not so where others in its batch are the cause.
    is_try: bool = True


def lock_links(link_ids: Iterable[int]) -> dict[int, Link]:
    """Lock the links and their documents for this transaction; read afresh, by primary key."""
    wanted = list(link_ids)
    documents = Document.objects.filter(links__in=wanted).order_by("pk")
    list(documents.select_for_update().values_list("pk", flat=True))
    links = Link.objects.filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",))
    return {link.pk: link for link in links.select_related("document", "party")}


def apply_verdicts(
    verdicts: Sequence[Verdict],
    *,
    action: str,
    batch: Batch | None = None,
    correlation_id: str | None = None,
) -> list[Link]:
    """Write down what became of each link, and an attempt for each; returns the links as they are.

    Within a batch only its own members that still wait for the answer are touched, save that a
    copy found in Xero is never ignored: a ghost that came late is retracted.
    """
    links = lock_links(verdict.link_id for verdict in verdicts)
    open_attempts = _open_attempts(batch)
    owners = _owners(verdicts)
    attempts: list[Attempt] = []
    for verdict in verdicts:
        link = links[verdict.link_id]
        attempt = open_attempts.get(link.pk)
        if batch and attempt is None and not _is_news(link, verdict):
            continue
        if verdict.copy and owners.setdefault(verdict.copy.xero_id, link).pk != link.pk:
            verdict = _belongs_to_another(link, owners[verdict.copy.xero_id])
        attempt = attempt or Attempt(
            organisation_id=link.organisation_id, link=link, batch=batch, action=action
        )
        attempt.outcome = _move(link, verdict, action)
        attempt.message = verdict.message
        attempt.correlation_id = (correlation_id or "")[:64]
        attempt.finished_at = Now()
        attempts.append(attempt)
    _save(links.values(), attempts)
    _release_documents_of(links.values())
    return list(links.values())


def _is_news(link: Link, verdict: Verdict) -> bool:
    """Tell whether a request that came late has made a copy that nobody knows of."""
    copy = verdict.copy
    if copy is None or copy.is_gone or copy.xero_id == link.xero_id:
        return False
    return link.xero_id is None or link.state != LinkState.SYNCED


def _owners(verdicts: Sequence[Verdict]) -> dict[UUID, Link]:
    """Return the links that have one of the verdicts' copies already, by the copy's id."""
    found = {verdict.copy.xero_id for verdict in verdicts if verdict.copy}
    # All verdicts are about links of one organisation; ids in Xero are unique over all.
    links = Link.objects.filter(
        organisation__links__in=[verdict.link_id for verdict in verdicts[:1]], xero_id__in=found
    )
    return {
        link.xero_id: link for link in links.select_related("document", "party") if link.xero_id
    }


def _belongs_to_another(link: Link, owner: Link) -> Verdict:
    """One record in Xero is never two of ours: whatever hangs on it would go to the wrong one."""
    ours, theirs = link.document or link.party, owner.document or owner.party
    message = (
        f"{ours} ({ours.number if ours else ''}) and {theirs} ({theirs.number if theirs else ''}) "
        f"are one and the same record in Xero, so {ours} was not linked to it. Nothing was changed."
    )
    remedy = "Give each a record with a number of its own in Xero, then press Retry."
    problem = Problem("record_taken", message, remedy, PARTY if link.party else XERO)
    return Verdict(link.pk, message, problem=problem, is_question=True)


def _move(link: Link, verdict: Verdict, action: str) -> Outcome:
    """Bring the link to the state that the verdict asks for, and say how the attempt ended."""
    link.changed_at = Now()
    link.problem, link.waits_for = None, ""
    if verdict.copy:
        outcome = _move_to_copy(link, verdict.copy)
        if verdict.problem is None or _is_cancelled(link):
            return outcome
    if _is_cancelled(link) and (link.xero_id is None or action != "retract"):
        return _move_to_withdrawn(link)
    if verdict.problem:
        return _move_to_problem(link, verdict.problem, is_question=verdict.is_question)
    link.tries += verdict.is_try
    return _move_back(link)


def _move_to_withdrawn(link: Link) -> Outcome:
    """Cancelled meanwhile: what became of pushing it matters no more, only whether a copy stands."""
    link.intent, link.not_before = Intent.RETRACT, Now()
    link.state = LinkState.QUEUED if link.xero_id else LinkState.RETRACTED
    return Outcome.DROPPED


def _move_back(link: Link) -> Outcome:
    """Nothing is known to be in Xero: it is tried anew, a few times."""
    if link.tries >= MAX_TRIES:
        return _move_to_problem(link, _no_clear_answer(link), is_question=False)
    link.state, link.not_before = LinkState.QUEUED, Now()
    return Outcome.UNKNOWN


def _move_to_copy(link: Link, copy: Copy) -> Outcome:
    link.xero_id, link.xero_number, link.xero_status = copy.xero_id, copy.number, copy.status
    link.tries = 0
    if copy.is_gone and (_is_cancelled(link) or link.intent == Intent.RETRACT):
        link.state = LinkState.RETRACTED
    elif _is_cancelled(link):
        link.state, link.intent = LinkState.QUEUED, Intent.RETRACT
        link.not_before = Now()
    else:
        link.state, link.synced_at = LinkState.SYNCED, Now()
        link.sent_revision = link.document.revision if link.document else None
    return Outcome.DONE


def _move_to_problem(link: Link, problem: Problem, *, is_question: bool) -> Outcome:
    link.state = LinkState.HELD if is_question else LinkState.FAILED
    link.problem, link.waits_for = problem.to_json(), problem.waits_for
    return Outcome.HELD if is_question else Outcome.FAILED


def _no_clear_answer(link: Link) -> Problem:
    name = link.document or link.party
    often = f"Xero broke off {link.tries} times without a clear answer"
    if link.intent == Intent.RETRACT:
        return Problem(
            "no_clear_answer",
            f"{name} is cancelled here but may still stand in Xero: {often}.",
            "Press Retry, or delete or void it in Xero by hand and then press Retry.",
            XERO,
        )
    return Problem(
        "no_clear_answer",
        f"{name} was not sent: {often}, and does not have it.",
        "Press Retry; nothing is doubled. If it comes again, look at its texts and amounts: Xero "
        "may stumble over one of them.",
        PARTY if link.party else DOCUMENT,
    )


def _release_documents_of(links: Iterable[Link]) -> None:
    """Queue the documents that waited for customers who are in Xero now."""
    known = [link for link in links if link.party_id and link.state == LinkState.SYNCED]
    if known:
        release(known[0].organisation_id, [f"party:{link.party_id}" for link in known])


def _is_cancelled(link: Link) -> bool:
    return link.document is not None and link.document.status == Status.CANCELLED


def _open_attempts(batch: Batch | None) -> dict[int, Attempt]:
    if batch is None:
        return {}
    return {attempt.link_id: attempt for attempt in batch.attempts.filter(outcome=Outcome.OPEN)}


def _save(links: Iterable[Link], attempts: list[Attempt]) -> None:
    """Write the rows back, as upserts of rows that are locked: far cheaper than bulk_update."""
    Link.objects.bulk_create(
        links,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[
            "state", "intent", "xero_id", "xero_number", "xero_status", "sent_revision",
            "problem", "waits_for", "not_before", "tries", "changed_at", "synced_at",
        ],
    )  # fmt: skip
    Attempt.objects.bulk_create(attempt for attempt in attempts if attempt.pk is None)
    Attempt.objects.bulk_create(
        [attempt for attempt in attempts if attempt.pk is not None],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["outcome", "message", "correlation_id", "finished_at"],
    )


def mark_sending(links: Sequence[Link], batch: Batch, *, action: str) -> None:
    """Note, in the sealing transaction, that the links are on their way in the batch."""
    Link.objects.filter(pk__in=[link.pk for link in links]).update(
        state=LinkState.SENDING, changed_at=Now()
    )
    Attempt.objects.bulk_create(
        Attempt(
            organisation_id=batch.organisation_id,
            link=link,
            batch=batch,
            action=action,
            outcome=Outcome.OPEN,
        )
        for link in links
    )
