"""The rows that an import left out, as a file of their own: a part of the file that they were in.

Its last column says why each was left out. That column's name also says what was decided for the
whole file, for the part may not show it: 03/04 must not become another day there, nor 1.234
another sum, and the lines that name its currency stand in the file alone. What the whole file
states of its rows together is not compared with a part.
"""

import re
from collections.abc import Sequence

import msgspec

from tallystick.importing.meaning.mapping import Mapping

_REASON = "Why it was left out"
_DECIDED = re.compile(
    _REASON
    + r"(?: \((?:days (?P<day_order>dmy|mdy))?(?:, )?(?:decimals (?P<decimal_mark>[.,]))?"
    + r"(?:, )?(?:amounts in (?P<currency>[A-Z]{3}))?\))?"
)


def reason_column(mapping: Mapping) -> str:
    """Return the name of the column of reasons, with what was decided for the file."""
    days = f"days {mapping.day_order}" if mapping.day_order else ""
    mark = f"decimals {mapping.decimal_mark}" if mapping.decimal_mark else ""
    is_from_file = mapping.currency_before and mapping.currency
    money = f"amounts in {mapping.currency}" if is_from_file else ""
    decided = ", ".join(filter(None, (days, mark, money)))
    return f"{_REASON} ({decided})" if decided else _REASON


def is_reason(name: str) -> bool:
    """Return whether this is the name of the column of reasons."""
    return _DECIDED.fullmatch(name.strip()) is not None


def is_part(header: Sequence[str]) -> bool:
    """Return whether the file holds what was left out of another."""
    return any(map(is_reason, header))


def as_decided(mapping: Mapping, header: Sequence[str]) -> Mapping:
    """Return the mapping with what was decided for the file that this is a part of, if it is one."""
    for name in header:
        if found := _DECIDED.fullmatch(name.strip()):
            decided = {field: value for field, value in found.groupdict().items() if value}
            return msgspec.structs.replace(mapping, **decided)
    return mapping
