"""Every component in every state, for whoever builds pages."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tallystick.books.models import Document
from tallystick.books.paging import Page
from tallystick.sync.reports.link_states import DocumentState
from tallystick.web.forms.field_messages import WordedForm
from tallystick.web.forms.inputs import NumberField, NumberInput, Select, Textarea, TextInput
from tallystick.web.forms.picker import (
    Offered,
    Picker,
    PickerInput,
    PickerOption,
    listed_options,
    recent_first,
)
from tallystick.web.timeline import TimelineEvent

_STATES = (
    ("waiting", "Not sent", "Waits for you to press Sync now."),
    ("queued", "Queued", "Will be sent in a moment."),
    ("sending", "Sending", "On its way."),
    ("synced", "In Xero", "Awaiting approval in Xero."),
    ("held", "Needs you", "Is this Bayside Ltd the one in Xero?"),
    ("failed", "Failed", "Line 3 has no tax mapping. Choose one under Settings, Tax mapping."),
    ("excluded", "Not synced", "Excluded by its customer."),
)
_TOKENS = (
    "surface surface-raised surface-sunken surface-hover ink ink-quiet line line-strong accent "
    "accent-soft success success-soft warning warning-soft danger danger-soft info info-soft"
)


def _picker(
    label: str, offered: list[Offered], chosen: str = "", *, empty: str = "", disabled: bool = False
) -> forms.ChoiceField:
    choices = [("", empty or "Choose one"), *offered]
    return forms.ChoiceField(
        label=label,
        choices=choices,
        initial=chosen,
        required=False,
        disabled=disabled,
        widget=Picker(noun="account"),
    )


class _Example(WordedForm):
    number = forms.CharField(
        widget=TextInput(), help_text="Leave empty for the next free one.", required=False
    )
    quantity = NumberField(widget=NumberInput())
    tax = forms.ChoiceField(
        label="Tax code", widget=Select(), choices=[("", "Choose"), ("VAT20", "VAT20 · 20%")]
    )
    note = forms.CharField(widget=Textarea(), required=False)
    locked = forms.CharField(widget=TextInput(), disabled=True, initial="Set by Xero")


def _accounts(count: int) -> list[Offered]:
    names = ("Sales", "Other revenue", "Freight", "Advertising", "Bank fees", "Rent", "Travel")
    return [
        (str(code), PickerOption(f"{names[code % len(names)]} {code}", str(code)))
        for code in range(200, 200 + count)
    ]


class _Pickers(WordedForm):
    """The picker in every state."""

    open_choice = _picker("Nothing chosen", _accounts(300), empty="Choose an account")
    chosen = _picker(
        "Chosen, with those used recently first", recent_first(_accounts(40), ["212", "230"]), "212"
    )
    gone = _picker(
        "Archived in Xero",
        [
            *_accounts(8),
            ("900", PickerOption("Old sales", "900", "archived in Xero", is_gone=True)),
        ],
        "900",
    )
    few = _picker(
        "Tax rates",
        [
            ("OUTPUT2", PickerOption("GST on Income", about="15% · OUTPUT2")),
            ("ZERORATED", PickerOption("Zero Rated", about="0% · ZERORATED")),
        ],
    )
    typed = forms.CharField(
        label="Typed, from a list",
        required=False,
        widget=PickerInput("gallery-accounts", noun="account", free=True),
        help_text="What is not in the list is taken as it is typed.",
    )
    locked = _picker("Not yours to change", _accounts(3), "200", disabled=True)


@dataclass(frozen=True, slots=True)
class ComparedSides:
    """One field that both sides have."""

    label: str
    ours: str
    theirs: str
    differs: bool

    @property
    def sent(self) -> str:
        return self.ours


@dataclass(frozen=True, slots=True)
class PageTab:
    """One tab."""

    label: str
    current: bool
    count: str
    href: str = "#tabs"


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    refused = _Example({"quantity": "two", "tax": "GST", "note": "Thank you"})
    pager: Page[Document] = Page((), before="b", after="a")
    context = {
        "tokens": _TOKENS.split(),
        "states": [DocumentState(s, w, t) for s, w, t in _STATES],
        "tones": ["neutral", "info", "success", "warning", "danger"],
        "form": _Example(),
        "refused": refused,
        "pickers": _Pickers(prefix="picker"),
        "refused_pickers": _Pickers({"refused-open_choice": "none of these"}, prefix="refused"),
        "standings": _standings(),
        "listed": listed_options(recent_first(_accounts(20), ["203"])),
        "amounts": [Decimal("1234567.50"), Decimal("-88.40"), Decimal(0)],
        "moments": [now - ago for ago in _distances()],
        "events": _events(),
        "rows": _comparison(),
        "tabs": _tabs(),
        "page": pager,
        "sort": "-issued",
    }
    return render(request, "web/pages/gallery.html", context)


def _distances() -> list[timedelta]:
    minute = timedelta(minutes=1)
    return [-3 * minute, timedelta(), 4 * minute, 1500 * minute, timedelta(days=20)]


def _events() -> list[TimelineEvent]:
    now = timezone.now()
    found = (
        ("tick", "success", "Created in Xero as a draft.", "Tallystick", 2),
        ("cross", "danger", "Not sent: line 3 (ACME-WIDGET) has no tax mapping.", "Tallystick", 30),
        ("send", "info", "INV-1043 was submitted.", "Mara Lind", 31),
        ("edit", "neutral", "INV-1043 was created.", "Mara Lind", 45),
    )
    return [
        TimelineEvent(icon, tone, message, by, now - timedelta(minutes=ago))
        for icon, tone, message, by, ago in found
    ]


def _comparison() -> list[ComparedSides]:
    found = (
        ("Number", "INV-1043", "INV-1043", False),
        ("Customer", "Harbour Cafe", "Bayside Ltd", True),
        ("Total", "88.40 NZD", "210.00 NZD", True),
        ("Issued", "12 Nov 2026", "12 Nov 2026", False),
    )
    return [ComparedSides(*sides) for sides in found]


def _standings() -> list[dict[str, str]]:
    return [
        {"trouble": "archived", "happened": "Xero archived account 200 Sales"},
        {"was_called": "200 Sales", "name": "200 Trade income"},
    ]


def _tabs() -> list[PageTab]:
    found = (("Overview", True, ""), ("Invoices", False, "12"), ("History", False, ""))
    return [PageTab(*tab) for tab in found]
