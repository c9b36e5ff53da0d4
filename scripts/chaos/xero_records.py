"""What the stand-in holds, read from its own records; Tallystick is not asked."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2

Row = dict[str, Any]


def dump(sandbox: str, what: str, organisation: str, **more: str) -> Iterator[Row]:
    """Yield all that the stand-in has of a sort in an organisation."""
    address, query = f"{sandbox}/_sandbox/{what}", {"organisation": organisation, **more}
    with httpx2.stream("GET", address, params=query, timeout=300) as answer:
        answer.raise_for_status()
        yield from (json.loads(line) for line in answer.iter_lines())


def is_live(row: Row) -> bool:
    return row["status"] not in {"DELETED", "VOIDED"}
