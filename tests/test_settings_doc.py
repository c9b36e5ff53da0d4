"""`docs/settings.md` lists every setting, and nothing that is none."""

import ast
import importlib
import pkgutil
import re
from pathlib import Path

import tallystick
from tallystick.environment import KNOWN

ROOT = Path(__file__).parents[1]

#: A row of the page's tables: name, default, unit, effect.
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)
#: Names that belong to others: the operating system's and Django's.
NOT_OURS = {"DJANGO_SETTINGS_MODULE", "PYTHONPATH", "XDG_DATA_HOME"}
_READERS = {"os.environ.get", "os.environ.setdefault"}


def documented() -> dict[str, tuple[str, ...]]:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    return {row[0]: row[1:] for row in ROW.findall(page)}


def read_by_the_code() -> set[str]:
    """Return every name that importing all rooms reads, or that a module names in `os.environ`."""
    for module in pkgutil.walk_packages(tallystick.__path__, "tallystick."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    named = set()
    for path in (ROOT / "src" / "tallystick").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named |= _named_in_environ(node)
    return (KNOWN | named) - NOT_OURS


def _named_in_environ(node: ast.AST) -> set[str]:
    """Return the name in `os.environ["NAME"]`, `os.environ.get("NAME")` and the like."""
    key = None
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
        key = node.slice
    elif isinstance(node, ast.Call) and ast.unparse(node.func) in _READERS:
        key = node.args[0]
    return {key.value} if isinstance(key, ast.Constant) and isinstance(key.value, str) else set()


def test_every_setting_is_on_the_page():
    missing = read_by_the_code() - documented().keys()

    assert missing == set()


def test_the_page_names_nothing_that_is_not_read():
    invented = documented().keys() - read_by_the_code()

    assert invented == set()


def test_every_setting_has_default_unit_and_effect():
    incomplete = [
        name for name, columns in documented().items() if not all(map(str.strip, columns))
    ]

    assert incomplete == []
