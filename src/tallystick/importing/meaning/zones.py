"""Time zones by the names that files give them.

Names are IANA's, those of Ruby on Rails (Square writes "Eastern Time (US & Canada)"; source:
`ActiveSupport::TimeZone::MAPPING` of Rails 8), offsets such as +05:30, and the abbreviations that
mean one thing in practice.
"""

import re
from collections import defaultdict
from datetime import timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from tallystick.importing.meaning.bad_value import BadValue

#: Abbreviations and their hours from UTC. IST (India, Ireland, Israel) has no one meaning.
_HOURS = {
    name: hours
    for hours, names in {
        0: "WET",
        1: "BST CET WEST",
        2: "CEST EET SAST",
        3: "EEST",
        8: "AWST HKT SGT",
        9: "JST",
        9.5: "ACST",
        10: "AEST",
        10.5: "ACDT",
        11: "AEDT",
        12: "NZST",
        13: "NZDT",
        -4: "EDT",
        -5: "CDT EST",
        -6: "CST MDT",
        -7: "MST PDT",
        -8: "AKDT PST",
        -9: "AKST",
        -10: "HST",
    }.items()
    for name in names.split()
}
#: Those that other parts of the world use for something else, and where the books must lie (by the
#: IANA name of their zone) for the meaning above: BST is also Bangladesh's, CST also China's, and
#: Australians wrote EST for what is AEST.
_MEANT_IN = {
    "BST": re.compile("Europe/|GB"),
    "CST": re.compile("(?!Asia/|Australia/)"),
    "EST": re.compile("(?!Australia/)"),
    "EDT": re.compile("(?!Australia/)"),
}
_OFFSET = re.compile(r"(?:UTC|GMT)? ?([+\-\u2212])([0-9]{1,2})(?::?([0-5][0-9]))?", re.IGNORECASE)
_OF_PLACES = re.compile(
    "(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/"
)
_RAILS_PREFIX = re.compile(r"\((?:GMT|UTC)(?:[+-][0-9]{2}:[0-9]{2})?\) ")
#: Rails' names that are not the last part of one IANA name. (Its Astana is the zone of Dhaka: left out.)
_RAILS = {
    "International Date Line West": "Pacific/Midway",
    "Midway Island": "Pacific/Midway",
    "American Samoa": "Pacific/Pago_Pago",
    "Samoa": "Pacific/Apia",
    "Pacific Time (US & Canada)": "America/Los_Angeles",
    "Mountain Time (US & Canada)": "America/Denver",
    "Central Time (US & Canada)": "America/Chicago",
    "Eastern Time (US & Canada)": "America/New_York",
    "Atlantic Time (Canada)": "America/Halifax",
    "Indiana (East)": "America/Indiana/Indianapolis",
    "Guadalajara": "America/Mexico_City",
    "Central America": "America/Guatemala",
    "Quito": "America/Lima",
    "Buenos Aires": "America/Argentina/Buenos_Aires",
    "Georgetown": "America/Guyana",
    "Newfoundland": "America/St_Johns",
    "Brasilia": "America/Sao_Paulo",
    "Greenland": "America/Nuuk",
    "Mid-Atlantic": "Atlantic/South_Georgia",
    "Cape Verde Is.": "Atlantic/Cape_Verde",
    "Edinburgh": "Europe/London",
    "Bern": "Europe/Zurich",
    "West Central Africa": "Africa/Algiers",
    "Istanbul": "Europe/Istanbul",
    "St. Petersburg": "Europe/Moscow",
    "Pretoria": "Africa/Johannesburg",
    "Abu Dhabi": "Asia/Muscat",
    "Ekaterinburg": "Asia/Yekaterinburg",
    "Islamabad": "Asia/Karachi",
    "Chennai": "Asia/Kolkata",
    "Mumbai": "Asia/Kolkata",
    "New Delhi": "Asia/Kolkata",
    "Sri Jayawardenepura": "Asia/Colombo",
    "Hanoi": "Asia/Bangkok",
    "Beijing": "Asia/Shanghai",
    "Osaka": "Asia/Tokyo",
    "Sapporo": "Asia/Tokyo",
    "Solomon Is.": "Pacific/Guadalcanal",
    "New Caledonia": "Pacific/Noumea",
    "Marshall Is.": "Pacific/Majuro",
    "Wellington": "Pacific/Auckland",
    "Nuku'alofa": "Pacific/Tongatapu",
    "Tokelau Is.": "Pacific/Fakaofo",
    "Chatham Is.": "Pacific/Chatham",
}


@lru_cache(maxsize=1_024)
def zone_named(text: str, to_zone: str = "UTC") -> str:
    """Return the zone as `day` takes it: an IANA name, or an offset such as "+05:30".

    `to_zone` is the organisation's zone (IANA), which settles what BST and CST are. Raises
    BadValue.
    """
    name = _RAILS_PREFIX.sub("", text.strip(), count=1)
    if name.upper() in ("UTC", "GMT", "Z"):
        return "UTC"
    if match := _OFFSET.fullmatch(name):
        return _offset(match[1] == "+", int(match[2]) * 60 + int(match[3] or 0))
    hours, meant_in = _HOURS.get(name.upper()), _MEANT_IN.get(name.upper())
    if hours is not None and (not meant_in or meant_in.match(to_zone)):
        return _offset(hours >= 0, int(abs(hours) * 60))
    found = _RAILS.get(name) or _iana_names().get(name.replace(" ", "_").casefold())
    if not found or meant_in:
        raise BadValue(
            "Write the time zone as an offset such as +01:00 or a name such as Europe/Paris: "
            f"{text.strip()[:40]} is not one that has a single meaning."
        )
    return found


@lru_cache(maxsize=1_024)
def zone_of(name: str) -> tzinfo:
    """Return the zone for what `zone_named` returned."""
    if match := _OFFSET.fullmatch(name):
        sign, hours, minutes = match.groups()
        size = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(size if sign == "+" else -size)
    return ZoneInfo(name)


def offered_zones() -> list[str]:
    """Return the zones to choose from: IANA's of places, by their names."""
    return sorted(name for name in available_timezones() if _OF_PLACES.match(name))


def _offset(east: bool, minutes: int) -> str:
    if minutes > 14 * 60:
        raise BadValue("Write an offset from UTC of at most 14 hours, such as +01:00.")
    return f"{'+' if east else '-'}{minutes // 60:02}:{minutes % 60:02}"


@lru_cache(maxsize=1)
def _iana_names() -> dict[str, str]:
    """Return IANA's names by themselves and, where only one ends so, by their last part."""
    names = available_timezones()
    by_last_part = defaultdict(set)
    for name in names:
        by_last_part[name.rpartition("/")[2].casefold()].add(name)
    return {last: found.pop() for last, found in by_last_part.items() if len(found) == 1} | {
        name.casefold(): name for name in names
    }
