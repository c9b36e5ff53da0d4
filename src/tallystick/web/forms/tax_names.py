"""Saying what tax codes are that a file names and nobody knows here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from tallystick.connections.models import Organisation
from tallystick.mapping.choices import choices_of
from tallystick.mapping.naming import propose_for_name
from tallystick.mapping.proposing import Proposal, rates_to_take
from tallystick.web.forms.inputs import Select, TextInput
from tallystick.web.forms.words import WordedForm
from tallystick.web.templatetags.tallystick import quantity


@dataclass(frozen=True, slots=True)
class Named:
    """A code of the file, how many lines bear it, and what it is said to be."""

    name: str
    lines: int
    field: BoundField
    proposal: Proposal | None


class TaxNamesForm(WordedForm):
    """For each name one of Xero's rates, or its percentage where nothing is connected."""

    def __init__(
        self, data: Any, unknown: Mapping[str, int], organisation: Organisation | None
    ) -> None:
        super().__init__(data)
        offers = rates_to_take(organisation) if organisation else []
        #: None too while its lists are not read yet: percentages are asked for then.
        self.organisation = organisation if offers else None
        self._lines = dict(unknown)
        self._proposals: dict[str, Proposal | None] = {}
        rates = [
            (one.rate.tax_type, f"{one.rate.name} · {quantity(one.rate.effective_rate)}%")
            for one in offers
        ]
        choices = choices_of(organisation) if organisation and offers else None
        for place, name in enumerate(self._lines):
            self._proposals[name] = propose_for_name(name, choices) if choices else None
            self.fields[f"name-{place}"] = self._field(name, rates)

    def named(self) -> list[Named]:
        return [
            Named(name, lines, self[f"name-{place}"], self._proposals[name])
            for place, (name, lines) in enumerate(self._lines.items())
        ]

    def given(self) -> dict[str, str]:
        """Return tax type or percentage by name."""
        return {name: self.cleaned_data[f"name-{place}"] for place, name in enumerate(self._lines)}

    def _field(self, name: str, rates: list[tuple[str, str]]) -> forms.Field:
        if not rates:
            widget = TextInput(placeholder="20", aria_label=f"{name} in percent")
            return forms.CharField(label=name, max_length=9, widget=widget)
        proposal = self._proposals[name]
        offered = {value for value, _ in rates}
        initial = proposal.value if proposal and proposal.value in offered else ""
        return forms.ChoiceField(
            label=name,
            choices=[("", "Choose a tax rate"), *rates],
            initial=initial,
            widget=Select(aria_label=f"{name} in Xero"),
        )
