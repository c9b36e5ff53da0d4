"""Which columns a mapping finds, and which it cannot do without."""

from tallystick.importing.meaning.mapping import Mapping

MAPPING = Mapping(
    name="till",
    title="Till",
    columns={"number": "Receipt", "unit_price": "Price"},
    synonyms={"unit_price": ("Each", "Rate")},
    texts={"issued_on": "{Day} {Time}", "description": "Sale"},
    needed=("Till",),
)


def test_a_text_of_columns_counts_only_where_one_of_them_is_there():
    assert MAPPING.lacks(["Till", "Receipt", "Price", "Day"]) == []
    assert MAPPING.lacks(["Till", "Receipt", "Price", "When"]) == ["Date"]


def test_what_is_needed_must_be_there_whatever_else_is():
    assert MAPPING.lacks(["Receipt", "Price", "Day"]) == ["Till"]


def test_a_column_is_found_under_each_of_its_names_the_first_before_the_others():
    assert MAPPING.places(["rate", "Receipt"]) == {"number": 1, "unit_price": 0}
    assert MAPPING.places(["Each", "Receipt", "*PRICE"]) == {"number": 1, "unit_price": 2}
    assert MAPPING.lacks(["Till", "Receipt", "Rate", "Time"]) == []
