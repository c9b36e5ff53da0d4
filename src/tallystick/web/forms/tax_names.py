"""Saying what tax codes are that a file names and nobody knows here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from tallystick.books.models import TaxCode
from tallystick.connections.models import Organisation
from tallystick.mapping.choices import choices_of
from tallystick.mapping.chosen_records import TAX_RATE
from tallystick.mapping.naming import propose_for_name
from tallystick.mapping.proposing import Proposal, rates_to_take
from tallystick.web.forms.field_messages import WordedForm
from tallystick.web.forms.inputs import Select, TextInput
from tallystick.web.forms.picker import Offered, Picker, option_of_rate
from tallystick.web.templatetags.tallystick import quantity


@dataclass(frozen=True, slots=True)
class NamedTax:
    """A code of the file, how many lines bear it, and what it is said to be."""

    name: str
    lines: int
    field: BoundField
    proposal: Proposal | None
    #: One of the tax codes here instead; None where the field offers them too, or there are none.
    ours: BoundField | None


#: Before a code of ours among the values of a select.
_OURS = "ours:"


class TaxNamesForm(WordedForm):
    """For each name a tax code of ours, one of Xero's rates, or a percentage if not connected."""

    def __init__(
        self,
        data: Any,
        unknown: Mapping[str, int],
        organisation: Organisation | None,
        codes: Iterable[TaxCode],
    ) -> None:
        super().__init__(data)
        offers = rates_to_take(organisation) if organisation else []
        #: None too while its lists are not read yet: percentages are asked for then.
        self.organisation = organisation if offers else None
        self._lines = dict(unknown)
        self._proposals: dict[str, Proposal | None] = {}
        rates: list[Offered] = [(one.rate.tax_type, option_of_rate(one.rate)) for one in offers]
        self._ours = [(_OURS + one.code, f"{one.code} · {quantity(one.rate)}%") for one in codes]
        choices = choices_of(organisation) if organisation and offers else None
        for place, name in enumerate(self._lines):
            self._proposals[name] = propose_for_name(name, choices) if choices else None
            self.fields[f"name-{place}"] = self._field(name, rates)
            if self._ours and not rates:
                self.fields[f"name-{place}"].required = False
                self.fields[f"ours-{place}"] = forms.ChoiceField(
                    required=False,
                    choices=[("", "or one that is here"), *self._ours],
                    widget=Select(aria_label=f"{name} is the tax code"),
                )

    def named(self) -> list[NamedTax]:
        return [
            NamedTax(
                name,
                lines,
                self[f"name-{place}"],
                self._proposals[name],
                self[f"ours-{place}"] if f"ours-{place}" in self.fields else None,
            )
            for place, (name, lines) in enumerate(self._lines.items())
        ]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        for place in range(len(self._lines)):
            if not given.get(f"name-{place}") and not given.get(f"ours-{place}"):
                self.add_error(f"name-{place}", "Enter the percentage, or choose a tax code.")
        return given

    def given(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return tax type or percentage of new codes by name, and codes of ours by name."""
        new, ours = {}, {}
        for place, name in enumerate(self._lines):
            value = self.cleaned_data.get(f"ours-{place}") or self.cleaned_data[f"name-{place}"]
            if value.startswith(_OURS):
                ours[name] = value.removeprefix(_OURS)
            else:
                new[name] = value
        return new, ours

    def _field(self, name: str, rates: list[Offered]) -> forms.Field:
        if not rates:
            widget = TextInput(placeholder="20", aria_label=f"{name} in percent")
            return forms.CharField(label=name, max_length=9, widget=widget)
        proposal = self._proposals[name]
        offered = {value for value, _ in rates}
        initial = proposal.value if proposal and proposal.value in offered else ""
        return forms.ChoiceField(
            label=name,
            choices=self._offered(rates),
            initial=initial,
            widget=Picker(noun=TAX_RATE, aria_label=f"{name} in Xero"),
        )

    def _offered(self, rates: list[Offered]) -> list[Offered]:
        choose = ("", "Choose a tax rate")
        if not self._ours:
            return [choose, *rates]
        return [choose, ("Rates in Xero", rates), ("Tax codes that are here", self._ours)]
