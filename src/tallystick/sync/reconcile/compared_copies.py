"""A copy that a link knows, held against what we left there: field by field, in its own state."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import msgspec
from django.db.models.functions import Now

from tallystick import xero
from tallystick.sync.links.contents import (
    Content,
    content_of_copy,
    note_came_back,
    note_looked_at,
    says_the_same,
)
from tallystick.sync.links.problems import ABOUT_CONTENT, ProblemCode
from tallystick.sync.links.pushed_records import PushedDocument
from tallystick.sync.links.transitions import LinkVerdict
from tallystick.sync.lookup.document_questions import (
    changed_there,
    copy_of,
    differs_there,
    gone_there,
)
from tallystick.sync.lookup.sent_contents import ContentsHere, SentContent, drift_of
from tallystick.sync.models import DRAFTS, GONE, Intent, Link, LinkState
from tallystick.sync.reconcile.check_tally import CheckTally, WhyUncompared

T = TypeVar("T", bound=xero.Document)


@dataclass(slots=True)
class PageNotes:
    """What is noted of all links of a page at once."""

    #: Links that say in Xero what we left there.
    unchanged: list[int] = field(default_factory=list)
    #: By the link's key, what Xero has of those that had nothing to be compared with yet.
    first: dict[int, tuple[int, Content]] = field(default_factory=dict)
    statuses: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def status(self, link: Link, status: str) -> None:
        if status != link.xero_status:
            link.xero_status = status
            self.statuses[status].append(link.pk)

    def write(self) -> None:
        for status, keys in self.statuses.items():
            Link.objects.filter(pk__in=keys).update(xero_status=status, changed_at=Now())
        note_looked_at(self.unchanged)
        note_came_back(self.first)


def after_merging(copy: T, sent: SentContent, merged: Mapping[str, str]) -> T:
    """Return the copy with the contact that we know, where that was merged into another."""
    there = copy.contact.contact_id.lower() if copy.contact else ""
    left = (sent.came_back or sent.content or {}).get("contact") or sent.contact_id
    if copy.contact and left and left != there and merged.get(left) == there:
        contact = msgspec.structs.replace(copy.contact, contact_id=left)
        return msgspec.structs.replace(copy, contact=contact)
    return copy


def why_not_compared(link: Link) -> WhyUncompared | None:
    """Return why the state of a link keeps its record from being compared; None where none does."""
    if link.state == LinkState.EXCLUDED:
        return WhyUncompared.LEFT_OUT
    if link.state == LinkState.RETRACTED or link.intent == Intent.RETRACT:
        return WhyUncompared.WITHDRAWN
    if link.state == LinkState.SYNCED:
        return None
    if link.state not in (LinkState.FAILED, LinkState.HELD):
        return WhyUncompared.ON_THE_WAY
    is_about_content = link.state == LinkState.HELD and code_of(link) in ABOUT_CONTENT
    return None if is_about_content else WhyUncompared.ASKED_ABOUT


def code_of(link: Link) -> str:
    return str((link.problem or {}).get("code", ""))


def compare_copies(
    one: PushedDocument,
    copy: xero.Document,
    sent: SentContent,
    here: ContentsHere,
    tally: CheckTally,
    noted: PageNotes,
) -> Iterator[LinkVerdict]:
    """Count the copy as compared, or why not; yield the question that it raises or that it ends."""
    link, theirs = one.link, content_of_copy(copy)
    if _is_older(theirs, sent.came_back):
        tally.leave(WhyUncompared.OLDER)
        return
    was = link.xero_status
    noted.status(link, copy.status)
    if why := why_not_compared(link):
        tally.leave(why)
    elif copy.status in GONE:
        tally.gone += 1
        if code_of(link) != ProblemCode.GONE_IN_XERO or was != copy.status:
            yield gone_there(one, copy)
    elif link.state == LinkState.HELD and _is_edited(one):
        yield from _edited(one, copy, theirs, sent, tally)
    elif found := drift_of(one, theirs, sent, here, as_sent=not _is_by_check(link)):
        tally.compared += 1
        tally.differing += 1
        asked = changed_there(one, copy, theirs, found)
        if link.state == LinkState.SYNCED or _is_news(link, asked):
            yield asked
    elif not theirs["lines"] and (sent.came_back or {}).get("lines"):
        tally.leave(WhyUncompared.NO_LINES)
    else:
        yield from _the_same(one, copy, theirs, sent, tally, noted)


def _the_same(
    one: PushedDocument,
    copy: xero.Document,
    theirs: Content,
    sent: SentContent,
    tally: CheckTally,
    noted: PageNotes,
) -> Iterator[LinkVerdict]:
    """It says what we left there: note so, and end the question that there was about it."""
    link = one.link
    tally.compared += 1
    tally.kept += link.kept_at is not None
    if link.state == LinkState.HELD:
        message = "It says again in Xero what we left there."
        yield LinkVerdict(link.pk, message, copy=copy_of(copy, theirs, sent.revision))
    elif sent.came_back is None or "rate" not in sent.came_back:
        # What was kept by an older version knows nothing of rates and of the tax of lines.
        noted.first[link.pk] = (one.document.revision, theirs)
    else:
        noted.unchanged.append(link.pk)


def _edited(
    one: PushedDocument, copy: xero.Document, theirs: Content, sent: SentContent, tally: CheckTally
) -> Iterator[LinkVerdict]:
    """Edited here as well: sent after all where Xero has again what we left there."""
    tally.compared += 1
    if sent.came_back and says_the_same(theirs, sent.came_back) and copy.status in DRAFTS:
        message = "It says again in Xero what we left there; the edit is sent now."
        yield LinkVerdict(one.pk, message, is_try=False)
        return
    tally.differing += 1
    asked = differs_there(one, copy, theirs)
    if _is_news(one.link, asked):
        yield asked


def _is_edited(one: PushedDocument) -> bool:
    sent = one.link.sent_revision
    return sent is not None and sent < one.document.revision


def _is_by_check(link: Link) -> bool:
    """Tell whether it stands in Xero as we left it, or what is asked about was found by comparing.

    What Xero made otherwise at once stays a question until it says what we sent.
    """
    return link.state == LinkState.SYNCED or "differences" in (link.problem or {}).get(
        "details", {}
    )


def _is_news(link: Link, asked: LinkVerdict) -> bool:
    """Tell whether the question is another one than that which stands already.

    So it is too where Xero's side has changed again: nobody is to choose by what stands there no
    more.
    """
    now, then = asked.problem.to_json() if asked.problem else {}, link.problem or {}
    if now.get("code") != then.get("code"):
        # Something was paid there, or is not any more: other remedies.
        return True
    theirs, shown = (one.get("details", {}).get("theirs") for one in (now, then))
    return bool(theirs and shown) and not says_the_same(theirs, shown)


def _is_older(theirs: Content, left: Content | None) -> bool:
    """Tell whether the list still shows what was before we wrote last."""
    then, there = (str(one.get("updated_at") or "") for one in (left or {}, theirs))
    return then > "" < there and datetime.fromisoformat(there) < datetime.fromisoformat(then)
