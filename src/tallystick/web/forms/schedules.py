"""Choosing when each module is read from Xero by itself."""

from datetime import time
from typing import Any

from django import forms

from tallystick.connections.models import ModuleSchedule, Rhythm
from tallystick.connections.modules import ROWS, Module
from tallystick.connections.schedules import LONGEST_MINUTES, SHORTEST_MINUTES, hours_of
from tallystick.web.forms.field_messages import WordedForm
from tallystick.web.forms.inputs import Select, TextInput


class HoursField(forms.CharField):
    """Hours of the day, such as `09:00, 17:30`."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except forms.ValidationError:
            return True

    def to_python(self, value: Any) -> list[time]:  # type: ignore[override] # a text of several
        texts = str(value or "").replace(",", " ").split()
        try:
            return [time.fromisoformat(text.zfill(5)) for text in texts]
        except ValueError:
            said = "Enter hours of the day, such as 09:00, 17:30."
            raise forms.ValidationError(said, code="invalid") from None


class ScheduleForm(WordedForm):
    """The schedule of one module, prefixed with its name."""

    rhythm = forms.ChoiceField(label="When", choices=Rhythm.choices, widget=Select())
    minutes = forms.IntegerField(
        label="Minutes",
        required=False,
        min_value=SHORTEST_MINUTES,
        max_value=LONGEST_MINUTES,
        widget=TextInput(inputmode="numeric"),
    )
    hours = HoursField(label="Hours", required=False, widget=TextInput())

    def __init__(self, data: Any, schedule: ModuleSchedule) -> None:
        self.module = Module(schedule.module)
        initial = {
            "rhythm": schedule.rhythm,
            "minutes": schedule.minutes,
            "hours": ", ".join(f"{hour:%H:%M}" for hour in hours_of(schedule)),
        }
        super().__init__(data, prefix=self.module.value, initial=initial)
        self.title = ROWS[self.module].words
        self.fields["minutes"].error_messages |= _minutes_messages()
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"{self.title}: {field.label}"
            if name != "rhythm":
                field.widget.attrs["data-for"] = name

    def entered(self) -> dict[str, Any]:
        """Return the values for `choose_schedule`."""
        given = self.cleaned_data
        kept = {"rhythm": given["rhythm"], "hours": given["hours"]}
        return kept | ({"minutes": given["minutes"]} if given["minutes"] is not None else {})


def _minutes_messages() -> dict[str, str]:
    said = f"Enter from {SHORTEST_MINUTES} to {LONGEST_MINUTES:,} minutes."
    return {"invalid": said, "min_value": said, "max_value": said}
