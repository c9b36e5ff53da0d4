"""What the columns of a kind of file mean, and how its values are read: a Mapping as a form."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import msgspec
from django import forms
from django.forms.boundfield import BoundField

from tallystick.books.models import Charge, Kind
from tallystick.importing.glimpse import Glimpse
from tallystick.importing.meaning.fields import FIELDS, Field, Group
from tallystick.importing.meaning.leftover import sounds_like_meaning
from tallystick.importing.meaning.mapping import MEANINGS, Mapping, OrderColumn, inserted, plain
from tallystick.importing.meaning.values import BadValue, number
from tallystick.web.forms.field_messages import WordedForm
from tallystick.web.forms.inputs import LongSelect, NumberInput, TextInput

#: Fields for which a fixed text makes sense where the file has no column.
_FIXED = (
    *("number", "reference", "party_name", "description", "quantity"),
    *("tax_code", "account_code", "tracking", "template"),
)
#: Fields that most files have; the others stand behind a fold until they are used.
_USUAL = frozenset(
    {
        *("number", "kind", "status", "issued_on", "due_on", "reference", "currency"),
        *("party_number", "party_name", "email", "item_code", "description", "quantity"),
        *("unit_price", "discount_amount", "line_amount", "line_tax", "tax_code"),
        *("subtotal", "tax_total", "total", "account_code"),
    }
)
_EXAMPLES = {"quantity": "1", "reference": "Order {Order}", "description": "Sales of the day"}
_LONGEST_CELL = 30
#: What of a mapping is shown; `is_own` and `holds` are no matter of choice.
_SHOWN = frozenset(
    {
        *("name", "title", "columns", "texts", "unused", "statuses", "kinds", "order_columns"),
        *("is_own", "holds", "currency", "terms_days"),
        *(
            "tax_basis",
            "tax_amounts",
            "party_by",
            "nobody",
            "zero",
            "day_order",
            "decimal_mark",
            "discount_as",
        ),
    }
)
_ROWS_TO_ADD = 3
_MOST_VALUES = 80
_FOUND_OUT = ("", "Found out for each file")
_ASKED = ("", "Ask about it")
_VALUES = {
    "status": [_ASKED, *((str(key), label) for key, label in MEANINGS.items())],
    "kind": [_ASKED, *Kind.choices, ("leave_out", "Leave it out")],
}
_VALUE_WORDS = {
    "status": (
        "What each status means",
        "The values of the status column in the first rows; others are asked about.",
    ),
    "kind": (
        "What each kind of document is",
        "The values of that column in the first rows; others are asked about.",
    ),
}
_ORDER_PARTS = ("column", "how", "description", "charge", "tax_code", "tax_column")
#: What a column of the whole order does, to the switches of an OrderColumn.
_HOW = {
    "line": ("Makes a line", {"is_discount": False, "is_spread": False}),
    "discount": ("Money off, a line of its own", {"is_discount": True, "is_spread": False}),
    "spread": ("Money off, spread over the lines", {"is_discount": True, "is_spread": True}),
}


class MappingManner(NamedTuple):
    """A choice of the whole mapping: the attribute it sets, its words and what there is."""

    label: str
    choices: list[tuple[str, str]]
    help: str = ""


_MANNERS = {
    "tax_basis": MappingManner(
        "Amounts are",
        [
            ("exclusive", "Without tax"),
            ("inclusive", "With tax inside"),
            ("none", "Free of tax"),
        ],
        "Where no column says it.",
    ),
    "tax_amounts": MappingManner(
        "Tax is",
        [
            ("computed", "As our rates make it"),
            ("stated", "As the file has it"),
            ("close", "As the file has it, where that is but rounded otherwise"),
        ],
        "As our rates make it, it is compared with what the file states.",
    ),
    "party_by": MappingManner(
        "Customers are told apart by",
        [("name", "Their name"), ("email", "Their e-mail address")],
        "Where the file gives them no number.",
    ),
    "nobody": MappingManner(
        "Sales that name no customer",
        [
            ("ask", "Ask about them"),
            ("walk_in", "Are the walk-in customer's"),
            ("leave", "Leave them out"),
        ],
    ),
    "zero": MappingManner(
        "Documents that come to nothing",
        [("take", "Take them"), ("leave_out", "Leave them out")],
    ),
    "day_order": MappingManner(
        "Days are written",
        [_FOUND_OUT, ("dmy", "Day first, 21/11/2026"), ("mdy", "Month first, 11/21/2026")],
        "Years first, 2026-11-21, are always understood.",
    ),
    "discount_as": MappingManner(
        "Discounts of which none is above one",
        [
            ("", "Ask about them"),
            ("percent", "Are percent: 0.1 %"),
            ("fraction", "Are parts: 10 %"),
        ],
        "A percent sign always says percent.",
    ),
    "decimal_mark": MappingManner(
        "Numbers are written", [_FOUND_OUT, (".", "1,234.50"), (",", "1.234,50")]
    ),
}


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """One thing that a column can hold: its column, and its fixed text where it can have one."""

    label: str
    hint: str
    column: BoundField
    text: BoundField | None


@dataclass(frozen=True, slots=True)
class UnusedColumn:
    """A column of the file that nothing uses."""

    name: str
    samples: list[str]
    sounds_like_meaning: bool
    is_ticked: bool


class ColumnsForm(WordedForm):
    """Begins from a mapping, or from guesses; what it does not show of a mapping stays as it is."""

    name = forms.CharField(
        label="Name of this kind of file", max_length=60, widget=TextInput(placeholder="Shop sales")
    )
    currency = forms.RegexField(
        "^[A-Za-z]{3}$",
        required=False,
        error_messages={"invalid": "Enter three letters, such as NZD."},
        help_text="Where no column says it; empty for the workspace's.",
        widget=TextInput(placeholder="NZD"),
    )
    terms_days = forms.IntegerField(
        label="Days until due",
        min_value=0,
        max_value=3650,
        help_text="Where no column says the due date.",
        widget=NumberInput(),
    )

    def __init__(self, data: Any, *, glimpse: Glimpse, base: Mapping, is_named: bool) -> None:
        """`base` is what to begin with; with `is_named` its name cannot be changed here."""
        super().__init__(data)
        self._glimpse, self._base = glimpse, base
        self.fields["name"].initial = base.name
        self.fields["name"].disabled = is_named
        self.fields["currency"].initial = base.currency
        self.fields["terms_days"].initial = base.terms_days
        self._columns = [("", "Not in the file"), *map(self._offered, filter(None, glimpse.header))]
        #: The file's spelling of a column that a mapping names.
        self._spelt = {plain(name): name for name in reversed(glimpse.header)}
        self._texts = [*_FIXED, *(field for field in base.texts if field not in _FIXED)]
        self._add_manners()
        self._add_fields()
        self._add_values()
        self._add_order_rows()
        self.fields["unused"] = forms.MultipleChoiceField(
            required=False, choices=self._columns[1:], initial=base.unused
        )

    def _offered(self, name: str) -> tuple[str, str]:
        """Return a column as an option: its name, and what it holds."""
        samples = ", ".join(text[:_LONGEST_CELL] for text in self._glimpse.samples(name))
        return name, f"{name} · {samples}" if samples else name

    def _select(self, choices: list[tuple[str, str]], **given: Any) -> forms.ChoiceField:
        label = given.pop("aria_label", "")
        widget = LongSelect(aria_label=label) if label else LongSelect()
        field = forms.ChoiceField(required=False, choices=choices, widget=widget, **given)
        field.error_messages["invalid_choice"] = "Choose one from the list."
        return field

    def _add_manners(self) -> None:
        for name, manner in _MANNERS.items():
            self.fields[name] = self._select(
                manner.choices,
                label=manner.label,
                help_text=manner.help,
                initial=getattr(self._base, name),
            )

    def _add_fields(self) -> None:
        places, header = self._base.places(self._glimpse.header), self._glimpse.header
        for name, field in FIELDS.items():
            self.fields[f"column-{name}"] = self._select(
                self._columns,
                aria_label=f"Column of {field.label}",
                initial=header[places[name]] if name in places else "",
            )
        for name in self._texts:
            label = f"Fixed text for {FIELDS[name].label}"
            widget = TextInput(placeholder=_EXAMPLES.get(name, ""), aria_label=label)
            self.fields[f"text-{name}"] = forms.CharField(
                required=False,
                max_length=200,
                widget=widget,
                initial=self._base.texts.get(name, ""),
            )

    def _add_values(self) -> None:
        """Add a select for each value of the status and of the kind column."""
        for field, choices in _VALUES.items():
            said: dict[str, str] = getattr(self._base, _said(field))
            column = str(self[f"column-{field}"].value() or "")
            shown = {value.casefold(): value for value in self._glimpse.values(column)}
            posted = [key.partition(":")[2] for key in self.data if key.startswith(f"{field}:")]
            for value in list(dict.fromkeys([*shown, *said, *posted]))[:_MOST_VALUES]:
                words = shown.get(value, value) or "no status"
                self.fields[f"{field}:{value}"] = self._select(
                    choices, label=words, aria_label=words, initial=str(said.get(value, ""))
                )

    def _add_order_rows(self) -> None:
        rows = [each for each in self._base.order_columns if plain(each.column) in self._spelt]
        text = partial(forms.CharField, required=False, max_length=200)
        nothing = [("", "None"), *self._columns[1:]]
        for place in range(len(rows) + _ROWS_TO_ADD):
            row = rows[place] if place < len(rows) else None
            column, tax = (row.column, row.tax_column) if row else ("", "")
            parts = {
                "column": self._select(
                    nothing, label="Column", initial=self._spelt.get(plain(column), "")
                ),
                "how": self._select(
                    [(how, words) for how, (words, _) in _HOW.items()],
                    label="What it does",
                    initial=_how(row),
                ),
                "description": text(
                    label="Text",
                    initial=row.description if row else "",
                    widget=TextInput(placeholder="Shipping"),
                ),
                "charge": self._select(
                    list(Charge.choices), label="For", initial=row.charge if row else ""
                ),
                "tax_code": text(
                    label="Tax code",
                    initial=row.tax_code if row else "",
                    widget=TextInput(placeholder="As the order's"),
                ),
                "tax_column": self._select(
                    nothing, label="Column with its tax", initial=self._spelt.get(plain(tax), "")
                ),
            }
            self.fields |= {f"order-{place}-{part}": field for part, field in parts.items()}
        self._order_rows = len(rows) + _ROWS_TO_ADD

    def manner(self) -> list[BoundField]:
        return [self[name] for name in ("name", *_MANNERS, "currency", "terms_days")]

    def groups(self) -> Iterator[tuple[str, list[ColumnLine], list[ColumnLine]]]:
        """Give each heading with what most files have, or this one uses, and with the rest."""
        for group in Group:
            usual: list[ColumnLine] = []
            others: list[ColumnLine] = []
            for name, field in FIELDS.items():
                if field.group is group:
                    line = self._line(name, field)
                    fill = line.column.value() or (line.text and line.text.value())
                    (usual if fill or name in _USUAL else others).append(line)
            yield group.value, usual, others

    def _line(self, name: str, field: Field) -> ColumnLine:
        text = self[f"text-{name}"] if name in self._texts else None
        return ColumnLine(field.label, field.hint, self[f"column-{name}"], text)

    def values(self) -> list[tuple[str, str, list[BoundField]]]:
        """Return title, explanation and selects for each column whose values mean something."""
        found = (
            (*words, [self[name] for name in self.fields if name.startswith(f"{field}:")])
            for field, words in _VALUE_WORDS.items()
        )
        return [each for each in found if each[2]]

    def order_rows(self) -> list[list[BoundField]]:
        return [
            [self[f"order-{place}-{part}"] for part in _ORDER_PARTS]
            for place in range(self._order_rows)
        ]

    @property
    def has_rows(self) -> bool:
        """Whether rows of a file are at hand."""
        return bool(self._glimpse.rows)

    def left(self) -> list[UnusedColumn]:
        """Return the columns of the file that nothing on the page uses."""
        used = {plain(str(self[name].value() or "")) for name in self.fields if _is_column(name)}
        for name in self._texts:
            used.update(map(plain, inserted(str(self[f"text-{name}"].value() or ""))))
        used.update(self._hidden().used())
        ticked = set(map(plain, self["unused"].value()))
        return [
            UnusedColumn(
                name, self._glimpse.samples(name), sounds_like_meaning(name), plain(name) in ticked
            )
            for name in self._glimpse.header
            if name and plain(name) not in used
        ]

    def _hidden(self) -> Mapping:
        """Return what of the mapping is not shown here, and stays as it is."""
        rows = tuple(
            msgspec.structs.replace(each, column="", tax_column="")
            for each in self._base.order_columns
        )
        return msgspec.structs.replace(
            self._base, columns={}, synonyms={}, unused=(), texts={}, order_columns=rows
        )

    @property
    def keeps(self) -> bool:
        """Whether the mapping says more than is shown here."""
        plain_one = msgspec.to_builtins(Mapping(name="", title="", columns={}))
        base = msgspec.to_builtins(self._base)
        return any(base[key] != plain_one[key] for key in base.keys() - _SHOWN)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        for name in self._texts:
            text = given.get(f"text-{name}", "")
            if unknown := [each for each in inserted(text) if plain(each) not in self._spelt]:
                self.add_error(f"text-{name}", f"The file has no column {unknown[0]}.")
        try:
            number(given.get("text-quantity") or "1", given.get("decimal_mark") or ".")
        except BadValue as error:
            if not inserted(given["text-quantity"]):
                self.add_error("text-quantity", str(error))
        for place in range(self._order_rows):
            column, description, how = (
                given.get(f"order-{place}-{part}") for part in ("column", "description", "how")
            )
            if column and not description and how != "spread":
                self.add_error(f"order-{place}-description", "Enter what the line says.")
            if description and not column:
                self.add_error(f"order-{place}-column", "Choose the column.")
        return given

    def to_mapping(self) -> Mapping:
        given = self.cleaned_data
        name = given["name"].strip()
        columns = {field: given[f"column-{field}"] for field in FIELDS}
        texts = {field: given[f"text-{field}"].strip() for field in self._texts}
        said = {_said(field): self._chosen(f"{field}:") for field in _VALUES}
        changes = {
            # Left out of what was sent, it stays as it is.
            **{name: given[name] for name in _MANNERS if name in self.data},
            **said,
            "columns": {field: column for field, column in columns.items() if column},
            "texts": {field: text for field, text in texts.items() if text},
            "unused": tuple(given["unused"]),
            "order_columns": tuple(self._order_columns()),
            "currency": given["currency"].upper(),
            "terms_days": given["terms_days"],
        }
        plainly = msgspec.to_builtins(self._base)
        named = {"name": name, "title": name, "is_own": True, "holds": "documents"}
        return msgspec.convert(plainly | changes | named, Mapping)

    def _chosen(self, start: str) -> dict[str, str]:
        """Return the values of one column with what was chosen for them."""
        chosen = ((name, self.cleaned_data[name]) for name in self.fields if name.startswith(start))
        return {name.removeprefix(start): value for name, value in chosen if value}

    def _order_columns(self) -> Iterator[OrderColumn]:
        before = {
            self._spelt.get(plain(each.column)): msgspec.to_builtins(each)
            for each in self._base.order_columns
        }
        for place in range(self._order_rows):
            given = {part: self.cleaned_data[f"order-{place}-{part}"] for part in _ORDER_PARTS}
            how = given.pop("how") or "line"
            if given["column"]:
                yield msgspec.convert(
                    before.get(given["column"], {}) | given | _HOW[how][1], OrderColumn
                )


def _said(field: str) -> str:
    return "statuses" if field == "status" else "kinds"


def _how(row: OrderColumn | None) -> str:
    if row is None or not row.is_discount:
        return "line"
    return "spread" if row.is_spread else "discount"


def _is_column(name: str) -> bool:
    return bool(re.fullmatch("column-.*|order-.*column", name))
