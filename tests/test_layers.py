"""A room imports only rooms below it; `docs/architecture.md` shows the same as a picture."""

from collections.abc import Mapping

import pytest

from import_graph import imports_of, modules

#: Every room and its floor. A room may import itself and the rooms of lower floors.
FLOORS = {
    "tallystick.act_refused": 0,
    "tallystick.doors": 0,
    "tallystick.english": 0,
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
    "tallystick.connections": 2,
    "tallystick.books": 3,
    "tallystick.mirror": 3,
    "tallystick.importing": 4,
    "tallystick.mapping": 4,
    "tallystick.sync": 5,
    "tallystick.web": 7,
    "tallystick.cli": 7,
    # What puts the rooms together stands above all of them.
    "tallystick.settings": 8,
    "tallystick.urls": 8,
    "tallystick.wsgi": 8,
    "xero_sandbox": 0,
}
#: The rooms inside `sync`, floor by floor; its root holds the models and nothing else.
INNER_FLOORS = {
    "tallystick.sync.links": 0,
    "tallystick.sync.engine": 1,
    "tallystick.sync.lookup": 2,
    "tallystick.sync.push": 3,
    "tallystick.sync.reconcile": 3,
    "tallystick.sync.pull": 4,
    "tallystick.sync.webhooks": 5,
    "tallystick.sync.acts": 6,
    "tallystick.sync.rounds": 6,
    "tallystick.sync.preview": 7,
    "tallystick.sync.reports": 7,
}
#: Allowed on one floor, and why.
NEIGHBOURS = {
    ("tallystick.background", "tallystick.workspaces"): "every task belongs to a workspace",
    ("tallystick.doors", "tallystick.outages"): "a full disk is refused in words",
    ("tallystick.logs", "tallystick.outages"): "an outage is logged in words",
    ("tallystick.xero", "tallystick.money"): "drafts say how their amounts stand to tax",
}
#: These must work without Django and without a database.
WITHOUT_DJANGO = [room for room, floor in FLOORS.items() if floor == 0]
STRANGERS = {"tallystick", "xero_sandbox"}  #: Neither package imports the other.


def room_of(module: str, floors: Mapping[str, int] = FLOORS) -> str | None:
    """Return the room that a module lies in; None for `tallystick` itself and for outsiders."""
    rooms = [room for room in floors if module == room or module.startswith(f"{room}.")]
    return max(rooms, key=len, default=None)


def violation(module: str, imported: str) -> str | None:
    """Return what is wrong with the import, or None."""
    here, there = room_of(module), room_of(imported)
    home, top = module.partition(".")[0], imported.partition(".")[0]
    if {home, top} == STRANGERS:
        return f"{module} imports {imported}: Tallystick and the stand-in Xero must stay strangers"
    if top in {"django", "procrastinate"} and here in WITHOUT_DJANGO:
        return f"{module} imports {imported}: {here} must work without Django"
    if here == there and here is not None:
        return inner_violation(module, imported)
    if here is None or there is None or (here, there) in NEIGHBOURS:
        return None
    if FLOORS[there] >= FLOORS[here]:
        return f"{module} imports {imported}: {here} may import only rooms below it"
    return None


def inner_violation(module: str, imported: str) -> str | None:
    """Return what is wrong with an import inside one room, or None; `sync` has floors inside."""
    here, there = room_of(module, INNER_FLOORS), room_of(imported, INNER_FLOORS)
    if there is None or here == there or module == "tallystick.sync.apps":
        return None
    if here is None or INNER_FLOORS[there] >= INNER_FLOORS[here]:
        return f"{module} imports {imported}: {here or module} may import only rooms below it"
    return None


def test_every_module_lies_in_a_room_of_the_table():
    homeless = [name for name, _ in modules() if room_of(name) is None and name != "tallystick"]

    assert homeless == []


def test_the_root_of_sync_holds_the_models_and_nothing_else():
    root = {name for name, path in modules() if name.startswith("tallystick.sync.")}
    root = {name.split(".")[2] for name in root if room_of(name, INNER_FLOORS) is None}

    assert root == {"apps", "models", "migrations"}


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
        ("tallystick.books.models", "from tallystick.sync import links", "tallystick.sync.links"),
        (
            "tallystick.sync.links.a",
            "from tallystick.sync.engine import steps",
            "tallystick.sync.engine.steps",
        ),
        (
            "tallystick.sync.push.a",
            "from tallystick.sync.reconcile import checks",
            "tallystick.sync.reconcile.checks",
        ),
        (
            "tallystick.sync.models",
            "from tallystick.sync.links import contents",
            "tallystick.sync.links.contents",
        ),
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
        ("tallystick.sync.acts.a", "from tallystick.books.models import Document"),
        ("tallystick.books.models", "from tallystick.workspaces.models import Workspace"),
        ("tallystick.web.views.home", "from django.shortcuts import render"),
        ("tallystick.sync.push", "from . import documents"),
        ("tallystick.sync.rounds.a", "from tallystick.sync.push import documents"),
        ("tallystick.sync.links.a", "from tallystick.sync.models import Link"),
    ],
)
def test_an_import_that_goes_down_is_allowed(module, source):
    [imported] = imports_of(module, source, is_package=True)

    assert violation(module, imported) is None
