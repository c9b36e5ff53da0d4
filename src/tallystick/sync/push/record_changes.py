"""What changed of parties and items goes to their records in Xero: only that, and over nobody's hand.

Xero is asked first what each has. What somebody changed there since we wrote is left as it is, and
told; a person may choose ours over it. A change that Xero refuses is a remark on the record, which
stays linked: no document waits for it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tallystick import xero
from tallystick.english import listed
from tallystick.mapping.problems import PARTY, XERO, Problem
from tallystick.sync.engine.batches import BATCH, BatchPurpose, PlannedWriting, Refused
from tallystick.sync.engine.due_work import DueWork
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.contents import note_sent, read_snapshot
from tallystick.sync.links.problems import ProblemCode
from tallystick.sync.links.pushed_records import id_in_xero
from tallystick.sync.links.shared_values import (
    Difference,
    Newer,
    Values,
    differences_of,
    labels_of,
)
from tallystick.sync.links.transitions import LinkVerdict, XeroCopy, revision_of
from tallystick.sync.models import Link, LinkState, Snapshot
from tallystick.sync.push.refusal_words import words_of_refusal, words_of_whole_refusal


@dataclass(frozen=True, slots=True)
class ChangedKind:
    """A kind of record whose changes go to Xero, and how its records are asked for and read."""

    #: As the engine's steps name them, and what people call one in Xero.
    records: str
    noun: str
    work: DueWork
    #: Asks for Xero's records by their ids.
    fetch: Callable[[xero.XeroClient, list[str]], Sequence[Any]]
    #: Which of an answer's lists is theirs.
    elements: Callable[[xero.Answer], Sequence[xero.Element[Any]]]
    #: What each of ours says, by the link's key.
    ours: Callable[[Sequence[Link]], Mapping[int, Values]]
    #: What Xero's record says.
    theirs: Callable[[Any], Values]
    #: Why the record there cannot be changed, and what to do; None where it can.
    obstacle: Callable[[Link, Any], Problem | None]
    #: Makes the request: for each link the names of the values that are to be different there.
    seal: Callable[[Sequence[tuple[Link, frozenset[str]]]], xero.Sealed]


@dataclass(slots=True)
class _Compared:
    """What came of holding some links against Xero."""

    #: Those with nothing to be written, or that cannot be.
    told: list[LinkVerdict] = field(default_factory=list)
    #: The values that are to be written, by the link's key; and all that both have after it.
    changes: dict[int, frozenset[str]] = field(default_factory=dict)
    contents: dict[int, Values] = field(default_factory=dict)


def purpose_of(kind: ChangedKind) -> BatchPurpose:
    """Return what a batch of changes of the kind is for."""
    return BatchPurpose(
        f"update_{kind.records}",
        AttemptAction.UPDATE,
        partial(_read, kind),
        partial(_refuse, kind),
        partial(_look, kind),
        writes_over=True,
    )


def send_changes(hands: RoundHands, kind: ChangedKind, purpose: BatchPurpose) -> None:
    """Write what changed of the next records of the kind, where nobody changed the same in Xero."""
    links = hands.as_now(Link.objects.loaded_in_order(list(hands.due(kind.work, BATCH))))
    if not links:
        return
    there = hands.ask(f"{kind.records}.compare", partial(_fetch, kind, hands.client, links))
    compared = _compare(kind, links, there)
    hands.settle(f"{kind.records}.compare", compared.told, action=AttemptAction.UPDATE)
    changing = [link for link in links if link.pk in compared.changes]
    build = partial(_sealed, kind, compared.changes)
    hands.send(PlannedWriting(purpose, changing, build, compared.contents))


def differences_by_link(
    links: Sequence[Link], ours: Mapping[int, Values], theirs: Mapping[int, Values]
) -> dict[int, list[Difference]]:
    """Return what differs between ours and theirs, by the link's key, for those that theirs names."""
    known = {
        one.link_id: read_snapshot(one)
        for one in Snapshot.objects.filter(link__in=[link.pk for link in links])
    }
    return {
        link.pk: differences_of(ours[link.pk], theirs[link.pk], *known.get(link.pk, (None, None)))
        for link in links
        if link.pk in theirs
    }


def note_found(links: Sequence[Link], contents: Mapping[int, Values]) -> None:
    """Keep what counts as sent of records that were found in Xero; of those that are named."""
    note_sent([link for link in links if link.pk in contents], contents)


def _fetch(kind: ChangedKind, client: xero.XeroClient, links: Sequence[Link]) -> dict[str, Any]:
    ids = [str(link.xero_id) for link in links]
    return {one.record_id.lower(): one for one in kind.fetch(client, ids)}


def _compare(kind: ChangedKind, links: Sequence[Link], there: Mapping[str, Any]) -> _Compared:
    ours = kind.ours(links)
    theirs = {
        link.pk: kind.theirs(there[str(link.xero_id)])
        for link in links
        if str(link.xero_id) in there
    }
    different = differences_by_link(links, ours, theirs)
    found = _Compared()
    for link in links:
        obstacle = _why_not(kind, link, there.get(str(link.xero_id)))
        if obstacle:
            found.told.append(_told(link, obstacle.message, obstacle))
            continue
        wanted = [one for one in different[link.pk] if _is_wanted(link, one)]
        if wanted:
            found.changes[link.pk] = frozenset(one.field for one in wanted)
            left = {one.field for one in different[link.pk] if one not in wanted}
            found.contents[link.pk] = {
                name: value for name, value in ours[link.pk].items() if name not in left
            }
        else:
            found.told.append(_unchanged(link, different[link.pk], theirs[link.pk]))
    return found


def _is_wanted(link: Link, one: Difference) -> bool:
    """Tell whether the value is to be written: changed here alone, or chosen over theirs."""
    is_chosen = link.forced_revision is not None and link.forced_revision == revision_of(link)
    return is_chosen or one.newer == Newer.OURS


def _why_not(kind: ChangedKind, link: Link, record: Any) -> Problem | None:
    if record is not None:
        return kind.obstacle(link, record)
    message = f"{link.record} was not changed in Xero: the {kind.noun} that it is linked to is not there any more."
    remedy = f"Open it and have its {kind.noun} looked for anew."
    return Problem(ProblemCode.GONE_IN_XERO, message, remedy, _screen(link))


def _unchanged(link: Link, different: Sequence[Difference], theirs: Values) -> LinkVerdict:
    both = [one for one in different if one.newer == Newer.BOTH]
    if both:
        return _told(link, *_disputed(link, both))
    if different:
        named = listed(labels_of(different))
        message = f"Nothing was changed here since it was sent. Xero has another value of: {named}."
        return _told(link, message)
    return _told(link, "Xero has all of it already.", theirs=theirs)


def _disputed(link: Link, both: Iterable[Difference]) -> tuple[str, Problem]:
    named = listed(labels_of(both))
    message = f"{link.record} was not changed in Xero, which has values of its own of: {named}."
    remedy = "Open it, compare, and choose: send ours or take what Xero has."
    return message, Problem(ProblemCode.VALUES_DIFFER, message, remedy, _screen(link))


def _told(
    link: Link, message: str, problem: Problem | None = None, theirs: Values | None = None
) -> LinkVerdict:
    copy = XeroCopy(
        id_in_xero(link),
        link.xero_number,
        link.xero_status,
        content=theirs,
        revision=_revision(link),
    )
    return LinkVerdict(link.pk, message, copy=copy, problem=problem)


def _revision(link: Link) -> int | None:
    """Return the revision that is on its way, or that was looked at."""
    return link.sealed_revision if link.state == LinkState.SENDING else revision_of(link)


def _screen(link: Link) -> str:
    return PARTY if link.party_id else XERO


def _sealed(
    kind: ChangedKind, changes: Mapping[int, frozenset[str]], links: Sequence[Link]
) -> xero.Sealed:
    return kind.seal([(link, changes[link.pk]) for link in links])


def _read(kind: ChangedKind, links: Sequence[Link], answer: xero.Answer) -> list[LinkVerdict]:
    by_id = {str(link.xero_id): link for link in links}
    verdicts = []
    for element in kind.elements(answer):
        link = by_id.get(element.record.record_id.lower())
        if link and element.ok:
            theirs = kind.theirs(element.record)
            verdicts.append(_told(link, "Changed in Xero.", theirs=theirs))
        elif link:
            head = f"{link.record} was not changed in Xero."
            words = words_of_refusal(head, element.errors, noun=kind.noun)
            problem = Problem(words.code, words.message, words.remedy, _screen(link))
            verdicts.append(_told(link, words.message, problem))
    return verdicts


def _refuse(kind: ChangedKind, link: Link, refused: Refused) -> LinkVerdict:
    head = f"{link.record} was not changed in Xero."
    remedy = "Look at its values, then press Send to Xero again; nothing is doubled."
    words = words_of_whole_refusal(head, refused, noun=kind.noun, remedy=remedy)
    problem = Problem(words.code, words.message, words.remedy, _screen(link))
    return _told(link, words.message, problem)


def _look(kind: ChangedKind, client: xero.XeroClient, links: Sequence[Link]) -> list[LinkVerdict]:
    """Say of each whether Xero has what was sent, or what a person has put there meanwhile."""
    there = _fetch(kind, client, links)
    known = {
        one.link_id: read_snapshot(one)
        for one in Snapshot.objects.filter(link__in=[link.pk for link in links])
    }
    verdicts = []
    for link in links:
        record = there.get(str(link.xero_id))
        if record is None:
            continue
        theirs = kind.theirs(record)
        sent, came_back = known.get(link.pk, (None, None))
        different = differences_of(sent or {}, theirs, None, None)
        meddled = [
            one for one in different if came_back and theirs[one.field] != came_back.get(one.field)
        ]
        if not different:
            verdicts.append(_told(link, "Changed in Xero.", theirs=theirs))
        elif meddled:
            verdicts.append(_told(link, *_disputed(link, meddled)))
    return verdicts
