"""Questions to Xero that fit into a URL.

Xero answers 404 to a query of more than about 2 KB (52 ids passed, 53 did not), so long lists of
values are asked for in several calls. Inside a `where` filter Xero knows no way to write a quote.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from urllib.parse import quote_plus

#: Characters that one encoded query may have, and what is left of them beside other parameters.
MAX_QUERY = 2000
ROOM = MAX_QUERY - 100
#: Characters of a text that is searched for, so that it fits whatever they are.
_LONGEST_PART = 100
_NOT_IN_FILTERS = re.compile(r'["\\]')


def encode_query(parameters: dict[str, str]) -> str:
    """Return the query string without "?"; commas stay, blanks become "+", the rest is encoded."""
    return "&".join(f"{name}={_encoded(value)}" for name, value in parameters.items())


def as_xero_compares(text: str) -> str:
    """Return the text without case and accents, which Xero disregards when it compares."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def chunk_for_query(
    values: Iterable[str],
    *,
    separator: str = ",",
    render: Callable[[str], str] = str,
    room: int = ROOM,
) -> Iterator[list[str]]:
    """Part `values` into lists that each fit into one query, in order and without repeats.

    A list's length is that of its rendered values joined by `separator`, when encoded; `room` of
    1,900 leaves 100 characters for the other parameters. A value longer than that stands alone.
    """
    chunk: list[str] = []
    used = 0
    for value in dict.fromkeys(values):
        length = len(_encoded(render(value))) + len(_encoded(separator))
        if chunk and used + length > room:
            yield chunk
            chunk, used = [], 0
        chunk.append(value)
        used += length
    if chunk:
        yield chunk


def queries_for(
    field: str, values: Iterable[str], *, plural: str | None
) -> Iterator[dict[str, str]]:
    """Yield the parameters of as many queries as it takes to find all records by `field`.

    `plural` names the parameter that takes a list of values, where there is one. It parts its
    values at commas, so those with a comma go into a `where` filter. Values that a filter cannot
    hold are searched for by text, which finds more.
    """
    askable, odd = part_askable(values)
    yield from ({"searchTerm": value[:_LONGEST_PART]} for value in odd)
    listed = [value for value in askable if plural and "," not in value]
    if plural:
        yield from ({plural: ",".join(chunk)} for chunk in chunk_for_query(listed))
    yield from equals_any(field, [value for value in askable if not plural or "," in value])


def part_askable(values: Iterable[str]) -> tuple[list[str], list[str]]:
    """Part `values`, each once, into those that a filter can hold and those that it cannot."""
    askable: list[str] = []
    odd: list[str] = []
    for value in dict.fromkeys(values):
        fits = not _NOT_IN_FILTERS.search(value) and len(_encoded(value)) < ROOM - 100
        (askable if fits else odd).append(value)
    return askable, odd


def equals_any(
    field: str, values: Iterable[str], *, render: str = '{field}=="{value}"'
) -> Iterator[dict[str, str]]:
    """Yield `where` filters that find the records whose `field` is one of the values."""

    def condition(value: str) -> str:
        return render.format(field=field, value=value)

    for chunk in chunk_for_query(values, separator=" OR ", render=condition):
        yield {"where": " OR ".join(map(condition, chunk))}


def is_one_of(field: str, ids: Iterable[str]) -> Iterator[dict[str, str]]:
    """Yield `where` filters that find the records by id; about 25 ids go into one."""
    return equals_any(field, ids, render='{field}==guid("{value}")')


def contains_part_of(field: str, value: str) -> dict[str, str]:
    """Return a filter that finds the records whose `field` holds the longest part of a value that
    a filter can hold: more than asked for, so the answer has to be compared again.
    """
    part = max(_NOT_IN_FILTERS.split(value), key=len)[:_LONGEST_PART]
    # Xero fails over a method of what is null.
    known = f"{field}!=null"
    return {"where": f'{known} AND {field}.Contains("{part}")' if part else known}


def between(first: date, last: date) -> str:
    """Return the condition that a record's Date lies from `first` to `last`, both included."""
    days = (f"DateTime({day.year},{day.month},{day.day})" for day in (first, last))
    return "Date>={} AND Date<={}".format(*days)


def from_day_on(first: date) -> str:
    """Return the condition that a record's Date is this day or a later one."""
    return f"Date>=DateTime({first.year},{first.month},{first.day})"


def _encoded(text: str) -> str:
    return quote_plus(text, safe=",")
