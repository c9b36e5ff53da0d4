"""What a person chose about the way a file is laid out; what is empty is found out."""

import msgspec

from tallystick.importing.errors import NotATable
from tallystick.importing.tables.encodings import Encoding

_NO_DELIMITERS = '"\r\n\0'


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """The choices, each empty unless somebody made it."""

    encoding: str = ""  #: One of Encoding.
    delimiter: str = ""  #: One character.
    sheet: str = ""  #: The name of a sheet of the workbook.
    header_line: int = 0  #: The line of the file (row of the sheet), from 1.

    def check(self) -> None:
        """Raise NotATable for a choice that can be none."""
        if self.encoding and self.encoding not in list(Encoding):
            offered = ", ".join(Encoding)
            raise NotATable(
                f"The encoding {self.encoding[:40]} is not offered.",
                remedy=f"Choose one of: {offered}.",
            )
        if self.delimiter and (len(self.delimiter) > 1 or self.delimiter in _NO_DELIMITERS):
            raise NotATable(
                "The delimiter must be one character, such as a comma, and no quotation mark or "
                "line end.",
                remedy="Choose another.",
            )
        if self.header_line < 0:
            raise NotATable(
                "Lines are counted from 1.", remedy="Choose the line that names the columns."
            )
