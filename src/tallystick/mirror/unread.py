"""Elements of Xero's lists that could not be read: kept as they came, until they can be."""

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tallystick import xero
from tallystick.connections.models import Organisation
from tallystick.mirror.models import UnreadElement


def keep_unread(
    organisation: Organisation,
    endpoint: str,
    elements: Sequence[xero.UnreadRecord],
    now: datetime,
) -> None:
    """Keep them, each once."""
    rows = {
        (key := one.xero_id.lower() or hashlib.sha256(one.raw).hexdigest()): UnreadElement(
            organisation=organisation,
            endpoint=endpoint,
            key=key.replace("\x00", ""),
            reason=one.reason.replace("\x00", "")[:1000],
            raw=zlib.compress(one.raw),
            first_at=now,
            last_at=now,
        )
        for one in elements
    }
    UnreadElement.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["organisation", "endpoint", "key"],
        update_fields=["reason", "raw", "last_at"],
    )


def forget_unread(organisation: Organisation, endpoint: str, read: Iterable[UUID]) -> None:
    """Let go those that were read now."""
    left = UnreadElement.objects.filter(organisation=organisation, endpoint=endpoint)
    if left.exists():
        left.filter(key__in=[str(one) for one in read]).delete()


#: So much of an element is shown; all of it is kept.
_SHOWN = 4_000


@dataclass(frozen=True, slots=True)
class ShownElement:
    """An element that could not be read, as people see it."""

    endpoint: str
    key: str
    reason: str
    first_at: datetime
    last_at: datetime
    #: As Xero wrote it, its beginning alone where it is long.
    text: str
    is_cut: bool


def shown_unread(organisation: Organisation, at_most: int) -> list[ShownElement]:
    """Return the newest of them, each with the beginning of what Xero wrote."""
    newest = UnreadElement.objects.filter(organisation=organisation).order_by("-last_at", "-pk")
    return [_shown(one) for one in newest[:at_most]]


def _shown(one: UnreadElement) -> ShownElement:
    raw = zlib.decompress(one.raw)
    return ShownElement(
        endpoint=one.endpoint,
        key=one.key,
        reason=one.reason,
        first_at=one.first_at,
        last_at=one.last_at,
        text=raw[:_SHOWN].decode(errors="replace"),
        is_cut=len(raw) > _SHOWN,
    )
