"""Reads a delivery that is rightly signed, whatever it holds: what changed, and what is left out."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tallystick.sync.models import WebhookCategory

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOST_SEQUENCE = 2**63 - 1
_CATEGORIES = frozenset(WebhookCategory.values)
#: Tells of the app itself and not of any books.
_OF_THE_APP = "SUBSCRIPTION"


class Unreadable(Exception):
    """The delivery as a whole cannot be read; the message says why, and holds nothing of it."""


class LeftOut(StrEnum):
    """Why an event of a delivery is not kept."""

    #: Delivered before, or twice in one delivery.
    DOUBLED = "doubled"
    #: Of books that no workspace here is bound to.
    UNKNOWN_ORGANISATION = "unknown_organisation"
    #: Of a category that nothing here takes in.
    UNKNOWN_CATEGORY = "unknown_category"
    #: Of the app's own subscription.
    SUBSCRIPTION = "subscription"
    #: Names no record, no organisation or no time that could be read.
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class ToldChange:
    """One record of one organisation has changed."""

    tenant_id: UUID
    category: WebhookCategory
    resource_id: UUID
    event_at: datetime


@dataclass(slots=True)
class DeliveryBody:
    """What a delivery holds."""

    event_count: int
    first_sequence: int | None
    last_sequence: int | None
    changes: list[ToldChange] = field(default_factory=list)
    left_out: Counter[LeftOut] = field(default_factory=Counter)


def read_body(raw: bytes) -> DeliveryBody:
    """Return what the delivery tells. Raises Unreadable; an event that cannot be read is counted."""
    content = _content_of(raw)
    events = content.get("events")
    if not isinstance(events, list):
        raise Unreadable("It holds no list of events.")
    first, last = (_sequence(content.get(f"{end}EventSequence")) for end in ("first", "last"))
    if first is None or last is None or first > last:
        first = last = None
    body = DeliveryBody(len(events), first, last)
    for event in events:
        told = _told(event)
        if isinstance(told, ToldChange):
            body.changes.append(told)
        else:
            body.left_out[told] += 1
    return body


def _content_of(raw: bytes) -> dict[str, Any]:
    try:
        content = json.loads(
            raw.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_no_number
        )
    except UnicodeDecodeError:
        raise Unreadable("It is no text in UTF-8.") from None
    except RecursionError:
        raise Unreadable("It is nested too deeply.") from None
    except ValueError:
        raise Unreadable("It is no JSON.") from None
    if not isinstance(content, dict):
        raise Unreadable("It is no JSON object.")
    return content


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two members of one name nobody can say which is meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Unreadable("It names one thing twice.")
    return found


def _no_number(word: str) -> None:
    raise Unreadable(f"It holds {word}, which is no number in JSON.")


def _told(event: object) -> ToldChange | LeftOut:
    if not isinstance(event, dict):
        return LeftOut.UNREADABLE
    category = event.get("eventCategory")
    if category == _OF_THE_APP:
        return LeftOut.SUBSCRIPTION
    if not isinstance(category, str):
        return LeftOut.UNREADABLE
    if category not in _CATEGORIES:
        return LeftOut.UNKNOWN_CATEGORY
    tenant_id, resource_id = _uuid(event.get("tenantId")), _uuid(event.get("resourceId"))
    event_at = _moment(event.get("eventDateUtc"))
    if tenant_id is None or resource_id is None or event_at is None:
        return LeftOut.UNREADABLE
    return ToldChange(tenant_id, WebhookCategory(category), resource_id, event_at)


def _uuid(text: object) -> UUID | None:
    return UUID(text) if isinstance(text, str) and _UUID.fullmatch(text) else None


def _moment(text: object) -> datetime | None:
    """Xero gives milliseconds and no zone, and means UTC."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _sequence(number: object) -> int | None:
    is_one = type(number) is int and 0 <= number <= _MOST_SEQUENCE
    return number if is_one and isinstance(number, int) else None
