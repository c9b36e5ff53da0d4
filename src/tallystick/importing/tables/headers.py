"""Finds the record that names the columns, and refuses what can be no names."""

from collections.abc import Callable, Sequence

from tallystick.importing.errors import NotATable

#: Of the header, in characters; of one name; and its cells.
LONGEST_HEADER = 200_000
LONGEST_NAME = 200
MOST_COLUMNS = 500
SAVE_AS_CSV = "Open it in your spreadsheet, choose Save as, CSV UTF-8, and import that file."

IsHeader = Callable[[Sequence[str]], bool]


def names_of(cells: Sequence[str]) -> list[str]:
    """Return the names as they are compared: without blanks around, one between words."""
    return [" ".join(cell.replace("\ufeff", "").split()) for cell in cells]


def best_header(records: Sequence[Sequence[str]], is_header: IsHeader) -> int:
    """Return the place of the header among the records: the first that `is_header` accepts.

    Where it accepts none, it is the first with the most different texts that look like names.
    """
    named = [names_of(cells) for cells in records]
    for place, names in enumerate(named):
        if is_header(names):
            return place
    likeness = [len({name for name in names if _is_like_a_name(name)}) for names in named]
    return likeness.index(max(likeness))


def _is_like_a_name(text: str) -> bool:
    letters = sum(map(str.isalpha, text[: LONGEST_NAME + 1]))
    digits = sum(map(str.isdigit, text[: LONGEST_NAME + 1]))
    return letters > digits and len(text) <= LONGEST_NAME and "@" not in text


def check_header(header: list[str]) -> None:
    """Raise NotATable for what cannot be the names of columns."""
    if len(header) > MOST_COLUMNS:
        raise NotATable(
            f"The header has {len(header):,} columns; at most {MOST_COLUMNS} can be read.",
            remedy="Remove those that are not needed and import again.",
        )
    for place, name in enumerate(header, start=1):
        if len(name) > LONGEST_NAME:
            raise NotATable(
                f"The name of column {place} is longer than {LONGEST_NAME} characters.",
                remedy="Choose the "
                "line that names the columns, or shorten the name and import again.",
            )
