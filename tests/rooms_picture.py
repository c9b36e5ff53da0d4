"""Draws `docs/images/rooms.svg` from what the sources import: `make picture` writes it anew.

A room stands one floor above the highest room that it imports; rooms of one floor import nothing of
each other, save the neighbours that `test_layers.py` names.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from import_graph import imports_of, modules
from test_layers import FLOORS, INNER_FLOORS, NEIGHBOURS, room_of

PICTURE = Path(__file__).parents[1] / "docs/images/rooms.svg"
#: What each room is about, in as many words as fit.
WORDS = {
    "web": "pages, forms",
    "cli": "commands, processes",
    "sync": "what goes to Xero, and what came of it",
    "mapping": "what our codes are in Xero",
    "mirror": "Xero's lists, copied",
    "importing": "files into documents",
    "connections": "consent, tokens, calls",
    "books": "parties, documents",
    "background": "tasks that take long",
    "workspaces": "people, roles, audit",
    "xero": "Xero's API",
    "money": "rounding",
    "doors": "the web server",
    "postgres": "embedded database",
    "act_refused": "refusals, remedies",
    "english": "plurals, articles",
    "environment": "settings",
    "logs": "structured logs",
    "failpoints": "where tests kill",
    "outages": "what is away",
    "spreadsheets": "cells that run",
    "sync.links": "links, attempts, problems, kinds: one row each",
    "sync.engine": "lane, batches, hands",
    "sync.lookup": "what Xero has of ours",
    "sync.push": "make, write anew, pay, remove",
    "sync.reconcile": "held against Xero",
    "sync.pull": "one reader, a page at a time",
    "sync.webhooks": "Xero's deliveries",
    "sync.acts": "what people press",
    "sync.rounds": "step by step, workers",
    "sync.reports": "what is told of it",
    "sync.preview": "the plan",
}
#: What puts the rooms together, and the stranger beside them.
_NOT_DRAWN = {"settings", "urls", "wsgi"}
_STRANGER = "xero_sandbox"
_WIDTH, _HIGH, _GAP = 920, 48, 10
#: Rooms beside each other, so that their words fit.
_A_ROW = 6


def drawn() -> str:
    """Return the picture."""
    inner = _floors(INNER_FLOORS)
    parts: list[str] = []
    y = 16
    for rooms in reversed(_floors(FLOORS)):
        is_sync = rooms == ["sync"]
        y = _draw_sync(parts, y, inner) if is_sync else _draw_floor(parts, y, rooms)
    parts.append(_stranger(y))
    return _HEAD.format(width=_WIDTH, height=y + _HIGH + 16) + "\n".join(parts) + "\n</svg>\n"


def _floors(table: Mapping[str, int]) -> list[list[str]]:
    """Return the rooms of the table floor by floor, from the ground."""
    below = _imports(table)

    @cache
    def floor(room: str) -> int:
        return 1 + max(map(floor, below[room]), default=-1)

    found: dict[int, list[str]] = defaultdict(list)
    for room in below:
        found[floor(room)].append(room.removeprefix("tallystick."))
    return [found[number] for number in sorted(found)]


def _imports(table: Mapping[str, int]) -> dict[str, set[str]]:
    """Return which rooms of the table each imports, as the sources say."""
    drawn_rooms = [room for room in table if _is_drawn(room)]
    below: dict[str, set[str]] = {room: set() for room in drawn_rooms}
    for name, path in modules():
        here = room_of(name, table)
        if here not in below:
            continue
        is_package = path.name == "__init__.py"
        for imported in imports_of(name, path.read_text(encoding="utf-8"), is_package=is_package):
            there = room_of(imported, table)
            if there in below and there != here and (here, there) not in NEIGHBOURS:
                below[here].add(there)
    return below


def _is_drawn(room: str) -> bool:
    name = room.removeprefix("tallystick.")
    return name not in _NOT_DRAWN and name != _STRANGER


def _draw_sync(parts: list[str], y: int, inner: Iterable[list[str]]) -> int:
    """Draw the room of the engine with the floors inside; returns where the next floor begins."""
    inner = list(inner)
    high = 34 + len(inner) * (_HIGH + _GAP)
    parts.append(
        f'<rect class="floor" x="10" y="{y}" width="{_WIDTH - 20}" height="{high}" rx="6"/>'
    )
    parts.append(f'<text class="bold" x="24" y="{y + 24}">sync</text>')
    parts.append(f'<text class="quiet" x="70" y="{y + 24}">{WORDS["sync"]}</text>')
    at = y + 34
    for rooms in reversed(inner):
        _draw_rooms(parts, at, rooms)
        at += _HIGH + _GAP
    return y + high + _GAP


def _draw_floor(parts: list[str], y: int, rooms: list[str]) -> int:
    """Draw a floor, in as many rows as it takes; returns where the next floor begins."""
    rows = [rooms[start : start + _A_ROW] for start in range(0, len(rooms), _A_ROW)]
    high = len(rows) * (_HIGH + _GAP) + _GAP
    parts.append(
        f'<rect class="floor" x="10" y="{y}" width="{_WIDTH - 20}" height="{high}" rx="6"/>'
    )
    for number, row in enumerate(rows):
        _draw_rooms(parts, y + _GAP + number * (_HIGH + _GAP), row)
    return y + high + _GAP


def _draw_rooms(parts: list[str], y: int, rooms: list[str]) -> None:
    wide = (_WIDTH - 40 - _GAP * (len(rooms) - 1)) / len(rooms)
    for place, room in enumerate(rooms):
        x = 20 + place * (wide + _GAP)
        parts.append(
            f'<rect class="room" x="{x:.0f}" y="{y}" width="{wide:.0f}" height="{_HIGH}" rx="4"/>'
            f'<text class="bold" x="{x + 12:.0f}" y="{y + 21}">{room.rpartition(".")[2]}</text>'
            f'<text class="quiet" x="{x + 12:.0f}" y="{y + 38}">{WORDS[room]}</text>'
        )


def _stranger(y: int) -> str:
    return (
        f'<rect class="wire" x="20" y="{y}" width="{_WIDTH - 40}" height="{_HIGH}" rx="4"/>'
        f'<text class="bold" x="32" y="{y + 21}">{_STRANGER}</text>'
        f'<text class="quiet" x="32" y="{y + 38}">the stand-in Xero: imports none of these, '
        "and is imported by none; met over HTTP only</text>"
    )


_HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" \
font-family="system-ui, sans-serif" role="img" aria-labelledby="t">
<title id="t">The rooms of Tallystick, each above those that it imports; the stand-in Xero apart</title>
<style>
  .floor {{ fill: #f3f4f6; }} .room {{ fill: #ffffff; stroke: #c3c8d0; }}
  text {{ fill: #1c2430; font-size: 14px; }}
  .quiet {{ fill: #5b6676; font-size: 12px; }} .bold {{ font-weight: 600; }}
  .wire {{ stroke: #5b6676; stroke-dasharray: 4 4; fill: none; }}
  @media (prefers-color-scheme: dark) {{
    .floor {{ fill: #1b2029; }} .room {{ fill: #232a35; stroke: #424c5c; }}
    text {{ fill: #e6e9ee; }} .quiet {{ fill: #a3adbb; }} .wire {{ stroke: #a3adbb; }}
  }}
</style>
"""

if __name__ == "__main__":
    PICTURE.write_text(drawn(), encoding="utf-8")
