"""The sides of a document, for a person to compare: as last sent, as Xero has it, as it is here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.contents import Content, came_back_for, sent_to
from tallystick.sync.links.differences import HEAD, LINE, WORKED_OUT
from tallystick.sync.lookup.sent_contents import contents_here
from tallystick.sync.models import Attempt, AttemptOutcome, Link, Snapshot


@dataclass(frozen=True, slots=True)
class ComparedField:
    """One thing that the three sides of a document say."""

    label: str
    sent: str
    theirs: str
    ours: str

    @property
    def differs(self) -> bool:
        return self.theirs != self.ours

    @property
    def is_empty(self) -> bool:
        return not (self.sent or self.theirs or self.ours)


def sides_of(link: Link) -> list[ComparedField]:
    """Return what was last sent, what Xero had when we last looked, and what we have now.

    Heads first, then line by line; what all three leave empty is left out. Empty for a link that
    has nothing to compare.
    """
    left = came_back_for(link) or {}
    theirs = (link.problem or {}).get("details", {}).get("theirs") or left
    if link.document is None or not theirs:
        return []
    rows = _rows(link, sent_to(link) or {}, theirs, contents_here([link])[link.pk], left)
    return [row for row in rows if not row.is_empty]


def looked_at(link: Link) -> datetime | None:
    """Return when Xero's side was read last, as far as it is kept; None before the first time."""
    return Snapshot.objects.filter(link=link).values_list("at", flat=True).first()


def told_since(link: Link) -> str:
    """Return what was told of the record after Xero's side was read last, where it ended badly.

    That Xero's record was found to say something else, else that ours was refused; empty: nothing.
    By this the sides stand as they were at that read, and perhaps not any more.
    """
    at = looked_at(link)
    if at is None:
        return ""
    ended = Attempt.objects.filter(link=link, started_at__gt=at).exclude(
        action=AttemptAction.RETRACT
    )
    found = (
        ended.filter(outcome=AttemptOutcome.HELD).last()
        or ended.filter(outcome=AttemptOutcome.FAILED).last()
    )
    return found.message if found else ""


def why_of(link: Link) -> list[dict[str, Any]]:
    """Return for each line how it was resolved when it was sent, and which level decided it."""
    sent = sent_to(link)
    return list(sent["why"]) if sent else []


def _rows(
    link: Link, sent: Content, theirs: Content, ours: Content, left: Content
) -> Iterator[ComparedField]:
    """Yield each field; what we leave to Xero is held against what it made of it, `left` there."""
    for key, label in HEAD.items():
        # What was kept before a field was compared at all says nothing of it.
        if key in theirs and (named := _head_values(link, key, (sent, theirs, ours), left)):
            yield ComparedField(label, *(str(value or "") for value in named))
    lines_of = (side.get("lines", []) for side in (sent, theirs, ours, left))
    for position, (*lines, made) in enumerate(zip_longest(*lines_of, fillvalue={}), start=1):
        yield from _line_rows(position, lines, made)


def _head_values(
    link: Link, key: str, sides: tuple[Content, Content, Content], left: Content
) -> list[Any]:
    """Return what the sides say in a field of the head; nothing of a rate that is none."""
    ours = sides[2]
    if key == "contact":
        return [_name(link, side, ours) for side in sides]
    named = [side.get(key) for side in sides]
    if key != "rate":
        return named
    made = left.get(key, named[1])
    named = [named[0] or made, named[1], named[2] or made]
    return [] if set(named) == {"1"} else named


def _line_rows(
    position: int, lines: list[dict[str, str]], made: dict[str, str]
) -> Iterator[ComparedField]:
    for key, label in LINE.items():
        if key not in WORKED_OUT:
            yield ComparedField(
                f"Line {position}, {label}", *(str(line.get(key, "")) for line in lines)
            )
    there, then = str(lines[1].get("tax_amount", "")), str(made.get("tax_amount", ""))
    if then and there not in ("", then) and lines[1].get("amount") == made.get("amount"):
        yield ComparedField(f"Line {position}, {LINE['tax_amount']}", then, there, then)


def _name(link: Link, side: Content, ours: Content) -> str:
    contact = side.get("contact", "")
    if not contact:
        return ""
    name = link.document.party.name if link.document else ""
    if contact == ours.get("contact") and name:
        return name
    theirs = side.get("contact_name") or ""
    return f"Another contact called {name}" if theirs == name else theirs or "Another contact"
