"""Uploading a file and saying what its columns mean."""

from collections.abc import Sequence
from typing import Any, Literal, cast

from django import forms

from tallystick.importing.formats.shipped import SHIPPED
from tallystick.importing.meaning.fields import FIELDS
from tallystick.importing.meaning.mapping import Mapping
from tallystick.importing.meaning.recognising import guess
from tallystick.importing.uploads import MOST_MEGABYTES
from tallystick.web.forms.inputs import NumberInput, Select, TextInput
from tallystick.web.forms.words import WordedForm


class UploadForm(WordedForm):
    file = forms.FileField(
        label="CSV file",
        help_text=f"Plain or packed with gzip, at most {MOST_MEGABYTES} MB.",
        widget=forms.FileInput({"class": "input", "accept": ".csv,.tsv,.txt,.gz,text/csv"}),
        error_messages={"empty": "The file is empty. Choose one with a header and rows."},
    )
    format = forms.ChoiceField(label="Columns", required=False, widget=Select())

    def __init__(self, *args: Any, known: Sequence[Mapping], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].choices = [  # type: ignore[attr-defined] # a ChoiceField
            ("", "Recognise them by the header"),
            *((mapping.name, mapping.title) for mapping in known),
        ]


class ColumnsForm(WordedForm):
    """One select for each field, with the columns of the file, and how values are written."""

    name = forms.CharField(
        label="Name of this kind of file", max_length=60, widget=TextInput(placeholder="Shop sales")
    )
    day_order = forms.ChoiceField(
        label="Days are written",
        choices=[("dmy", "Day first, 21/11/2026"), ("mdy", "Month first, 11/21/2026")],
        help_text="Years first, 2026-11-21, are always understood.",
        widget=Select(),
    )
    decimal_mark = forms.ChoiceField(
        label="Numbers are written",
        choices=[(".", "1,234.50"), (",", "1.234,50")],
        widget=Select(),
    )
    tax_basis = forms.ChoiceField(
        label="Amounts are",
        choices=[
            ("exclusive", "Without tax"),
            ("inclusive", "With tax inside"),
            ("none", "Free of tax"),
        ],
        widget=Select(),
    )
    currency = forms.CharField(
        required=False,
        max_length=3,
        help_text="Where no column says it; empty for the workspace's.",
        widget=TextInput(placeholder="NZD"),
    )
    terms_days = forms.IntegerField(
        label="Days until due",
        min_value=0,
        max_value=3650,
        initial=30,
        help_text="Where no column says the due date.",
        widget=NumberInput(),
    )

    def __init__(self, *args: Any, header: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Not in the file"), *((name, name) for name in header if name)]
        guessed = guess(header, SHIPPED)
        for field, row in FIELDS.items():
            self.fields[f"column-{field}"] = forms.ChoiceField(
                label=row.label,
                required=False,
                choices=choices,
                initial=guessed.get(field, ""),
                widget=Select(),
            )

    def columns(self) -> list[forms.BoundField]:
        return [self[f"column-{field}"] for field in FIELDS]

    def manner(self) -> list[forms.BoundField]:
        return [field for field in self if not field.name.startswith("column-")]

    def to_mapping(self) -> Mapping:
        given = self.cleaned_data
        columns = {field: given[f"column-{field}"] for field in FIELDS}
        return Mapping(
            name=given["name"].strip(),
            title=given["name"].strip(),
            columns={field: column for field, column in columns.items() if column},
            day_order=cast(Literal["dmy", "mdy"], given["day_order"]),
            decimal_mark=cast(Literal[".", ","], given["decimal_mark"]),
            tax_basis=cast(Literal["exclusive", "inclusive", "none"], given["tax_basis"]),
            currency=given["currency"].strip().upper(),
            terms_days=given["terms_days"],
        )
