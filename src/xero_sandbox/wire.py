"""JSON as Xero writes and reads it: exact numbers, `/Date(ms+0000)/` dates."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, NoReturn

ZERO_ID = "00000000-0000-0000-0000-000000000000"
_MS_DATE = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/")
_ISO_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?")


class BadJson(ValueError):
    """JSON in form that holds what cannot be taken, in the words of Xero's reader."""


def dumps(value: Any) -> str:
    return _ENCODER.encode(value)


def loads(text: str | bytes) -> Any:
    """Read JSON with every fraction as Decimal.

    Raises ValueError for anything that is not JSON: BadJson for NaN, lone surrogates, numbers and
    nesting beyond all bounds.
    """
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
        if b"\\ud" in (text if isinstance(text, bytes) else text.encode()).lower():
            dumps(value).encode()
    except RecursionError:
        raise BadJson("The reader's MaxDepth has been exceeded.") from None
    except UnicodeEncodeError as error:
        sign = f"\\u{ord(error.object[error.start]):04X}"
        words = f"Unable to translate Unicode character {sign} to specified code page."
        raise BadJson(words) from None
    except (json.JSONDecodeError, UnicodeDecodeError, BadJson):
        raise
    except InvalidOperation:
        raise BadJson("Input string is not a valid decimal.") from None
    except ValueError:  # of more digits than Python takes
        raise BadJson("JSON integer is too large or small for an Int64.") from None
    return value


def _number(value: object) -> float:
    # Only here, on the way out: a float's shortest text is the decimal again (15 digits).
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no place in Xero's JSON")


_ENCODER = json.JSONEncoder(default=_number, ensure_ascii=False, separators=(",", ":"))


def _refuse_constant(name: str) -> NoReturn:
    raise BadJson(f"Error converting value {name} to type 'System.Decimal'.")


def date_text(day: date) -> str:
    """Return `2026-09-14T00:00:00`, the form of Xero's DateString fields."""
    return f"{day.isoformat()}T00:00:00"


@lru_cache(maxsize=1000)
def day_instant(day: date) -> str:
    """Return a calendar day as `/Date(ms+0000)/`: midnight UTC, in every time zone (facts 5.7)."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return instant(int(midnight.timestamp()) * 1000)


def instant(milliseconds: int) -> str:
    return f"/Date({milliseconds}+0000)/"


def bare_instant(milliseconds: int) -> str:
    """Xero leaves the offset out of envelopes, items and the organisation (facts 4.2, 5.7)."""
    return f"/Date({milliseconds})/"


def iso_seconds(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_day(text: str) -> date:
    """Read `YYYY-MM-DD`, a full ISO time (cut to its day) or `/Date(ms)/`.

    Raises ValueError for anything else, such as a blank between day and time (pyxero#214).
    """
    if found := _MS_DATE.fullmatch(text):
        try:
            return datetime.fromtimestamp(int(found[1]) / 1000, UTC).date()
        except (OverflowError, OSError) as error:
            raise ValueError(text) from error
    if found := _ISO_DAY.fullmatch(text):
        return date.fromisoformat(found[1])
    raise ValueError(text)
