"""Selects of what our codes mean in one organisation; each hands on its own change."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField

from tallystick.connections.models import Organisation
from tallystick.mapping.services import Choices, choices_of
from tallystick.sync.waiting import Waiting
from tallystick.web.forms.inputs import Select
from tallystick.web.forms.words import WordedForm, word
from tallystick.workspaces.models import User

#: Value and words of one option; or the name of a group and its options.
Offered = tuple[str, Any]
#: Hands the value chosen on to the service that keeps it.
Keep = Callable[[str, User], None]


@dataclass(frozen=True, slots=True)
class Choice:
    """One select with what waits for it."""

    field: BoundField
    waiting: Waiting | None


@dataclass(frozen=True, slots=True)
class Row:
    """Choices that stand beside each other, by the name of their column."""

    title: str
    about: str
    choices: Mapping[str, Choice]


class ChoicesForm(WordedForm):
    """The selects of one page: rows of them, and one below that stands alone.

    Only what was changed is handed on, so that the audit tells choices and not key presses.
    """

    #: Name of the select that stands alone.
    below: ClassVar[str]

    def __init__(self, data: Any, organisation: Organisation) -> None:
        super().__init__(data)
        self.organisation = organisation
        #: By key; set before the page is drawn.
        self.waiting: Mapping[str, Waiting] = {}
        self._keys: dict[str, str] = {}
        self._keeps: dict[str, Keep] = {}
        self.fill(choices_of(organisation))

    def fill(self, choices: Choices) -> None:
        """Add the page's selects."""
        raise NotImplementedError

    def rows(self) -> list[Row]:
        """Return the selects that stand in a table."""
        raise NotImplementedError

    def alone(self) -> Choice:
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
    ) -> None:
        """Add a select; `key` is what waits for it.

        What is chosen now stays on offer though Xero has it no more: it is not lost by saving
        something else.
        """
        if chosen not in _values(offered):
            offered = [*offered, (chosen, f"{chosen} · not in use in Xero any more")]
        field = forms.ChoiceField(
            label=label,
            required=False,
            choices=offered,
            initial=chosen,
            help_text=help_text,
            widget=Select() if name == self.below else Select(aria_label=label),
        )
        word(field, label)
        self.fields[name], self._keys[name], self._keeps[name] = field, key, keep

    def choice(self, name: str) -> Choice:
        return Choice(self[name], self.waiting.get(self._keys[name]))

    def save(self, actor: User) -> None:
        """Hand on what has changed. Raises MappingRefused."""
        for name in self.changed_data:
            # A select that did not stand on the page yet when it was drawn was not emptied.
            if name in self.data:
                self._keeps[name](self.cleaned_data[name], actor)


def _values(offered: Iterable[Offered]) -> set[str]:
    values: set[str] = set()
    for value, words in offered:
        values |= {value} if isinstance(words, str) else _values(words)
    return values
