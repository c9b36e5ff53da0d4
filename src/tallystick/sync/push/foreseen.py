"""What would become of records in a push, as far as that can be told without asking Xero."""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from tallystick import xero
from tallystick.sync.models import Link
from tallystick.sync.push.finding import is_to_be_made_anew, judge_ours
from tallystick.sync.push.ready import ROUND, Ready
from tallystick.sync.push.sent import Here, Sent
from tallystick.sync.push.shapes import endpoint_of, shape_of
from tallystick.sync.snapshots import content_of_copy
from tallystick.sync.verdicts import Verdict


class Fate(StrEnum):
    """What would become of a record."""

    CREATED = "created"
    WRITTEN_ANEW = "written anew"
    KNOWN = "known"
    APPROVED = "approved"
    REMOVED = "removed"
    STOPPED = "stopped"
    #: It waits for its document, which does not get there now.
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What would become of one link's record, and why where it stops."""

    link: Link
    fate: Fate
    verdict: Verdict | None = None


@dataclass(slots=True)
class Step:
    """Calls of one sort, and the bytes of their bodies."""

    calls: int = 0
    bytes: int = 0


def as_asked(link: Link, sent: Sent | None) -> Link:
    """Return the link as it is asked for: what is found by its number is not asked for by its id."""
    if sent is None or link.xero_number not in sent.numbers:
        return link
    found = copy(link)
    found.xero_id = None
    return found


def held_against(ready: Ready, sent: Sent | None) -> xero.Document | Verdict | None:
    """Judge what Xero has by what it last said, as though nobody had changed it since."""
    link, document = ready.link, ready.document
    if sent is None:
        return None
    common: dict[str, Any] = {
        "type": shape_of(document).xero_type,
        "status": link.xero_status,
        "total": sent.total,
        "currency_code": document.currency,
    }
    there: xero.Document
    if endpoint_of(link) == "Invoices":
        there = xero.Invoice(
            invoice_id=str(link.xero_id), invoice_number=link.xero_number, **common
        )
    else:
        there = xero.CreditNote(
            credit_note_id=str(link.xero_id), credit_note_number=link.xero_number, **common
        )
    if is_to_be_made_anew(link, there, sent):
        return None
    unchanged = replace(sent, content=None, came_back=content_of_copy(there))
    return judge_ours(link, there, unchanged, Here([]))


def each(keys: Sequence[int]) -> Iterator[Link]:
    """Yield the links in this order, with their records, some at a time."""
    for some in chunks(ROUND, keys):
        found = {link.pk: link for link in Link.objects.filter(pk__in=some).with_records()}
        yield from (found[key] for key in some if key in found)


def in_groups(size: int, links: QuerySet[Link]) -> Iterator[list[Link]]:
    ordered = links.order_by("not_before", "pk").values_list("pk", flat=True)
    for some in chunks(size, list(ordered)):
        yield list(each(some))


def chunks(size: int, keys: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
