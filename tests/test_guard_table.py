"""What `make mutation-check` takes away is in the code, and the tests that it names exist."""

import ast
import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
TABLE = runpy.run_path(str(ROOT / "scripts" / "guards.py"))
each_guard = pytest.mark.parametrize("guard", TABLE["GUARDS"], ids=lambda guard: guard.name)


@each_guard
def test_a_guard_stands_in_the_code_once_and_can_be_taken_away(guard: Any):
    texts: dict[str, str] = {}
    for name, before, after in guard.edits:
        text = texts.get(name) or (ROOT / "src" / "tallystick" / name).read_text(encoding="utf-8")
        assert text.count(before) == 1
        texts[name] = text.replace(before, after)

    for text in texts.values():
        ast.parse(text)


@each_guard
def test_the_test_that_a_guard_names_exists(guard: Any):
    file, _, name = guard.test.partition("::")

    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))

    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert functions.count(name.partition("[")[0]) == 1


def test_every_promise_has_a_guard():
    assert {guard.promise for guard in TABLE["GUARDS"]} == set(TABLE["PROMISES"])
