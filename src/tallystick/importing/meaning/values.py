"""Turns the text of a cell into a value: numbers, days, yes or no.

The one door to what lies in `numbers`, `days` and `zones`. What a text leaves open (day order,
decimal mark, zone) is decided for the file in `conventions`, never here.
"""

from tallystick.importing.meaning.bad_value import BadValue
from tallystick.importing.meaning.days import day
from tallystick.importing.meaning.numbers import number
from tallystick.importing.meaning.zones import zone_named

__all__ = ["BadValue", "day", "number", "truth", "zone_named"]

_YES = frozenset({"yes", "true", "y", "1"})
_NO = frozenset({"no", "false", "n", "0"})


def truth(text: str) -> bool:
    """Return whether the text says yes. Raises BadValue."""
    word = text.strip().casefold()
    if word not in _YES | _NO:
        raise BadValue("Write yes or no.")
    return word in _YES
