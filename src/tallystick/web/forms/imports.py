"""Uploading a file, saying where its table lies, and what is asked about it."""

from collections.abc import Sequence
from typing import Any

from django import forms

from tallystick.importing.meaning.mapping import Mapping
from tallystick.importing.tables.encodings import Encoding
from tallystick.importing.tables.table import Beginning, Layout
from tallystick.importing.uploads import MOST_MEGABYTES
from tallystick.web.forms.field_messages import WordedForm
from tallystick.web.forms.inputs import Select

_ACCEPTED = ".csv,.tsv,.txt,.gz,.xlsx,.xlsm,.xlsb,.xls,.ods,text/csv,text/plain"
_TAB = "tab"
_DELIMITERS = {
    ",": "Comma",
    ";": "Semicolon",
    _TAB: "Tab",
    "|": "Upright bar |",
    "^": "Caret ^",
}


class UploadForm(WordedForm):
    file = forms.FileField(
        label="CSV file or workbook",
        help_text=f"CSV in any usual encoding, packed with gzip or not, XLSX, XLS or ODS; at most "
        f"{MOST_MEGABYTES} MB.",
        widget=forms.FileInput({"class": "input", "accept": _ACCEPTED}),
        error_messages={"empty": "The file is empty. Choose one with a header and rows."},
    )
    format = forms.ChoiceField(label="Columns", required=False, widget=Select())

    def __init__(self, *args: Any, known: Sequence[Mapping], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].choices = [  # type: ignore[attr-defined] # a ChoiceField
            ("", "Recognise them by the header"),
            *((mapping.name, mapping.title) for mapping in known),
        ]


class LayoutForm(WordedForm):
    """Where and how the table lies in the file; what is left open is found out."""

    encoding = forms.ChoiceField(
        required=False,
        choices=[("", "Find it out"), *((each.value, each.label) for each in Encoding)],
        help_text="Choose another if signs such as é, £ or ß are wrong below.",
        widget=Select(),
    )
    delimiter = forms.ChoiceField(
        label="Cells are parted by",
        required=False,
        choices=[("", "Find it out"), *_DELIMITERS.items()],
        widget=Select(),
    )
    sheet = forms.ChoiceField(required=False, widget=Select())
    header_line = forms.IntegerField(min_value=0, required=False)

    def __init__(self, data: Any, *, layout: Layout, beginning: Beginning | None) -> None:
        initial = {
            "encoding": layout.encoding,
            "delimiter": _TAB if layout.delimiter == "\t" else layout.delimiter,
            "sheet": layout.sheet or (beginning.sheet if beginning else ""),
            "header_line": layout.header_line,
        }
        super().__init__(data, initial=initial)
        self._before = self.initial["sheet"], layout.header_line
        self.is_workbook = bool(beginning and beginning.sheets)
        if beginning and self.is_workbook:
            choices = [(name, name) for name in beginning.sheets]
            self.fields["sheet"].choices = choices  # type: ignore[attr-defined] # a ChoiceField
            del self.fields["encoding"], self.fields["delimiter"]
        else:
            del self.fields["sheet"]

    def manner(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name != "header_line"]

    def to_layout(self) -> Layout:
        given = self.cleaned_data
        sheet, line = given.get("sheet", ""), given["header_line"] or 0
        if sheet != self._before[0] and line == self._before[1]:
            line = 0  # it was that of the other sheet
        mark = given.get("delimiter", "")
        return Layout(
            encoding=given.get("encoding", ""),
            delimiter="\t" if mark == _TAB else mark,
            sheet=sheet,
            header_line=line,
        )
