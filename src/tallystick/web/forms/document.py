"""Entering a document of any kind: its head, its lines, and the sums as they stand."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, cast

from django import forms
from django.forms.formsets import BaseFormSet

from tallystick.books.document_queries import lines_of
from tallystick.books.given_values import key_in
from tallystick.books.inputs import DocumentInput, LineInput
from tallystick.books.items import items_called
from tallystick.books.models import (
    LONGEST_ACCOUNT,
    Charge,
    Document,
    Line,
    Party,
    Status,
    TaxBasis,
    TaxCode,
)
from tallystick.books.parties import parties_called
from tallystick.books.tax_codes import tax_codes_of
from tallystick.books.taxing import TaxLadder
from tallystick.books.templates import find_template, templates_of
from tallystick.mapping.chosen_records import ACCOUNT
from tallystick.money import Basis, Totals, document_totals, line_amount, line_tax
from tallystick.web.forms import stated_tax
from tallystick.web.forms.field_messages import WordedForm, word
from tallystick.web.forms.inputs import (
    DateInput,
    NumberField,
    NumberInput,
    Select,
    TextBox,
    TextInput,
)
from tallystick.web.forms.picker import PickerInput
from tallystick.web.forms.records import tax_code_choices
from tallystick.web.kinds import KindPages
from tallystick.workspaces.models import Workspace

_EMPTY_LINES = 3
_DUE_DAYS = 30
_MOST_LINES = 1000
_TRACKING = ("tracking_1", "tracking_2")
_PLACE = re.compile(r"lines-([0-9]{1,4})-")
#: Values of a line that show in its second row.
_BESIDE = ("account_code", "charge", *_TRACKING)
#: Values of a line that nobody enters.
_CARRIED = ("stated", "tax")


class HeadForm(WordedForm):
    party_number = forms.CharField(
        help_text="Type part of the name, number or e-mail address.",
        widget=PickerInput("parties", noun="party", placeholder="Name or number"),
    )
    number = forms.CharField(
        required=False, widget=TextInput(), help_text="Left empty, the next free one."
    )
    reference = forms.CharField(required=False, widget=TextInput())
    issued_on = forms.DateField(label="Issued", widget=DateInput())
    due_on = forms.DateField(label="Due", widget=DateInput())
    currency = forms.CharField(max_length=3, widget=TextInput(maxlength="3"))
    tax_basis = forms.ChoiceField(label="Amounts", choices=TaxBasis.choices, widget=Select())
    currency_rate = NumberField(
        label="Rate",
        required=False,
        help_text="Units of that currency for one of your own. Left empty, Xero's rate of the day.",
        widget=NumberInput(placeholder="1.6512"),
    )
    total = NumberField(
        label="Stated total",
        required=False,
        help_text="What the paper says, where its lines come to a few cents more or less.",
        widget=NumberInput(),
    )
    template = forms.ChoiceField(
        required=False, help_text="For lines that leave their tax code open.", widget=Select()
    )
    do_not_sync = forms.BooleanField(label="Keep it out of Xero", required=False)

    #: Those that most documents leave alone.
    RARE = ("currency_rate", "total", "template", "do_not_sync")

    def __init__(
        self,
        *args: Any,
        workspace: Workspace,
        pages: KindPages,
        document: Document | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.workspace, self.pages = workspace, pages
        self.fields["template"].choices = [  # type: ignore[attr-defined] # a ChoiceField
            ("", "None"),
            *((one.name, one.name) for one in templates_of(workspace)),
        ]
        party = self.fields["party_number"]
        party.label = pages.party.capitalize()
        party.widget.attrs["data-noun"] = pages.party
        word(party, pages.party)
        if pages.is_credit:
            del self.fields["due_on"]
        if pages.is_purchase:
            self.fields[
                "number"
            ].help_text = f"The {pages.party}'s own. Left empty, the next free one."
        if document is not None and document.status == Status.SUBMITTED:
            party.widget.attrs["readonly"] = True
            party.help_text = "Stays as it is. Cancel and amend the document for another."

    def clean_party_number(self) -> str:
        """Return the number of the party that was picked or typed, by number or by whole name."""
        text = str(self.cleaned_data["party_number"]).strip()
        picked = re.search(r"\(([^()]+)\)$", text)
        numbers = [text, *([picked[1]] if picked else [])]
        found = parties_called(self.workspace, numbers=numbers, name=text, at_most=3)
        exact = [party for party in found if party.number in numbers]
        if len(exact or found) == 1:
            return (exact or found)[0].number
        whom = self.pages.party
        if found:
            raise forms.ValidationError(f"Several {whom}s bear this name. Pick one by its number.")
        raise forms.ValidationError(f"No {whom} has this name or number. Pick one from the list.")

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def rare_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.RARE]

    @property
    def has_rare(self) -> bool:
        """Whether any of the rare fields says something, so that it must be seen."""
        return any(self[name].value() or self[name].errors for name in self.RARE)


class LineForm(WordedForm):
    item_code = forms.CharField(
        required=False, widget=PickerInput("items", noun="item", free=True, aria_label="Item")
    )
    description = forms.CharField(required=False, widget=TextInput(aria_label="Description"))
    quantity = NumberField(required=False, widget=NumberInput(aria_label="Quantity"))
    unit_price = NumberField(required=False, widget=NumberInput(aria_label="Price"))
    discount = NumberField(required=False, widget=NumberInput(aria_label="Discount in percent"))
    tax_code = forms.ChoiceField(required=False, widget=Select(aria_label="Tax"))
    account_code = forms.CharField(
        label="Account",
        required=False,
        widget=PickerInput("accounts", noun=ACCOUNT, maxlength=LONGEST_ACCOUNT),
    )
    charge = forms.ChoiceField(required=False, choices=Charge.choices, widget=Select())
    tracking_1 = forms.CharField(
        label="Tracking",
        required=False,
        widget=PickerInput(
            "tracking", noun="tracking option", free=True, placeholder="Region: North"
        ),
    )
    tracking_2 = forms.CharField(
        label="Second tracking",
        required=False,
        widget=PickerInput("tracking", noun="tracking option", free=True, placeholder="Team: Blue"),
    )

    #: What the form carries of tax that the line's source states, while it is ticked.
    stated = forms.CharField(required=False, widget=TextBox())

    def __init__(
        self, *args: Any, tax_codes: list[tuple[str, str]], basis: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.basis = basis
        self.fields["tax_code"].choices = tax_codes  # type: ignore[attr-defined] # a ChoiceField

    def clean(self) -> dict[str, Any]:
        """Add the tax as the source states it, where it still goes with what was entered."""
        entered = self.cleaned_data
        tax = stated_tax.kept_tax(entered.get("stated", ""), entered, self.basis)
        return {**entered, "tax": tax}

    @property
    def is_blank(self) -> bool:
        entered = (value for name, value in self.cleaned_data.items() if name not in _CARRIED)
        return not any(value for value in entered if value != 0)

    @property
    def tax_of_source(self) -> Decimal | None:
        """The tax that the line's source states, to be told beside it."""
        return stated_tax.tax_in(str(self["stated"].value() or ""))

    def main_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in (*_BESIDE, "stated")]

    def fields_beside(self) -> list[forms.BoundField]:
        return [self[name] for name in _BESIDE]

    @property
    def has_beside(self) -> bool:
        return any(field.value() or field.errors for field in self.fields_beside())

    def clean_tracking_1(self) -> str:
        return self._pair("tracking_1")

    def clean_tracking_2(self) -> str:
        return self._pair("tracking_2")

    def _pair(self, name: str) -> str:
        text = str(self.cleaned_data[name]).strip()
        if text and not all(part.strip() for part in _as_pair(text)):
            raise forms.ValidationError("Enter category and option, such as Region: North.")
        return text

    def to_input(self) -> LineInput:
        aside = (*_TRACKING, "stated")
        given = {name: value for name, value in self.cleaned_data.items() if name not in aside}
        texts = [self.cleaned_data[name] for name in _TRACKING]
        return LineInput(
            **{**given, "charge": Charge(given["charge"])},
            tracking=tuple(_as_pair(text) for text in texts if text),
        )


_LineSet = forms.formset_factory(LineForm, extra=0, max_num=_MOST_LINES, absolute_max=_MOST_LINES)


class DocumentForm:
    """Head and lines together, either as entered (bound) or to begin with."""

    def __init__(
        self,
        workspace: Workspace,
        pages: KindPages,
        *,
        document: Document | None = None,
        data: Mapping[str, Any] | None = None,
        initial: dict[str, Any] | None = None,
        lines: list[dict[str, Any]] | None = None,
    ) -> None:
        self.workspace, self.pages = workspace, pages
        self.head = HeadForm(
            data, initial=initial, workspace=workspace, pages=pages, document=document
        )
        self.lines: BaseFormSet[LineForm] = _LineSet(
            _counted(data) if data is not None else None,
            initial=lines,
            prefix="lines",
            form_kwargs={
                "tax_codes": tax_code_choices(workspace),
                "basis": str((data or {}).get("tax_basis", "")),
            },
        )

    @classmethod
    def to_begin(
        cls, workspace: Workspace, pages: KindPages, *, today: date, party: Party | None
    ) -> "DocumentForm":
        initial = {
            "party_number": f"{party.name} ({party.number})" if party else "",
            "issued_on": today,
            "due_on": today + timedelta(days=_DUE_DAYS),
            "currency": workspace.currency,
            "tax_basis": TaxBasis.EXCLUSIVE,
        }
        return cls(workspace, pages, initial=initial, lines=[{} for _ in range(_EMPTY_LINES)])

    @classmethod
    def of(cls, document: Document, pages: KindPages) -> "DocumentForm":
        same = ("number", "reference", "issued_on", "due_on", "currency", "tax_basis")
        initial = {name: getattr(document, name) for name in (*same, "do_not_sync")}
        initial |= {
            "party_number": f"{document.party.name} ({document.party.number})",
            "currency_rate": _plain(document.currency_rate),
            "total": document.total if document.rounding else "",
            "template": document.template.name if document.template else "",
        }
        lines = [_values_of(line, document.tax_basis) for line in lines_of(document)]
        return cls(
            document.workspace, pages, document=document, initial=initial, lines=[*lines, {}]
        )

    @classmethod
    def as_entered(
        cls,
        workspace: Workspace,
        pages: KindPages,
        data: Mapping[str, Any],
        *,
        document: Document | None,
        more: int,
    ) -> "DocumentForm":
        """Show again what was entered, unjudged, with so many more empty lines."""
        initial = {name: data.get(name, "") for name in HeadForm.base_fields}
        lines = [*_entered_lines(data), *({},) * more]
        return cls(workspace, pages, document=document, initial=initial, lines=lines)

    def is_valid(self) -> bool:
        # Both, so that every problem is shown at once.
        return all([self.head.is_valid(), self.lines.is_valid()])

    def line_forms(self) -> dict[int, LineForm]:
        """Return the forms of the lines that hold something, by the line's position from 1."""
        filled = [form for form in self.lines.forms if not form.is_blank]
        return dict(enumerate(filled, start=1))

    def dropped_tax(self) -> list[str]:
        """Say of which lines the tax is not the one any more that their source states."""
        forms_ = self.line_forms().items()
        return stated_tax.dropped((position, form.cleaned_data) for position, form in forms_)

    def to_input(self) -> DocumentInput:
        forms_ = list(self.line_forms().values())
        _fill_from_items(self.workspace, [form.cleaned_data for form in forms_])
        given = self.head.cleaned_data
        return DocumentInput(
            kind=self.pages.kind,
            lines=tuple(form.to_input() for form in forms_),
            **{"due_on": given["issued_on"], **given},
        )


class AsEntered(NamedTuple):
    """What the lines come to, as far as they can be read, and what is to be told of them."""

    totals: Totals
    told: list[str]


def totals_as_entered(workspace: Workspace, data: Mapping[str, Any]) -> AsEntered:
    """Return the sums of the lines that can be read; the books compute the final ones."""
    choices = tax_code_choices(workspace)
    rates = {code.code: code.rate for code in tax_codes_of(workspace)}
    ladder, template = _ladder_below(workspace, data)
    given_basis = str(data.get("tax_basis", ""))
    is_other = given_basis in ("inclusive", "none")
    basis = cast(Basis, given_basis) if is_other else "exclusive"
    taxed, lines = [], []
    for position, entered in enumerate(_entered_lines(data), start=1):
        form = LineForm(entered, tax_codes=choices, basis=given_basis)
        if not form.is_valid() or form.is_blank:
            continue
        line = form.cleaned_data
        lines.append((position, line))
        quantity, price = line["quantity"], line["unit_price"]
        if quantity is None or price is None or not 0 <= (line["discount"] or 0) <= 100:
            continue
        amount = line_amount(quantity, price, line["discount"])
        below, _ = ladder.below(template, line["item_code"])
        rate = rates.get(line["tax_code"]) if line["tax_code"] else below and below.rate
        by_rate = line_tax(amount, rate or Decimal(0), basis)
        taxed.append((amount, by_rate if line["tax"] is None else line["tax"]))
    return AsEntered(document_totals(taxed, basis), stated_tax.dropped(lines))


def _ladder_below(
    workspace: Workspace, data: Mapping[str, Any]
) -> tuple[TaxLadder, TaxCode | None]:
    """Return what gives lines a tax code that name none, and the template's."""
    template = find_template(workspace, data.get("template", ""))
    items = {str(entered["item_code"]).strip() for entered in _entered_lines(data)}
    return TaxLadder(workspace, items), template.tax_code if template else None


def _values_of(line: Line, basis: str) -> dict[str, Any]:
    pairs = [f"{category}: {option}" for category, option in line.tracking]
    return {
        "item_code": line.item_code,
        "description": line.description,
        "quantity": _plain(line.quantity),
        "unit_price": _plain(line.unit_price),
        "discount": _plain(line.discount),
        "tax_code": line.tax_code.code if line.tax_code else "",
        "account_code": line.account_code,
        "charge": line.charge,
        "stated": stated_tax.carried(line, basis),
        **dict(zip(_TRACKING, [*pairs, "", ""], strict=False)),
    }


def _as_pair(text: str) -> tuple[str, str]:
    category, _, option = text.partition(":")
    return category.strip(), option.strip()


def _counted(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was entered, with the number of lines that it really holds."""
    count = {"lines-TOTAL_FORMS": len(_entered_lines(data)), "lines-INITIAL_FORMS": 0}
    return {**{name: data[name] for name in data}, **count}


def _entered_lines(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the lines entered; how many there are, the form claims: a few empty ones are believed."""
    claimed = key_in(str(data.get("lines-TOTAL_FORMS", ""))) or 0
    places = (_PLACE.match(name) for name in data)
    held = max((int(place[1]) + 1 for place in places if place), default=0)
    return [
        {name: data.get(f"lines-{index}-{name}", "") for name in LineForm.base_fields}
        for index in range(min(claimed, held + _EMPTY_LINES, _MOST_LINES))
    ]


def _fill_from_items(workspace: Workspace, lines: list[dict[str, Any]]) -> None:
    """Give lines what they leave open and their item says: description, price and tax code."""
    codes = {line["item_code"] for line in lines if line["item_code"]}
    items = items_called(workspace, codes)
    for line in lines:
        item = items.get(line["item_code"])
        if item is None:
            continue
        line["description"] = line["description"] or item.name
        if line["quantity"] is not None and line["unit_price"] is None:
            line["unit_price"] = item.unit_price
        line["tax_code"] = line["tax_code"] or (item.tax_code.code if item.tax_code else "")


def _plain(number: Decimal | None) -> str:
    if number is None:
        return ""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
