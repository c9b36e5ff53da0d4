"""Which module of both packages imports which, read from their sources."""

import ast
from collections.abc import Iterator
from pathlib import Path

SRC = Path(__file__).parents[1] / "src"


def modules() -> Iterator[tuple[str, Path]]:
    """Give every module of both packages by its dotted name."""
    for path in sorted(SRC.rglob("*.py")):
        parts = path.relative_to(SRC).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


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
