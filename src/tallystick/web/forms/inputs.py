"""Django's inputs in our look, the class `input` and whatever attributes are named; and numbers."""

from collections.abc import Mapping
from decimal import Decimal
from html import escape
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.safestring import SafeString

from tallystick.books.given_values import number_in


def _named(attributes: dict[str, Any], extra: str = "") -> dict[str, Any]:
    """Turn `aria_label="Price"` into `aria-label`; `extra` is a second class."""
    attrs = {name.replace("_", "-"): value for name, value in attributes.items()}
    return {"class": f"input {extra}".strip(), **attrs}


class TextInput(forms.TextInput):
    def __init__(self, **attributes: Any) -> None:
        super().__init__(_named(attributes))


class NumberInput(forms.TextInput):
    """Right-aligned; not type=number, which drops what it cannot read and turns on the wheel."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(_named({"inputmode": "decimal", **attributes}, "money"))


class NumberField(forms.DecimalField):
    """A number that can be worked out with; the books say which are too large for them."""

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override] # as DecimalField's does
        if value in self.empty_values:
            return None
        number = number_in(str(value))
        if number is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return number


class EmailInput(forms.EmailInput):
    def __init__(self, **attributes: Any) -> None:
        super().__init__(_named(attributes))


class PasswordInput(forms.PasswordInput):
    def __init__(self, **attributes: Any) -> None:
        super().__init__(_named(attributes))


class Textarea(forms.Textarea):
    def __init__(self, **attributes: Any) -> None:
        super().__init__(_named({"rows": 3, **attributes}))


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **attributes: Any) -> None:
        super().__init__(_named(attributes), format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, **attributes: Any) -> None:
        super().__init__(_named(attributes), format="%H:%M")


class TextBox(forms.CheckboxInput):
    """A box to tick that gives its text where it is ticked, else none."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str:
        return str(data.get(name, ""))


class Select(forms.Select):
    def __init__(self, **attributes: Any) -> None:
        super().__init__(_named(attributes))


class LongSelect(Select):
    """A select of plain options, for pages with thousands of them: Django's own renders a template
    for each. Source: 80 columns offered 60 times took 1.7 s, and take a tenth of that."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        chosen = "" if value is None else str(value)
        given = flatatt({"name": name, **self.build_attrs(self.attrs, attrs)})
        options = "".join(
            f'<option value="{escape(str(key))}"{" selected" if str(key) == chosen else ""}>'
            f"{escape(str(label))}</option>"
            for key, label in self.choices
        )
        return SafeString(f"<select{given}>{options}</select>")
