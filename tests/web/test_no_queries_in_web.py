"""Pages and commands build no queries: they ask named functions of the rooms below, as all do."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src" / "tallystick"
ROOMS = ("web", "cli")
#: Methods that narrow, order or shape a queryset.
SHAPING = frozenset(
    [
        "filter",
        "exclude",
        "annotate",
        "aggregate",
        "values_list",
        "order_by",
        "select_related",
        "prefetch_related",
    ]
)
#: All that may be imported of it: a name for what is handed on.
OF_MODELS = {"QuerySet", "Model"}
#: Functions that build one all the same, each with the reason.
EXCEPTIONS = {
    "web/views/workspace_access.py:upload_or_404": "a read of `importing`, which has none for it",
    "web/views/imports.py:show_all": "a read of `importing`, which has none for it",
    "cli/chosen.py:chosen_workspace": "a read of `workspaces`, which has none for it",
    "cli/chosen.py:acting_person": "a read of `workspaces`, which has none for it",
    "cli/upkeep.py:first_owner": "a read of `workspaces`, which has none for it",
    "cli/samples.py:ensure_samples": "the demo looks at people of whom it is the only maker",
}


def queries_in(source: str) -> Iterator[tuple[int, str, str]]:
    """Give line, function and what is built there, for each queryset that the source builds."""
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for node in ast.walk(tree):
        if what := built_by(node):
            line = getattr(node, "lineno", 0)
            # The innermost one that the line stands in.
            around = [one for one in functions if one.lineno <= line <= (one.end_lineno or 0)]
            yield line, max(around, key=lambda one: one.lineno).name if around else "", what


def built_by(node: ast.AST) -> str:
    """Return what of a queryset the node builds; empty for none."""
    if isinstance(node, ast.Attribute) and node.attr == "objects":
        return ".objects"
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.db.models"):
        return ", ".join(one.name for one in node.names if one.name not in OF_MODELS)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        name = node.func.attr
        return f".{name}(" if name in SHAPING or (name == "values" and names_fields(node)) else ""
    return ""


def names_fields(call: ast.Call) -> bool:
    """Tell a queryset's `values` from a dict's: it names fields."""
    return bool(call.keywords) or any(not isinstance(one, ast.Name) for one in call.args)


def test_pages_and_commands_build_no_queries():
    found, excepted = [], set()
    for path in sorted(path for room in ROOMS for path in (SRC / room).rglob("*.py")):
        name = path.relative_to(SRC).as_posix()
        for line, function, what in queries_in(path.read_text(encoding="utf-8")):
            if f"{name}:{function}" in EXCEPTIONS:
                excepted.add(f"{name}:{function}")
            else:
                found.append(f"{name}:{line} builds a query: {what}")

    assert found == []
    assert excepted == set(EXCEPTIONS), "an exception that is none any more leaves the list"


@pytest.mark.parametrize(
    "source",
    [
        "found = Document.objects",
        "found = workspace.documents.filter(pk=1)",
        "found = rows.values('pk')",
        "found = rows.values(code=1)",
        "from django.db.models import Q, QuerySet",
        "def f():\n    from django.db.models.functions import Now",
    ],
)
def test_each_way_to_build_a_query_is_found(source):
    assert len(list(queries_in(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "shown = [one for one in names.values()]",
        "shown = glimpse.values(column)",
        "from django.db.models import QuerySet",
        "from django.db import transaction",
        "class Meta:\n    ordering = ['pk']",
    ],
)
def test_what_only_looks_like_a_query_is_left_alone(source):
    assert list(queries_in(source)) == []
