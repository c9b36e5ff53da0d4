"""The page on importing names every format and column."""

from pathlib import Path

import pytest

from tallystick.importing.formats.plain import ALLOCATIONS, PAYMENTS, SIMPLE
from tallystick.importing.formats.shipped import SHIPPED

PAGE = (Path(__file__).parents[2] / "docs" / "import.md").read_text()


@pytest.mark.parametrize("mapping", [SIMPLE, PAYMENTS, ALLOCATIONS], ids=lambda each: each.name)
def test_every_column_of_our_own_formats_is_described(mapping):
    described = PAGE.split(f"### `{mapping.name}`")[1].split("###")[0]

    assert [name for name in mapping.columns.values() if f"`{name}`" not in described] == []


def test_every_shipped_format_is_described_under_its_name():
    assert [each.name for each in SHIPPED if f"### `{each.name}`" not in PAGE] == []
