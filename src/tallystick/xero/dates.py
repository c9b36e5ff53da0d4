"""The dates that Xero writes."""

import re
from datetime import UTC, date, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WRAPPED = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")


def parse_instant(text: str) -> datetime:
    """Return the instant as an aware datetime in UTC.

    `text` is "/Date(1476389616437+0000)/", milliseconds since 1970 in UTC, perhaps negative; an
    offset, if any, is for display only. Or it is ISO 8601, UTC where it names no offset.
    Raises ValueError for any other shape. Source: recordings and the examples in Xero's
    OpenAPI description ("2019-12-07T18:46:19.5165400" on connections).
    """
    wrapped = _WRAPPED.fullmatch(text)
    if wrapped:
        try:
            return _EPOCH + timedelta(milliseconds=int(wrapped[1]))
        except OverflowError:
            raise ValueError(f"{text!r} lies outside the years 1 to 9999.") from None
    instant = datetime.fromisoformat(text)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def parse_day(text: str) -> date:
    """Return a calendar day: midnight UTC of that day, or ISO 8601 with or without a time.

    A calendar day is never moved to another time zone. Raises ValueError for any other shape.
    """
    if text.startswith("/Date("):
        return parse_instant(text).date()
    return datetime.fromisoformat(text).date()
