"""The closed table of what records wait for: nothing without its row, no row without its writer."""

import re
from pathlib import Path

import pytest

import tallystick
from tallystick.mapping.wait_keys import (
    PARTS,
    WaitSort,
    any_of,
    record_of,
    sort_of,
    wait_key,
    waiting_on_any,
    waiting_on_sort,
)

SOURCE = Path(tallystick.__file__).parent
HOME = SOURCE / "mapping/wait_keys.py"


def sources() -> list[tuple[Path, str]]:
    """Return what is written outside of the table's own file; pages make no keys, and use the words."""
    files = [file for file in sorted(SOURCE.rglob("*.py")) if "migrations" not in file.parts]
    files = [file for file in files if file != HOME and "web" not in file.parts]
    return [(file, file.read_text(encoding="utf-8")) for file in files]


def test_every_sort_has_its_row():
    assert list(PARTS) == list(WaitSort)


@pytest.mark.parametrize("sort", WaitSort)
def test_every_sort_is_made_somewhere(sort):
    made = re.compile(rf"(?<!any_of\()(?<!_sort\()WaitSort\.{sort.name}\b")

    assert any(made.search(text) for _, text in sources())


def test_nobody_else_writes_a_key_down():
    written = re.compile(
        r"[\"'](?:tax|account|method|party|document|xero):(?![/ ])[^\"']*[\"']"
        r"|[\"'](?:tax-default|elsewhere|marked-done|left-as-paid)[\"']"
    )
    found = [
        (str(file.relative_to(SOURCE)), match.group())
        for file, text in sources()
        for match in written.finditer(text)
    ]

    assert found == []


@pytest.mark.parametrize("sort", WaitSort)
def test_a_key_is_read_as_what_it_was_made_of(sort):
    key = wait_key(sort, *range(7, 7 + len(PARTS[sort])))

    assert sort_of(key) == sort
    assert record_of(key, sort) == (7 if len(PARTS[sort]) == 1 and ":" not in sort else None)


def test_a_key_with_other_parts_than_its_sort_has_is_refused():
    with pytest.raises(ValueError, match="direction"):
        wait_key(WaitSort.TAX_MAPPING, 7)


@pytest.mark.parametrize("key", ["", "taxes", "tax-defaults:3", "of:old"])
def test_what_is_no_key_has_no_sort(key):
    assert sort_of(key) is None
    assert record_of(key, WaitSort.PARTY) is None


def test_a_key_of_an_endless_number_names_no_record():
    assert record_of(f"party:{'9' * 30}", WaitSort.PARTY) is None


def test_a_key_with_a_star_stands_for_all_that_begin_so():
    condition = waiting_on_any([any_of(WaitSort.ACCOUNT, "sales"), "rounding"])

    assert condition.children == [
        ("waits_for__in", ["rounding"]),
        ("waits_for__startswith", "account:sales:"),
    ]
    assert waiting_on_sort(WaitSort.XERO_LOCK).children == [("waits_for__in", ["xero:lock"])]
