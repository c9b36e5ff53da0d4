"""Entering customers, items and tax codes; the books check what is entered."""

from decimal import Decimal
from typing import Any

from django import forms

from tallystick.books.inputs import ItemInput, PartyInput, TaxCodeInput
from tallystick.books.models import LONGEST_ACCOUNT, Item, Party, TaxCode
from tallystick.books.ownership import Owned
from tallystick.books.tax_codes import tax_codes_of
from tallystick.mapping.chosen_records import ACCOUNT
from tallystick.web.forms.field_messages import WordedForm
from tallystick.web.forms.inputs import NumberField, NumberInput, Select, Textarea, TextInput
from tallystick.web.forms.picker import PickerInput
from tallystick.workspaces.models import Workspace


def _text(label: str, **attributes: Any) -> forms.CharField:
    help_text = attributes.pop("help_text", "")
    required = attributes.pop("required", False)
    return forms.CharField(
        label=label, required=required, help_text=help_text, widget=TextInput(**attributes)
    )


class _OwnedForm(WordedForm):
    """A form of a record of which some values may be kept elsewhere: those are only read here."""

    #: Why some are only read; None where all can be changed.
    owned: Owned | None = None

    def only_read(self, owned: Owned | None) -> None:
        self.owned = owned
        for name in owned.fields & self.fields.keys() if owned else ():
            self.fields[name].disabled = True


class PartyForm(_OwnedForm):
    name = _text("Name", required=True, help_text="As it shall stand on documents and in Xero.")
    number = _text("Number", help_text="Left empty, it is made from the name.")
    email = _text("E-mail address", type="email")
    phone = _text("Phone")
    tax_number = _text("Tax number")
    address = forms.CharField(required=False, widget=Textarea())
    city = _text("City")
    region = _text("Region")
    postal_code = _text("Postal code")
    country = _text("Country")
    is_customer = forms.BooleanField(label="Customer", required=False, initial=True)
    is_supplier = forms.BooleanField(label="Supplier", required=False)
    do_not_sync = forms.BooleanField(label="Keep everything of theirs out of Xero", required=False)

    def to_input(self, *, kept_out: bool) -> PartyInput:
        """Return what was entered; keeping out is an act of its own and stays as it is."""
        return PartyInput(**{**self.cleaned_data, "do_not_sync": kept_out})

    @staticmethod
    def values_of(party: Party) -> dict[str, Any]:
        return {name: getattr(party, name) for name in PartyForm.base_fields}


class ItemForm(_OwnedForm):
    code = _text("Code", required=True, help_text="Compared exactly, letter case included.")
    name = _text("Name")
    description = forms.CharField(
        required=False, widget=Textarea(), help_text="As it stands on lines that sell it."
    )
    unit_price = NumberField(label="Price when sold", required=False, widget=NumberInput())
    purchase_price = NumberField(label="Price when bought", required=False, widget=NumberInput())
    tax_code = forms.ChoiceField(required=False, widget=Select())
    account_code = forms.CharField(
        label="Account when sold",
        required=False,
        widget=PickerInput("accounts", noun=ACCOUNT, maxlength=LONGEST_ACCOUNT),
        help_text="Left empty, that of all other sales.",
    )
    purchase_account_code = forms.CharField(
        label="Account when bought",
        required=False,
        widget=PickerInput("accounts", noun=ACCOUNT, maxlength=LONGEST_ACCOUNT),
        help_text="Left empty, that of all other purchases.",
    )

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tax_code"].choices = tax_code_choices(workspace)  # type: ignore[attr-defined] # a ChoiceField

    def to_input(self) -> ItemInput:
        return ItemInput(**self.cleaned_data)

    @staticmethod
    def values_of(item: Item) -> dict[str, Any]:
        return {
            "code": item.code,
            "name": item.name,
            "description": item.description,
            "unit_price": _plain(item.unit_price),
            "purchase_price": _plain(item.purchase_price),
            "tax_code": item.tax_code.code if item.tax_code else "",
            "account_code": item.account_code,
            "purchase_account_code": item.purchase_account_code,
        }


class TaxCodeForm(WordedForm):
    code = _text("Code", required=True, placeholder="GST15")
    name = _text("Name", required=True, placeholder="GST on sales")
    rate = NumberField(label="Rate in percent", widget=NumberInput(placeholder="15"))

    def to_input(self) -> TaxCodeInput:
        return TaxCodeInput(**self.cleaned_data)


def tax_code_choices(workspace: Workspace) -> list[tuple[str, str]]:
    """Return the workspace's tax codes for a select, the empty choice first."""
    codes = tax_codes_of(workspace)
    return [("", "None"), *((code.code, f"{code.code} · {percent(code)}") for code in codes)]


def _plain(price: Decimal | None) -> Decimal | None:
    """Return the price without trailing noughts, and without an exponent."""
    return None if price is None else Decimal(f"{price.normalize():f}")


def percent(code: TaxCode) -> str:
    """Return such as `15%` or `12.5%`."""
    text = f"{code.rate:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"
