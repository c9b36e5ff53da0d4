"""Choices of what our codes mean in one organisation; each hands on its own change."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField

from tallystick.connections.models import Organisation
from tallystick.mapping.chosen_records import ChosenRecord, chosen_records, take_note
from tallystick.mapping.proposing import Proposal
from tallystick.mapping.recent import RecentChoices, recent_choices
from tallystick.mapping.services import Choices, choices_of
from tallystick.sync.reports.waiting_sums import WaitingSum
from tallystick.web.forms.field_messages import WordedForm, word
from tallystick.web.forms.inputs import Select
from tallystick.web.forms.picker import Offered, Picker, PickerOption, recent_first, values_of
from tallystick.workspaces.models import User

#: Hands the value chosen on to the service that keeps it.
Keep = Callable[[str, User], None]


@dataclass(frozen=True, slots=True)
class OfferedChoice:
    """One select with what waits for it, and what is proposed where nothing is chosen."""

    field: BoundField
    waiting: WaitingSum | None
    proposal: Proposal | None
    #: What is chosen now, as it stands in Xero; None where nothing is, or nothing of Xero's.
    standing: ChosenRecord | None


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """Choices that stand beside each other, by the name of their column."""

    title: str
    about: str
    choices: Mapping[str, OfferedChoice]
    #: What uses it; empty where that is not told.
    used_by: str = ""


class ChoicesForm(WordedForm):
    """The selects of one page: rows of them, and one below that stands alone.

    Only what was changed is handed on, so that the audit tells choices and not key presses. Where
    nothing is chosen, the select shows what is proposed; it is chosen once the form is saved.
    """

    #: Name of the select that stands alone.
    below: ClassVar[str]

    def __init__(self, data: Any, organisation: Organisation, *, proposes: bool = True) -> None:
        """Without `proposes`, nothing is proposed: for people who may not choose."""
        super().__init__(data)
        self.organisation = organisation
        self.proposes = proposes
        #: By name of the select, where there is one.
        self.proposals: dict[str, Proposal] = {}
        #: By key; set before the page is drawn.
        self.waiting: Mapping[str, WaitingSum] = {}
        self._chosen: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._keeps: dict[str, Keep] = {}
        #: What is chosen, by key.
        self.standing = {one.key: one for one in chosen_records(organisation)}
        self.recent: RecentChoices = recent_choices(organisation)
        choices = choices_of(organisation)
        #: Xero's lists were there to be offered; read a moment later, the page has to come again.
        self.is_filled = bool(choices.payment_accounts or any(choices.accounts.values()))
        self.fill(choices)

    def fill(self, choices: Choices) -> None:
        """Add the page's selects."""
        raise NotImplementedError

    def rows(self) -> list[ChoiceRow]:
        """Return the selects that stand in a table."""
        raise NotImplementedError

    def alone(self) -> OfferedChoice:
        """Return the select below the table."""
        return self.choice(self.below)

    def offer(
        self,
        name: str,
        label: str,
        offered: Sequence[Offered],
        *,
        chosen: str,
        key: str,
        keep: Keep,
        help_text: str = "",
        propose: Callable[[], Proposal | None] = lambda: None,
        noun: str = "",
        recent: Sequence[str] = (),
    ) -> None:
        """Add a select; `key` is what waits for it, `propose` is asked where nothing is chosen.

        What is chosen now stays on offer though Xero has it no more: it is not lost by saving
        something else. With a `noun`, one of Xero's records is chosen: the select is a picker, with
        those used recently before the others.
        """
        offered = recent_first(offered, recent)
        if chosen not in values_of(offered):
            offered = [*offered, (chosen, self._gone(chosen, key))]
        proposal = propose() if self.proposes and not chosen else None
        if proposal:
            self.proposals[name] = proposal
        field = forms.ChoiceField(
            label=label,
            required=False,
            choices=offered,
            initial=proposal.value if proposal else chosen,
            help_text=help_text,
            widget=_widget(noun, {} if name == self.below else {"aria_label": label}),
        )
        word(field, label)
        self.fields[name], self._keys[name], self._keeps[name] = field, key, keep
        self._chosen[name] = chosen

    def clean(self) -> dict[str, Any]:
        """Refuse an empty choice where none is offered; what the form left out stays as it is."""
        for name, value in list(self.cleaned_data.items()):  # a refused one is taken out of them
            field = self.fields[name]
            if name in self.data and not value and not field.valid_value(""):  # type: ignore[attr-defined] # a ChoiceField
                self.add_error(name, field.error_messages["invalid_choice"])
        return self.cleaned_data

    def choice(self, name: str) -> OfferedChoice:
        key = self._keys[name]
        standing = self.standing.get(key) if self._chosen[name] else None
        return OfferedChoice(self[name], self.waiting.get(key), self.proposals.get(name), standing)

    @property
    def proposed(self) -> int:
        """Return how many selects show a proposal that saving would choose."""
        return sum(one.is_sure for one in self.proposals.values())

    def save(self, actor: User) -> None:
        """Hand on what has changed. Raises MappingRefused."""
        for name, keep in self._keeps.items():
            # A select that did not stand on the page yet when it was drawn was not emptied.
            if name in self.data and self.cleaned_data[name] != self._chosen[name]:
                keep(self.cleaned_data[name], actor)
        take_note(self.standing[key] for key in self._keys.values() if key in self.standing)

    def _gone(self, chosen: str, key: str) -> PickerOption:
        """Return what stands there and is not offered any more, by its name."""
        found = self.standing.get(key)
        about = (found.standing if found else "") or "not in use there any more"
        return PickerOption(found.name if found else chosen, about=about, is_gone=True)


def _widget(noun: str, attributes: Mapping[str, str]) -> Select:
    return Picker(noun=noun, **attributes) if noun else Select(**attributes)
