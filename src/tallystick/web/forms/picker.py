"""The picker: where one of Xero's records is chosen, by typing part of its code or name.

The script `picker.js` makes of these fields a searchable list; without it they are a select, or a
text field that the browser completes.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from django.forms.utils import flatatt
from django.utils.safestring import SafeString

from tallystick.connections.models import Organisation
from tallystick.mapping.line_offers import accounts_on_lines, tracking_options
from tallystick.mapping.recent import recent_on_lines
from tallystick.mirror.models import Account, TaxRate
from tallystick.web.forms.inputs import Select, TextInput
from tallystick.web.templatetags.tallystick import quantity

#: Lists so short are seen at a glance: nothing is put before the rest.
_SHORT = 7
RECENTLY_USED, OTHERS = "Recently used", "All others"


@dataclass(frozen=True, slots=True)
class PickerOption:
    """What one choice is called: its code, its name, and what else tells it from others."""

    name: str
    code: str = ""
    about: str = ""
    #: It stands there, and is not offered any more.
    is_gone: bool = False

    def __str__(self) -> str:
        return " · ".join(filter(None, [f"{self.code} {self.name}".strip(), self.about]))


#: Value and words of one option; or the name of a group and its options.
Offered = tuple[str, Any]
#: Value, words and group of one option.
ListedOption = tuple[str, PickerOption, str]


def option_of_account(account: Account) -> PickerOption:
    return PickerOption(account.name, account.code, account.currency)


def option_of_rate(rate: TaxRate) -> PickerOption:
    return PickerOption(rate.name, about=f"{quantity(rate.effective_rate)}% · {rate.tax_type}")


def recent_first(offered: Sequence[Offered], recent: Collection[str]) -> list[Offered]:
    """Put those used recently into a group before the others, where the list is long.

    What is grouped already keeps its groups.
    """
    options = list(_flat(offered))
    places = {value: place for place, value in enumerate(recent)}
    used = sorted((one for one in options if one[0] in places), key=lambda one: places[one[0]])
    if not used or len(options) <= _SHORT:
        return list(offered)
    empty = [one for one in offered if not one[0]]
    rest = list(_without(offered, {*places, ""}))
    grouped = [one for one in rest if _is_group(one)] or [(OTHERS, rest)]
    return [*empty, (RECENTLY_USED, used), *grouped]


def listed_options(offered: Iterable[Offered]) -> list[ListedOption]:
    """Return value, words and group of each option, as a page lists them for a `PickerInput`."""
    found = []
    for value, words in offered:
        options, group = (
            (words, value) if isinstance(words, list | tuple) else ([(value, words)], "")
        )
        found += [(key, one, group) for key, one in options]
    return found


def options_of_lines(organisation: Organisation) -> dict[str, list[ListedOption]]:
    """Return the accounts and tracking options that lines and items can name, the recent first."""
    recent = recent_on_lines(organisation.workspace)
    accounts = [
        (one.code, PickerOption(one.name, one.code)) for one in accounts_on_lines(organisation)
    ]
    tracking = [(one, PickerOption(one)) for one in tracking_options(organisation)]
    return {
        "accounts": listed_options(recent_first(accounts, recent.account_codes)),
        "tracking": listed_options(recent_first(tracking, recent.tracking)),
    }


def values_of(offered: Iterable[Offered]) -> set[str]:
    """Return the values of all options, those in groups too."""
    return {value for value, _ in _flat(offered)}


def _is_group(one: Offered) -> bool:
    return isinstance(one[1], list | tuple)


def _flat(offered: Iterable[Offered]) -> Iterator[Offered]:
    for one in offered:
        yield from one[1] if _is_group(one) else (one,)


def _without(offered: Iterable[Offered], taken: Collection[str]) -> Iterator[Offered]:
    for value, words in offered:
        if isinstance(words, list | tuple):
            if left := [one for one in words if one[0] not in taken]:
                yield value, left
        elif value not in taken:
            yield value, words


class Picker(Select):
    """A select whose options are found by typing; `noun` is what one of them is."""

    def __init__(self, *, noun: str, **attributes: Any) -> None:
        super().__init__(data_picker="", data_noun=noun, **attributes)

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        chosen = "" if value is None else str(value)
        given = flatatt({"name": name, **self.build_attrs(self.attrs, attrs)})
        options = "".join(_html(one, chosen) for one in self.choices)
        return SafeString(f'<span class="picker"><select{given}>{options}</select></span>')


class PickerInput(TextInput):
    """A text field that finds what is typed in the page's datalist called `source`.

    Unless it is `free`, the best match is taken on Enter. Where the datalist has `data-options`,
    an address, the options that fit are asked for there: for lists that are too long for a page.
    """

    def __init__(self, source: str, *, noun: str, free: bool = False, **attributes: Any) -> None:
        if free:
            attributes["data_free"] = ""
        super().__init__(
            data_picker="", data_noun=noun, list=source, autocomplete="off", **attributes
        )

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        return SafeString(
            f'<span class="picker">{super().render(name, value, attrs, renderer)}</span>'
        )


def _html(offered: Offered, chosen: str) -> str:
    value, words = offered
    if isinstance(words, list | tuple):
        inside = "".join(_html(one, chosen) for one in words)
        return f'<optgroup label="{escape(str(value))}">{inside}</optgroup>'
    selected = " selected" if str(value) == chosen else ""
    return (
        f'<option value="{escape(str(value))}"{_data(words)}{selected}>'
        f"{escape(str(words))}</option>"
    )


def _data(words: object) -> str:
    """Return the parts of an option, which the script shows beside each other."""
    if not isinstance(words, PickerOption):
        return ""
    parts = {"name": words.name, "code": words.code, "about": words.about}
    told = "".join(f' data-{part}="{escape(text)}"' for part, text in parts.items() if text)
    return f"{told} data-gone" if words.is_gone else told
