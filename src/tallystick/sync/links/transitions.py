"""What Xero (or our own look) says about a link, and the one place that writes it down.

A verdict is applied inside a transaction that holds the rows: documents first, then links, both
in the order of their keys. Cancelling takes the same locks in the same order, so a cancellation
comes either before a verdict, and is seen here, or after it, and sees the result.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from uuid import UUID

from django.db.models import Model, OuterRef, Subquery
from django.db.models.functions import Coalesce, Now

from tallystick.books.models import Document, Item, Party
from tallystick.mapping.problems import DOCUMENT, PARTY, XERO, Problem
from tallystick.mapping.wait_keys import WaitSort, wait_key
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.attempt_rows import (
    new_attempt,
    open_attempts,
    write_attempts,
    write_open_attempts,
)
from tallystick.sync.links.contents import Content, note_came_back, take_back_sent
from tallystick.sync.links.lingering_copies import lament_of, still_there
from tallystick.sync.links.problems import ProblemCode
from tallystick.sync.links.queueing import release_waiting
from tallystick.sync.links.record_kinds import record_fields
from tallystick.sync.models import (
    GONE,
    Attempt,
    AttemptOutcome,
    Batch,
    Intent,
    KindPolicy,
    Link,
    LinkState,
)

#: After so many unclear answers a link fails and waits for a person.
MAX_TRIES = 6
#: What has failed four times was alone the last time. The tries that are left come so late that
#: they outlast Xero's own bad hour, and keep nobody waiting.
_PAUSES = {4: timedelta(minutes=10), 5: timedelta(minutes=50)}

#: Records that are edited, by the link's column.
_REVISED: Mapping[str, type[Model]] = MappingProxyType(
    {"document_id": Document, "party_id": Party, "item_id": Item}
)


@dataclass(frozen=True, slots=True)
class XeroCopy:
    """The record in Xero that belongs to the link."""

    xero_id: UUID
    number: str
    status: str
    #: What it says, and the revision of ours that it is; None where this is not news.
    content: Content | None = None
    revision: int | None = None
    #: Whether a person has accepted that it says something else than ours; None: as before.
    is_kept: bool | None = None

    @property
    def is_gone(self) -> bool:
        return self.status in GONE


@dataclass(frozen=True, slots=True)
class LinkVerdict:
    """One link's fate: `copy` is in Xero, or `problem` keeps it out, or neither: not there yet.

    Both together: our copy is there, but raises a question.
    """

    link_id: int
    message: str
    copy: XeroCopy | None = None
    problem: Problem | None = None
    #: The problem is a question to a person rather than an error.
    is_question: bool = False
    #: The key of what it has to wait for, such as `document:7`, before it can be sent.
    waits_for: str = ""
    #: Revision of the document that the problem is about; edited since, it is judged anew.
    revision: int | None = None
    #: Going back counts as one of the link's tries; not so where others in its batch are the cause.
    is_try: bool = True


def lock_links(link_ids: Iterable[int]) -> dict[int, Link]:
    """Lock the links and their records for this transaction; read afresh, by primary key."""
    wanted = Link.objects.filter(pk__in=list(link_ids)).order_by("pk")
    locked = {name: kinds[0] for name, kinds in record_fields().items() if kinds[0].lock_order}
    keys = list(wanted.values_list(*(f"{name}_id" for name in locked)))
    for place, kind in enumerate(locked.values()):
        if of_kind := {key[place] for key in keys} - {None}:
            rows = kind.model._default_manager.filter(pk__in=of_kind).order_by("pk")
            list(rows.select_for_update().values_list("pk", flat=True))
    links = wanted.select_for_update(of=("self",))
    return {link.pk: link for link in links.with_records()}


def revision_of(link: Link) -> int | None:
    """Return the revision of the link's record; None of what nobody can edit."""
    record = link.document or link.party or link.item
    return record.revision if record else None


def apply_verdicts(
    verdicts: Sequence[LinkVerdict],
    *,
    action: AttemptAction,
    batch: Batch | None = None,
    correlation_id: str | None = None,
) -> list[Link]:
    """Write down what became of each link, and an attempt for each; returns the links as they are.

    Within a batch only its own members that still wait for the answer are touched, save that a
    copy found in Xero is never ignored: a ghost that came late is retracted.
    """
    links = lock_links(verdict.link_id for verdict in verdicts)
    under_way = open_attempts(batch)
    owners = _owners(verdicts)
    with_pdf = _kinds_with_pdf(links.values())
    attempts: list[Attempt] = []
    not_written: list[int] = []
    for verdict in verdicts:
        link = links[verdict.link_id]
        attempt = under_way.get(link.pk)
        if batch and attempt is None and not _is_unknown_copy(link, verdict):
            continue
        if verdict.copy and owners.setdefault(verdict.copy.xero_id, link).pk != link.pk:
            verdict = _belongs_to_another(link, owners[verdict.copy.xero_id])
        attempt = attempt or new_attempt(link, action=action, batch=batch)
        _apply(verdict, link, attempt, with_pdf)
        if batch and _is_change(link, AttemptAction(attempt.action)) and not _is_written(verdict):
            not_written.append(link.pk)
        attempt.correlation_id = (correlation_id or "")[:64]
        attempts.append(attempt)
    _save(links.values(), attempts)
    _keep_contents(verdicts, links)
    take_back_sent(not_written)
    _release_those_behind(links.values())
    return list(links.values())


def _apply(verdict: LinkVerdict, link: Link, attempt: Attempt, with_pdf: Collection[str]) -> None:
    """Move the link, and write down how the attempt ended."""
    had = link.sent_revision
    attempt.outcome = _move(link, verdict, AttemptAction(attempt.action))
    if link.sent_revision != had and link.document:
        link.wants_pdf = link.document.kind in with_pdf
    attempt.message = _told(verdict, link, attempt.outcome)
    attempt.finished_at = Now()


def _kinds_with_pdf(links: Iterable[Link]) -> set[str]:
    """Return the kinds whose documents get their PDF beside them."""
    organisations = {link.organisation_id for link in links}
    wanted = KindPolicy.objects.filter(organisation__in=organisations, attach_pdf=True)
    return set(wanted.values_list("kind", flat=True))


def _is_unknown_copy(link: Link, verdict: LinkVerdict) -> bool:
    """Tell whether a request that came late has made a copy that nobody knows of."""
    copy = verdict.copy
    if copy is None or copy.is_gone or copy.xero_id == link.xero_id:
        return False
    return link.xero_id is None or link.state != LinkState.SYNCED


def _owners(verdicts: Sequence[LinkVerdict]) -> dict[UUID, Link]:
    """Return the links that have one of the verdicts' copies already, by the copy's id."""
    found = {verdict.copy.xero_id for verdict in verdicts if verdict.copy}
    # All verdicts are about links of one organisation; ids in Xero are unique over all.
    links = Link.objects.filter(
        organisation__links__in=[verdict.link_id for verdict in verdicts[:1]], xero_id__in=found
    )
    return {link.xero_id: link for link in links.with_records() if link.xero_id}


def _belongs_to_another(link: Link, owner: Link) -> LinkVerdict:
    """One record in Xero is never two of ours: whatever hangs on it would go to the wrong one."""
    ours, theirs = link.record, owner.record
    message = f"{ours} ({ours.number}) and {theirs} ({theirs.number}) are one and the same record in Xero, so {ours} was not linked to it. Nothing was changed."
    remedy = "Give each a record with a number of its own in Xero, then press Retry."
    problem = Problem(ProblemCode.RECORD_TAKEN, message, remedy, PARTY if link.party else XERO)
    return LinkVerdict(link.pk, message, problem=problem, is_question=True)


def _move(link: Link, verdict: LinkVerdict, action: AttemptAction) -> AttemptOutcome:
    """Bring the link to the state that the verdict asks for, and say how the attempt ended."""
    link.changed_at = Now()
    link.problem, link.waits_for = None, ""
    if verdict.copy:
        ended = _move_with_copy(link, verdict.copy, verdict.problem, action)
        if ended:
            return ended
    if link.is_withdrawn and (link.xero_id is None or action != AttemptAction.RETRACT):
        return _move_to_withdrawn(link)
    if verdict.waits_for:
        link.state, link.waits_for = LinkState.WAITING, verdict.waits_for
        return AttemptOutcome.WAITING
    if verdict.problem and _is_about_older(link, verdict):
        link.state, link.not_before = LinkState.QUEUED, Now()
        return AttemptOutcome.DROPPED
    if verdict.problem:
        return _move_to_problem(link, verdict.problem, is_question=verdict.is_question)
    link.tries += verdict.is_try
    return _want_again(link) if _is_change(link, action) else _move_back(link)


def _move_with_copy(
    link: Link, copy: XeroCopy, problem: Problem | None, action: AttemptAction
) -> AttemptOutcome | None:
    """Note the copy; return how that ended, or None where its problem still decides."""
    outcome = _move_to_copy(link, copy)
    link.wants_pdf = link.wants_pdf and action != AttemptAction.ATTACH
    if action == AttemptAction.REMOVE_DUPLICATE and problem is None:
        link.strays = link.strays[1:]
    if problem is None or link.is_withdrawn:
        return outcome
    if action == AttemptAction.ATTACH or _is_change(link, action):
        # The record itself is in Xero; that its PDF or a change of it is not is a remark on it.
        link.problem = problem.to_json()
        return AttemptOutcome.FAILED
    return None


def _is_written(verdict: LinkVerdict) -> bool:
    return verdict.copy is not None and verdict.problem is None


def _is_change(link: Link, action: AttemptAction) -> bool:
    """Tell whether it is about a change of a party or item, which is in Xero whatever comes of it."""
    of_named = link.party_id is not None or link.item_id is not None
    return of_named and action == AttemptAction.UPDATE and link.xero_id is not None


def _is_about_older(link: Link, verdict: LinkVerdict) -> bool:
    """Tell whether the document was edited after what the verdict's problem is about."""
    return link.document is not None and verdict.revision not in (None, link.document.revision)


def _move_to_withdrawn(link: Link) -> AttemptOutcome:
    """Cancelled meanwhile: what became of pushing it matters no more, only whether a copy stands."""
    link.intent, link.not_before, link.queued_at = Intent.RETRACT, Now(), Now()
    link.state = LinkState.QUEUED if link.xero_id else LinkState.RETRACTED
    return AttemptOutcome.DROPPED


def _move_back(link: Link) -> AttemptOutcome:
    """Nothing is known to be in Xero: it is tried anew, a few times."""
    if link.tries >= MAX_TRIES:
        return _move_to_problem(link, _no_clear_answer(link), is_question=False)
    link.state, link.not_before = LinkState.QUEUED, Now() + _PAUSES.get(link.tries, timedelta(0))
    return AttemptOutcome.UNKNOWN


def _want_again(link: Link) -> AttemptOutcome:
    """A change did not get there: it is tried anew, a few times, and keeps nothing waiting."""
    link.state = LinkState.SYNCED
    if link.tries >= MAX_TRIES:
        message = f"The changes of {link.record} were not written to Xero: Xero broke off {link.tries} times without a clear answer."
        remedy = "Press Send to Xero again; nothing is doubled."
        problem = Problem(ProblemCode.NO_CLEAR_ANSWER, message, remedy, PARTY if link.party else "")
        link.problem, link.tries = problem.to_json(), 0
        return AttemptOutcome.FAILED
    link.wants_update, link.not_before = True, Now() + _PAUSES.get(link.tries, timedelta(0))
    return AttemptOutcome.UNKNOWN


def _told(verdict: LinkVerdict, link: Link, outcome: str) -> str:
    """Return the line of the Sync log, with the pause that comes before the next try."""
    if outcome != AttemptOutcome.UNKNOWN or link.tries not in _PAUSES:
        return verdict.message
    minutes = round(_PAUSES[link.tries].total_seconds() / 60)
    return f"{verdict.message} The next try is in {minutes} minutes; Retry tries at once."


def _move_to_copy(link: Link, copy: XeroCopy) -> AttemptOutcome:
    if copy.is_kept is not None or link.xero_id != copy.xero_id:
        link.kept_at = Now() if copy.is_kept else None
    link.xero_id, link.xero_number, link.xero_status = copy.xero_id, copy.number, copy.status
    link.tries, link.claim = 0, ""
    if copy.is_gone and (link.is_withdrawn or link.intent == Intent.RETRACT):
        _move_to_next_copy(link)
    elif link.is_withdrawn:
        link.state, link.intent = LinkState.QUEUED, Intent.RETRACT
        link.not_before = link.queued_at = Now()
    else:
        link.state, link.intent, link.synced_at = LinkState.SYNCED, Intent.PUSH, Now()
        _note_revision(link, copy)
    return AttemptOutcome.DONE


def _move_to_next_copy(link: Link) -> None:
    """The copy is gone, and was to go; a second one that is surely ours is to go after it."""
    ours = link.strays if link.allocation_id is None else []
    link.state, link.strays = LinkState.RETRACTED, ours[1:]
    if ours:
        link.xero_id, link.xero_status = UUID(ours[0]), ""
        link.state, link.intent = LinkState.QUEUED, Intent.RETRACT
        link.not_before = link.queued_at = Now()


def _note_revision(link: Link, copy: XeroCopy) -> None:
    """Note what Xero has of the record; a document edited on its way goes out again.

    A party or item that was edited meanwhile is still wanted to be written.
    """
    if link.document is None:
        revision = revision_of(link)
        if revision is not None and copy.revision is not None:
            link.sent_revision, link.forced_revision = copy.revision, None
            link.wants_update = link.wants_update and revision > copy.revision
        return
    if copy.revision is not None:
        link.sent_revision = copy.revision
        # What a person chose is done: what somebody changes there from now on is asked about.
        link.forced_revision = None
    if link.sent_revision is not None and link.sent_revision < link.document.revision:
        link.state, link.not_before, link.queued_at = LinkState.QUEUED, Now(), Now()


def _move_to_problem(link: Link, problem: Problem, *, is_question: bool) -> AttemptOutcome:
    link.state, link.claim = LinkState.HELD if is_question else LinkState.FAILED, ""
    link.problem, link.waits_for = problem.to_json(), problem.waits_for
    return AttemptOutcome.HELD if is_question else AttemptOutcome.FAILED


def _no_clear_answer(link: Link) -> Problem:
    name = link.record
    often = f"Xero broke off {link.tries} times without a clear answer"
    if link.intent == Intent.RETRACT:
        stands = lament_of(link, "may still stand in Xero")
        return still_there(link, ProblemCode.NO_CLEAR_ANSWER, f"{name} {stands}: {often}.")
    return Problem(
        ProblemCode.NO_CLEAR_ANSWER,
        f"{name} was not sent: {often}, and does not have it.",
        "Press Retry; nothing is doubled. If it comes again, look at its texts and amounts: Xero "
        "may stumble over one of them.",
        PARTY if link.party else DOCUMENT,
    )


def _keep_contents(verdicts: Sequence[LinkVerdict], links: Mapping[int, Link]) -> None:
    """Keep what Xero has of each document, for those whose link says so now."""
    contents = {
        verdict.link_id: (verdict.copy.revision or 0, verdict.copy.content)
        for verdict in verdicts
        if verdict.copy and verdict.copy.content is not None
        if links[verdict.link_id].xero_id == verdict.copy.xero_id
    }
    if contents:
        note_came_back(contents)


def _release_those_behind(links: Iterable[Link]) -> None:
    """Queue what waited for customers and documents that are in Xero now."""
    known = [link for link in links if link.state == LinkState.SYNCED]
    keys = [wait_key(WaitSort.PARTY, link.party_id) for link in known if link.party_id]
    keys += [wait_key(WaitSort.DOCUMENT, link.document_id) for link in known if link.document_id]
    if keys:
        release_waiting(known[0].organisation_id, keys)


def _save(links: Iterable[Link], attempts: list[Attempt]) -> None:
    """Write the rows back, as upserts of rows that are locked: far cheaper than bulk_update."""
    Link.objects.bulk_create(
        links,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[
            "state", "intent", "xero_id", "xero_number", "xero_status", "sent_revision",
            "forced_revision", "kept_at", "wants_pdf", "wants_update", "claim", "strays", "problem", "waits_for", "not_before", "tries", "changed_at",
            "synced_at", "queued_at",
        ],
    )  # fmt: skip
    write_attempts(attempts)


def mark_sending(links: Sequence[Link], batch: Batch, *, action: AttemptAction) -> None:
    """Note, in the sealing transaction, that the links are on their way in the batch."""
    keys = [link.pk for link in links]
    revisions = [
        Subquery(model._default_manager.filter(pk=OuterRef(name)).values("revision"))
        for name, model in _REVISED.items()
    ]
    Link.objects.filter(pk__in=keys).update(
        state=LinkState.SENDING,
        sealed_revision=Coalesce(*revisions),
        # What is changed from here on is wanted once more.
        wants_update=False,
        changed_at=Now(),
    )
    write_open_attempts(links, batch, action=action)
