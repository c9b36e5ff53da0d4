"""What forms say: Django's messages in our words, and what the books refuse, each at its field."""

from collections.abc import Mapping
from typing import Any

from django import forms

from tallystick.books.errors import InvalidRecord


class WordedForm(forms.Form):
    """A form whose fields say what to enter."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            word(field, str(field.label or name.replace("_", " ")))


def word(field: forms.Field, label: str) -> None:
    """Give the field our messages; what is added to a form later needs it too."""
    field.error_messages |= _messages(field, label.lower())


def _messages(field: forms.Field, label: str) -> dict[str, str]:
    if isinstance(field, forms.DateField):
        return {"required": "Choose a day.", "invalid": "Enter a day, such as 2026-01-31."}
    if isinstance(field, forms.TimeField):
        return {"required": "Enter a time.", "invalid": "Enter a time, such as 18:00."}
    if isinstance(field, forms.ChoiceField):
        return {"required": "Choose one.", "invalid_choice": "Choose one from the list."}
    if isinstance(field, forms.DecimalField):
        number = "Enter a number, such as 12 or 2.5."
        return {"required": number, "invalid": number}
    return {"required": f"Enter the {label}."}


def show_problems(
    form: forms.Form, refused: InvalidRecord, *, lines: Mapping[int, forms.Form] | None = None
) -> None:
    """Put each problem at its field; `lines` are the forms of the lines, counted from 1."""
    for problem in refused.problems:
        place = (lines or {}).get(problem.line or 0, form)
        if problem.field in place.fields:
            place.add_error(problem.field, problem.message)
        else:
            said = problem.message if problem.line is None else str(problem)
            form.add_error(None, said[:1].upper() + said[1:])


def show_column_problems(form: forms.Form, refused: InvalidRecord) -> None:
    """Put each problem of a column mapping at the select of its column, or at its name."""
    for problem in refused.problems:
        field = f"column-{problem.field}"
        form.add_error(field if field in form.fields else problem.field, problem.message)
