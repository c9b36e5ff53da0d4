"""Django's messages for what cannot be read, in our words."""

from typing import Any

from django import forms


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
