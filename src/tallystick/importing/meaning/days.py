"""Turns the text of a cell into a calendar day.

Read is what has one meaning once the file's order of day and month is known: ISO days and stamps,
20261121, local days, months in words, and serial numbers of spreadsheets (days since 1899-12-30,
as in the 1900 system, from 1990 to 2100). Decided here:

- Two digits are a year from 1980 to 2079.
- A weekday must be that of the day.
- A stamp that names its zone becomes a day in the organisation's. A time without one is taken in
  the zone that the caller names. Nothing behind the day is passed over: what is no time is refused.
- Unix times are refused: ten figures can be anything.
"""

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from tallystick.importing.meaning.bad_value import BadValue
from tallystick.importing.meaning.day_words import MONTHS, WEEKDAYS, folded
from tallystick.importing.meaning.zones import zone_named, zone_of

#: Characters of a day.
_LONGEST = 100
_ORDERS = {"dmy": "day, month, year", "mdy": "month, day, year"}
_ISO = re.compile(r"([0-9]{4})([-/.]) ?([0-9]{1,2})\2 ?([0-9]{1,2})\.?(?![0-9./-])")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?![0-9.,])")
_LOCAL = re.compile(
    r"([0-9]{1,2})(?P<mark>[-/.]) ?([0-9]{1,2})(?P=mark) ?([0-9]{4}|[0-9]{2})\.?(?![0-9./-])"
)
_SERIAL = re.compile(r"([0-9]{5})(?:[.,]([0-9]{1,15}))?")
_SERIAL_START, _FIRST_SERIAL, _LAST_SERIAL = date(1899, 12, 30), 32_874, 73_415
_UNIX_TIME = re.compile(r"[0-9]{10}(?:[0-9]{3})?(?:\.[0-9]+)?")
_WEEKDAY = re.compile(r"([^\W\d_]+)(?:-feira)?(?:\.,?|,)? +(?=\w)")
#: Between the parts of a day in words: `21. Nov. 2026`, `21-Nov-26`, `21 de noviembre de 2026`.
_GAP = r"(?:\. ?|, ?|-|/| (?:de |del |of )?)"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|er|º|ª|°)?"
_MONTH = r"(?P<month>[^\W\d_]+)"
_YEAR = r"(?P<year>[0-9]{4}|[0-9]{2})(?![0-9:./-])"
_IN_WORDS = (
    re.compile(f"{_DAY}{_GAP}{{0,2}}{_MONTH}{_GAP}{{0,2}}{_YEAR}", re.IGNORECASE),
    re.compile(f"{_MONTH}{_GAP}{{0,2}}{_DAY}{_GAP}{{1,2}}{_YEAR}", re.IGNORECASE),
    re.compile(
        rf"(?P<year>[0-9]{{4}}){_GAP}{_MONTH}{_GAP}{{1,2}}(?P<day>[0-9]{{1,2}})(?![0-9:./-])"
    ),
)
_TIME = re.compile(
    r"(?P<before>T|, ?(?:at )?| (?:at )?)(?P<hour>[0-9]{1,2})"
    r"(?:(?P<mark>[:.h]?)(?P<minute>[0-9]{2})(?:(?P=mark)(?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)?)?"
    r"(?: ?(?P<half>[ap])\.? ?m\.?)?(?: ?(?P<zone>[^0-9 ,.:].*))?",
    re.IGNORECASE,
)


_BRACKETED = re.compile(r"^[(\[]([^()\[\]]+)[)\]]$")
#: A day whose reading hangs on the order; before it at most a weekday, as in `So 22.11.2026`.
_HANGS_ON_ORDER = re.compile(rf"\s*'?(?:{_WEEKDAY.pattern})?{_LOCAL.pattern}")


def day(text: str, order: str, zone: str = "", to_zone: str = "UTC") -> date:
    """Return the calendar day in the organisation's zone.

    `order` is "dmy" or "mdy", for days that are written day or month first. `zone` is that of
    times which bear none, as `zone_named` returns it; empty for local time of the organisation.
    `to_zone` is the organisation's (IANA). Raises BadValue.
    """
    if len(text) > _LONGEST:
        raise BadValue("Write the day like 2026-11-21 and nothing else into the cell.")
    return _day(text, order, zone, to_zone)


def hanging_on_order(text: str) -> str:
    """Return the day of the text if its reading hangs on the order of day and month, else empty."""
    match = _HANGS_ON_ORDER.match(text)
    return match[0].strip() if match else ""


def hangs_on_zone(text: str, order: str, to_zone: str) -> bool:
    """Tell whether the text is of one day if its time is local, and of another if it is UTC's.

    `to_zone` is the organisation's zone. What names its own zone hangs on nothing. Raises BadValue.
    """
    found, clock, named = _parts(text, order, to_zone)
    if clock is None or named:
        return False
    stamp = datetime.combine(found, clock, zone_of("UTC"))
    return stamp.astimezone(zone_of(to_zone)).date() != found


def as_written(text: str, order: str, to_zone: str) -> date:
    """Return the day that stands in the text, whatever zone its time names. Raises BadValue."""
    return _parts(text, order, to_zone)[0]


def is_serial(text: str) -> bool:
    """Tell whether the text is the number that a spreadsheet has for a day."""
    return _SERIAL.fullmatch(text) is not None


def bare_time(text: str) -> time | None:
    """Return the time of day that stands in the text without a zone. Raises BadValue."""
    refusal = BadValue("")
    for order in _ORDERS:
        try:
            _, clock, zone = _parts(text, order, "UTC")
        except BadValue as refused:
            refusal = refused
        else:
            return None if zone else clock
    raise refusal


@lru_cache(maxsize=16_384)
def _day(text: str, order: str, zone: str, to_zone: str) -> date:
    found, clock, named = _parts(text, order, to_zone)
    zone = named or zone
    if clock is None or zone in ("", to_zone):
        return found
    stamp = datetime.combine(found, clock, zone_of(zone))
    return _in_range(stamp.astimezone(zone_of(to_zone)).date())


def _parts(text: str, order: str, to_zone: str) -> tuple[date, time | None, str]:
    """Return the day as written, the time if there is one, and the zone that it names or empty."""
    text = " ".join(text.split()).removeprefix("'")
    if serial := _SERIAL.fullmatch(text):
        return *_from_serial(int(serial[1]), serial[2] or ""), ""
    found, rest = _calendar_day(text, order)
    return (found, *_time_of_day(rest, to_zone)) if rest else (found, None, "")


def _from_serial(days: int, fraction: str) -> tuple[date, time | None]:
    """Return the day and, where there is a fraction, the time of a spreadsheet's serial number."""
    if not _FIRST_SERIAL <= days <= _LAST_SERIAL:
        raise BadValue(
            f"Write the day like 2026-11-21: {days} is no number that spreadsheets have for a day "
            "from 1990 to 2100."
        )
    stamp = datetime.combine(_SERIAL_START + timedelta(days=days), time())
    if not int(fraction or 0):
        return stamp.date(), None
    stamp += timedelta(seconds=int(fraction) * 86_400 // 10 ** len(fraction))
    return stamp.date(), stamp.time()


def _calendar_day(text: str, order: str) -> tuple[date, str]:
    """Return the day that the text begins with, and what stands behind it."""
    if found := _without_weekday(text, order):
        return found
    named = _WEEKDAY.match(text)
    weekday = named and WEEKDAYS.get(folded(named[1]))
    found = _without_weekday(text[named.end() :], order) if named and weekday is not None else None
    if not found:
        raise BadValue(
            "Write the day like 2026-11-21"
            + (": seconds since 1970 are not read." if _UNIX_TIME.fullmatch(text) else ".")
        )
    if found[0].weekday() != weekday:
        raise BadValue(f"Correct the weekday or the day: {found[0]} is no {named and named[1]}.")
    return found


def _without_weekday(text: str, order: str) -> tuple[date, str] | None:
    if match := _ISO.match(text):
        year, _, month, day_of_month = match.groups()
    elif match := _COMPACT.match(text):
        year, month, day_of_month = match.groups()
    elif match := _LOCAL.match(text):
        first, _, second, year = match.groups()
        day_of_month, month = (first, second) if order == "dmy" else (second, first)
    elif match := _in_words(text):
        year, day_of_month = match["year"], match["day"]
        month = MONTHS[folded(match["month"])]
    else:
        return None
    try:
        found = date(_full_year(year), int(month), int(day_of_month))
    except ValueError:
        read_as = f" (read as {_ORDERS[order]})" if match.re is _LOCAL else ""
        raise BadValue(
            f"Write a day that the calendar has, like 2026-11-21: there is no {match[0]}{read_as}."
        ) from None
    return _in_range(found), text[match.end() :]


def _in_words(text: str) -> re.Match[str] | None:
    matches = (pattern.match(text) for pattern in _IN_WORDS)
    return next((found for found in matches if found and folded(found["month"]) in MONTHS), None)


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    return 2000 + year if year < 80 else 1900 + year


def _in_range(found: date) -> date:
    if not 1900 <= found.year < 2200:
        raise BadValue("Write a year from 1900 to 2199.")
    return found


def _time_of_day(text: str, to_zone: str) -> tuple[time, str]:
    """Return the time that is all of the text, and the zone that it names or empty."""
    match = _TIME.fullmatch(text)
    # Figures without a mark are a time only behind the T of ISO stamps.
    if not match or not (match["half"] or match["mark"] or match["before"].upper() == "T"):
        raise _no_time(text)
    hour, half = int(match["hour"]), (match["half"] or "").lower()
    if not match["minute"] and not half:
        raise _no_time(text)
    if half:
        if hour > 12 or (half == "p" and not hour):
            raise _no_time(text)
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        clock = time(hour, int(match["minute"] or 0), int(match["second"] or 0))
    except ValueError:
        raise _no_time(text) from None
    named = _BRACKETED.sub(r"\1", match["zone"] or "")
    return clock, zone_named(named, to_zone) if named else ""


def _no_time(text: str) -> BadValue:
    return BadValue(
        "Write the day alone, or with a time such as 2026-11-21 09:50: "
        f"{text.strip(', ')[:40]} is no time of day."
    )
