"""The page on importing names every format and column."""

from pathlib import Path

from tallystick.importing.mappings import SHIPPED, SIMPLE

PAGE = (Path(__file__).parents[2] / "docs" / "import.md").read_text()


def test_every_column_of_the_simple_template_is_described():
    assert [name for name in SIMPLE.columns.values() if f"`{name}`" not in PAGE] == []


def test_every_shipped_format_is_described_under_its_name():
    assert [each.name for each in SHIPPED if f"### `{each.name}`" not in PAGE] == []
