"""Questions to Xero that fit into a URL.

Xero answers 404 to a query of more than about 2 KB (52 ids passed, 53 did not), so long lists of
values are asked for in several calls.
"""

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote_plus

#: Characters that one encoded query may have.
MAX_QUERY = 2000


def encode_query(parameters: dict[str, str]) -> str:
    """Return the query string without "?"; commas stay, blanks become "+", the rest is encoded."""
    return "&".join(f"{name}={_encoded(value)}" for name, value in parameters.items())


def chunk_for_query(
    values: Iterable[str],
    *,
    separator: str = ",",
    render: Callable[[str], str] = str,
    room: int = MAX_QUERY - 100,
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
    values at commas, so those with a comma go into a `where` filter. Inside a filter Xero knows no
    way to write a quote, so values with one are searched for by text, which finds more.
    """
    listed: list[str] = []
    filtered: list[str] = []
    for value in dict.fromkeys(values):
        if '"' in value or "\\" in value:
            yield {"searchTerm": value}
        elif plural and "," not in value:
            listed.append(value)
        else:
            filtered.append(value)
    if plural:
        yield from ({plural: ",".join(chunk)} for chunk in chunk_for_query(listed))

    def condition(value: str) -> str:
        return f'{field}=="{value}"'

    for chunk in chunk_for_query(filtered, separator=" OR ", render=condition):
        yield {"where": " OR ".join(condition(value) for value in chunk)}


def _encoded(text: str) -> str:
    return quote_plus(text, safe=",")
