"""Cells of CSV files that a spreadsheet does not run as formulas, and how such files are read back.

Source: OWASP, "CSV Injection". The quote in front is what spreadsheets take for text.
"""

import re
from collections.abc import Sequence

#: A cell that begins so is taken for a formula; those of East Asian keyboards as well.
_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"-?[0-9][0-9,]*(?:\.[0-9]+)?")
_QUOTE = "'"


def spreadsheet_safe(text: str) -> str:
    """Return the text as a cell that is not run; a plain number such as -12.50 stays one.

    With a plus it is text, such as a telephone number: as a number it would lose the plus.
    """
    # What has a quote of its own in front gets another: so the text comes back as it was.
    begins = text.lstrip(_QUOTE).startswith(_BEGINNINGS)
    return f"{_QUOTE}{text}" if begins and not _NUMBER.fullmatch(text) else text


def as_written(cells: Sequence[str]) -> list[str]:
    """Return the cells of a row without the quote that `spreadsheet_safe` put in front of any."""
    if _QUOTE not in "".join(cells):  # nearly every row, of which there may be a million
        return list(cells)
    return [
        cell[1:] if cell[:1] == _QUOTE and spreadsheet_safe(cell[1:]) == cell else cell
        for cell in cells
    ]
