"""No module is imported by what it imports: not on a detour, and not inside a function either.

What the modules of a circle share belongs into a module that needs neither of them.
"""

from collections import deque
from collections.abc import Mapping

import pytest

from import_graph import imports_of, modules

Graph = Mapping[str, set[str]]


def graph_of(sources: Mapping[str, str], packages: frozenset[str] = frozenset()) -> Graph:
    """Return what each module imports of the others. `packages` are those that are an `__init__`.

    A module runs the packages around it, too; that does not count, for packages gather their parts.
    """
    graph = {}
    for module, source in sources.items():
        names = imports_of(module, source, is_package=module in packages)
        found = {name if name in sources else name.rpartition(".")[0] for name in names}
        graph[module] = found & sources.keys()
    return graph


def circle_through(module: str, graph: Graph) -> list[str] | None:
    """Return the shortest way from the module back to itself, the module at both ends."""
    ways, seen = deque([[module]]), set()
    while ways:
        way = ways.popleft()
        for imported in sorted(graph[way[-1]] - seen):
            if imported == module:
                return [*way, module]
            seen.add(imported)
            ways.append([*way, imported])
    return None


def circles(graph: Graph) -> list[str]:
    """Return each circle in words, once: from the first of its modules by name."""
    ways = [way for module in sorted(graph) if (way := circle_through(module, graph))]
    first = {frozenset(way): way for way in reversed(ways)}
    return [" imports ".join(way) for way in first.values()]


def test_no_module_is_imported_by_what_it_imports():
    sources = {name: path.read_text(encoding="utf-8") for name, path in modules()}
    packages = frozenset(name for name, path in modules() if path.name == "__init__.py")

    assert circles(graph_of(sources, packages)) == []


@pytest.mark.parametrize(
    ("sources", "named"),
    [
        (
            {"a.b": "from a.c import x", "a.c": "def f():\n    from a import b"},
            "a.b imports a.c imports a.b",
        ),
        (
            {"a.b": "import a.c", "a.c": "from a.d import x", "a.d": "from .b import y"},
            "a.b imports a.c imports a.d imports a.b",
        ),
        ({"a": "from .b import x", "a.b": "import a"}, "a imports a.b imports a"),
        (
            {"a.b": "from a.c import x", "a.c": "if TYPE_CHECKING:\n    from a.b import x"},
            "a.b imports a.c imports a.b",
        ),
    ],
)
def test_a_circle_is_named_from_end_to_end(sources, named):
    assert circles(graph_of(sources, packages=frozenset({"a"}))) == [named]


@pytest.mark.parametrize(
    "source",
    [
        "from a.b.deeper import x",
        "import elsewhere",
    ],
)
def test_an_import_that_leads_elsewhere_makes_no_circle(source):
    assert circles(graph_of({"a.b": "from a.c import x", "a.c": source})) == []
