"""Days and periods that a report is asked for."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from xero_sandbox.problems import QueryParse
from xero_sandbox.routing import Call

_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
MOST_PERIODS = 12
FIRST_YEAR, LAST_YEAR = 1900, 2199


def day_asked(call: Call, name: str) -> date | None:
    """Return a day given as `YYYY-MM-DD` (a time behind it is cut off); raises QueryParse."""
    text = call.request.query.get(name.lower(), "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text[:10])
        if FIRST_YEAR <= day.year <= LAST_YEAR:
            return day
    except ValueError:
        pass  # said below
    raise QueryParse(
        f"{name} must be a day such as 2026-11-30 from {FIRST_YEAR} to {LAST_YEAR}, "
        f"not '{text[:50]}'"
    )


def span_asked(call: Call, today: date) -> tuple[date, date]:
    """Return `fromDate` and `toDate`; by default the month that the other or `today` is in."""
    last = day_asked(call, "toDate")
    first = day_asked(call, "fromDate") or month_start(last or today)
    return first, last or month_end(first)


def comparisons(call: Call) -> list[int]:
    """Return how many months each column lies back, the asked period first."""
    asked = call.request.query
    text = asked.get("periods", "").strip() or "0"
    frame = asked.get("timeframe", "").strip().upper() or "MONTH"
    if frame not in _MONTHS:
        raise QueryParse(f"timeframe is one of MONTH, QUARTER, YEAR, not '{frame[:50]}'")
    if not (text.isascii() and text.isdigit() and len(text) < 3 and int(text) <= MOST_PERIODS):
        raise QueryParse(f"periods must be from 1 to {MOST_PERIODS}, not '{text[:50]}'")
    return [_MONTHS[frame] * number for number in range(int(text) + 1)]


def months_back(day: date, months: int) -> date:
    """The same day of an earlier month; the last day of a month stays a last day."""
    last = day == month_end(day)
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    ends = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, ends if last else min(day.day, ends))


def month_start(day: date) -> date:
    return day.replace(day=1)


def month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def year_start(day: date, *, end_month: int, end_day: int) -> date:
    """First day of the financial year that `day` is in."""
    ends = date(day.year, end_month, min(end_day, calendar.monthrange(day.year, end_month)[1]))
    if day <= ends:
        before = calendar.monthrange(day.year - 1, end_month)[1]
        ends = date(day.year - 1, end_month, min(end_day, before))
    return ends + timedelta(days=1)
