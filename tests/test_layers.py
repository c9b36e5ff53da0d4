"""A room imports only rooms below it; `docs/architecture.md` shows the same as a picture."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src"

#: Every room and its floor. A room may import itself and the rooms of lower floors.
FLOORS = {
    "tallystick.doors": 0,
    "tallystick.environment": 0,
    "tallystick.failpoints": 0,
    "tallystick.logs": 0,
    "tallystick.money": 0,
    "tallystick.outages": 0,
    "tallystick.spreadsheets": 0,
    "tallystick.postgres": 0,
    "tallystick.xero": 0,
    "tallystick.background": 1,
    "tallystick.workspaces": 1,
    "tallystick.books": 1,
    "tallystick.connections": 2,
    "tallystick.importing": 3,
    "tallystick.mapping": 3,
    "tallystick.sync": 4,
    "tallystick.web": 6,
    "tallystick.cli": 6,
    # What puts the rooms together stands above all of them.
    "tallystick.settings": 7,
    "tallystick.urls": 7,
    "tallystick.wsgi": 7,
    "xero_sandbox": 0,
}
#: Allowed on one floor, and why.
NEIGHBOURS = {
    ("tallystick.books", "tallystick.workspaces"): "every record belongs to a workspace",
    ("tallystick.background", "tallystick.workspaces"): "every task belongs to a workspace",
    ("tallystick.doors", "tallystick.outages"): "a full disk is refused in words",
    ("tallystick.logs", "tallystick.outages"): "an outage is logged in words",
    ("tallystick.xero", "tallystick.money"): "drafts say how their amounts stand to tax",
}
#: These must work without Django and without a database.
WITHOUT_DJANGO = [room for room, floor in FLOORS.items() if floor == 0]
STRANGERS = {"tallystick", "xero_sandbox"}  #: Neither package imports the other.


def room_of(module: str) -> str | None:
    """Return the room that a module lies in; None for `tallystick` itself and for outsiders."""
    rooms = [room for room in FLOORS if module == room or module.startswith(f"{room}.")]
    return max(rooms, key=len, default=None)


def imports_of(module: str, source: str, *, is_package: bool) -> Iterator[str]:
    """Give the full name of everything that the source imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")
                kept = parts[: len(parts) - node.level + is_package]
                base = ".".join([*kept, *filter(None, [base])])
            # The name may be a module (`from tallystick import logs`) or something in one.
            yield from (f"{base}.{alias.name}" for alias in node.names)


def violation(module: str, imported: str) -> str | None:
    """Return what is wrong with the import, or None."""
    here, there = room_of(module), room_of(imported)
    home, top = module.partition(".")[0], imported.partition(".")[0]
    if {home, top} == STRANGERS:
        return f"{module} imports {imported}: Tallystick and the stand-in Xero must stay strangers"
    if top in {"django", "procrastinate"} and here in WITHOUT_DJANGO:
        return f"{module} imports {imported}: {here} must work without Django"
    if here is None or there is None or here == there or (here, there) in NEIGHBOURS:
        return None
    if FLOORS[there] >= FLOORS[here]:
        return f"{module} imports {imported}: {here} may import only rooms below it"
    return None


def modules() -> Iterator[tuple[str, Path]]:
    """Give every module of both packages by its dotted name."""
    for path in sorted(SRC.rglob("*.py")):
        parts = path.relative_to(SRC).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def test_every_module_lies_in_a_room_of_the_table():
    homeless = [name for name, _ in modules() if room_of(name) is None and name != "tallystick"]

    assert homeless == []


def test_rooms_import_only_rooms_below_them():
    found = [
        problem
        for name, path in modules()
        for imported in imports_of(
            name, path.read_text(encoding="utf-8"), is_package=path.name == "__init__.py"
        )
        if (problem := violation(name, imported))
    ]

    assert found == []


@pytest.mark.parametrize(
    ("module", "source", "named"),
    [
        ("tallystick.books.models", "from tallystick.sync import queue", "tallystick.sync.queue"),
        ("tallystick.connections.a", "from ..importing import b", "tallystick.importing.b"),
        ("tallystick.books.a", "def f():\n    import xero_sandbox.cli", "xero_sandbox.cli"),
        ("xero_sandbox.store", "from tallystick import money", "tallystick.money"),
        ("tallystick.xero.client", "import django.utils", "django.utils"),
        ("tallystick.sync.a", "from tallystick import settings", "tallystick.settings"),
    ],
)
def test_an_import_that_goes_the_wrong_way_is_named_with_its_module(module, source, named):
    [imported] = imports_of(module, source, is_package=False)

    problem = violation(module, imported)

    assert problem is not None
    assert problem.startswith(f"{module} imports {named}:")


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("tallystick.sync.queue", "from tallystick.books.models import Document"),
        ("tallystick.books.models", "from tallystick.workspaces.models import Workspace"),
        ("tallystick.web.views.home", "from django.shortcuts import render"),
        ("tallystick.sync.push", "from . import round"),
    ],
)
def test_an_import_that_goes_down_is_allowed(module, source):
    [imported] = imports_of(module, source, is_package=True)

    assert violation(module, imported) is None
