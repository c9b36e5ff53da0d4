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


def _tabs() -> list[PageTab]:
    found = (("Overview", True, ""), ("Invoices", False, "12"), ("History", False, ""))
    return [PageTab(*tab) for tab in found]
