"""Entering an invoice: its head, its lines, and the sums as they stand."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.forms.formsets import BaseFormSet

from tallystick.books.inputs import DocumentInput, LineInput
from tallystick.books.models import Document, Item, Kind, Party, TaxBasis, TaxCode
from tallystick.money import Totals, document_totals, line_amount
from tallystick.web.forms.inputs import DateInput, NumberInput, Select, TextInput
from tallystick.web.forms.records import tax_code_choices
from tallystick.web.forms.words import WordedForm
from tallystick.workspaces.models import Workspace

_EMPTY_LINES = 3
_DUE_DAYS = 30
_MOST_LINES = 1000


class HeadForm(WordedForm):
    party_number = forms.CharField(
        label="Customer",
        help_text="Type part of the name, number or e-mail address.",
        widget=TextInput(list="parties", autocomplete="off", placeholder="Name or number"),
    )
    number = forms.CharField(
        required=False, widget=TextInput(), help_text="Left empty, the next free one."
    )
    reference = forms.CharField(required=False, widget=TextInput())
    issued_on = forms.DateField(label="Issued", widget=DateInput())
    due_on = forms.DateField(label="Due", widget=DateInput())
    currency = forms.CharField(max_length=3, widget=TextInput(maxlength="3"))
    tax_basis = forms.ChoiceField(label="Amounts", choices=TaxBasis.choices, widget=Select())

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.workspace = workspace

    def clean_party_number(self) -> str:
        """Return the number of the party that was picked or typed, by number or by whole name."""
        text = str(self.cleaned_data["party_number"]).strip()
        picked = re.search(r"\(([^()]+)\)$", text)
        numbers = [text, *([picked[1]] if picked else [])]
        parties = Party.objects.in_workspace(self.workspace)
        found = list(parties.filter(Q(number__in=numbers) | Q(name__iexact=text))[:3])
        exact = [party for party in found if party.number in numbers]
        if len(exact or found) == 1:
            return (exact or found)[0].number
        if found:
            raise forms.ValidationError("Several customers bear this name. Pick one by its number.")
        raise forms.ValidationError("No customer has this name or number. Pick one from the list.")

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()


class LineForm(WordedForm):
    item_code = forms.CharField(
        required=False, widget=TextInput(list="items", autocomplete="off", aria_label="Item")
    )
    description = forms.CharField(required=False, widget=TextInput(aria_label="Description"))
    quantity = forms.DecimalField(required=False, widget=NumberInput(aria_label="Quantity"))
    unit_price = forms.DecimalField(required=False, widget=NumberInput(aria_label="Price"))
    discount = forms.DecimalField(
        required=False, widget=NumberInput(aria_label="Discount in percent")
    )
    tax_code = forms.ChoiceField(required=False, widget=Select(aria_label="Tax"))
    account_code = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, tax_codes: Iterable[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tax_code"].choices = list(tax_codes)  # type: ignore[attr-defined] # a ChoiceField

    @property
    def is_blank(self) -> bool:
        return not any(value for value in self.cleaned_data.values() if value != 0)


_LineSet = forms.formset_factory(LineForm, extra=0, max_num=_MOST_LINES, absolute_max=_MOST_LINES)


class DocumentForm:
    """Head and lines together, either as entered (bound) or to begin with."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        data: Mapping[str, Any] | None = None,
        initial: dict[str, Any] | None = None,
        lines: list[dict[str, Any]] | None = None,
    ) -> None:
        self.workspace = workspace
        self.head = HeadForm(data, initial=initial, workspace=workspace)
        self.lines: BaseFormSet[LineForm] = _LineSet(
            data,
            initial=lines,
            prefix="lines",
            form_kwargs={"tax_codes": tax_code_choices(workspace)},
        )

    @classmethod
    def to_begin(cls, workspace: Workspace, *, today: date, party: Party | None) -> "DocumentForm":
        initial = {
            "party_number": f"{party.name} ({party.number})" if party else "",
            "issued_on": today,
            "due_on": today + timedelta(days=_DUE_DAYS),
            "currency": workspace.currency,
            "tax_basis": TaxBasis.EXCLUSIVE,
        }
        return cls(workspace, initial=initial, lines=[{} for _ in range(_EMPTY_LINES)])

    @classmethod
    def of(cls, document: Document) -> "DocumentForm":
        initial = {
            name: getattr(document, name)
            for name in ("number", "reference", "issued_on", "due_on", "currency", "tax_basis")
        }
        initial["party_number"] = f"{document.party.name} ({document.party.number})"
        lines = [
            {
                "item_code": line.item_code,
                "description": line.description,
                "quantity": _plain(line.quantity),
                "unit_price": _plain(line.unit_price),
                "discount": _plain(line.discount),
                "tax_code": line.tax_code.code if line.tax_code else "",
                "account_code": line.account_code,
            }
            for line in document.lines.select_related("tax_code").order_by("position")
        ]
        return cls(document.workspace, initial=initial, lines=[*lines, {}])

    @classmethod
    def as_entered(
        cls, workspace: Workspace, data: Mapping[str, Any], *, more: int
    ) -> "DocumentForm":
        """Show again what was entered, unjudged, with so many more empty lines."""
        initial = {name: data.get(name, "") for name in HeadForm.base_fields}
        return cls(workspace, initial=initial, lines=[*_entered_lines(data), *({},) * more])

    def is_valid(self) -> bool:
        # Both, so that every problem is shown at once.
        return all([self.head.is_valid(), self.lines.is_valid()])

    def line_forms(self) -> dict[int, LineForm]:
        """Return the forms of the lines that hold something, by the line's position from 1."""
        filled = [form for form in self.lines.forms if not form.is_blank]
        return dict(enumerate(filled, start=1))

    def to_input(self) -> DocumentInput:
        lines = [form.cleaned_data for form in self.line_forms().values()]
        _fill_from_items(self.workspace, lines)
        return DocumentInput(
            kind=Kind.SALES_INVOICE,
            lines=tuple(LineInput(**line) for line in lines),
            **self.head.cleaned_data,
        )


def totals_as_entered(workspace: Workspace, data: Mapping[str, Any]) -> Totals:
    """Return the sums of the lines that can be read; the books compute the final ones."""
    choices = tax_code_choices(workspace)
    rates = dict(TaxCode.objects.in_workspace(workspace).values_list("code", "rate"))
    basis = data.get("tax_basis")
    amounts = []
    for entered in _entered_lines(data):
        form = LineForm(entered, tax_codes=choices)
        if not form.is_valid():
            continue
        line = form.cleaned_data
        quantity, price = line["quantity"], line["unit_price"]
        if quantity is None or price is None or not 0 <= (line["discount"] or 0) <= 100:
            continue
        amount = line_amount(quantity, price, line["discount"])
        amounts.append((amount, rates.get(line["tax_code"], Decimal(0))))
    return document_totals(amounts, basis if basis in ("inclusive", "none") else "exclusive")


def _entered_lines(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    try:
        count = min(int(data.get("lines-TOTAL_FORMS", 0)), _MOST_LINES)
    except ValueError:
        count = 0
    return [
        {name: data.get(f"lines-{index}-{name}", "") for name in LineForm.base_fields}
        for index in range(count)
    ]


def _fill_from_items(workspace: Workspace, lines: list[dict[str, Any]]) -> None:
    """Give lines what they leave open and their item says: description, price and tax code."""
    codes = {line["item_code"] for line in lines if line["item_code"]}
    found = Item.objects.filter(workspace=workspace, code__in=codes).select_related("tax_code")
    items = {item.code: item for item in found}
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
