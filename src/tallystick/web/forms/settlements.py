"""Entering a payment on a document, and the day on which credit notes are set against invoices."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from tallystick.web.forms.field_messages import WordedForm
from tallystick.web.forms.inputs import DateInput, NumberField, NumberInput, TextInput


class PaymentForm(WordedForm):
    """All of what is outstanding today, unless something else is entered."""

    amount = NumberField(widget=NumberInput())
    paid_on = forms.DateField(label="Day", widget=DateInput())
    method = forms.CharField(
        required=False,
        max_length=40,
        help_text="Decides the account it lies on.",
        widget=TextInput(list="methods", autocomplete="off", placeholder="card"),
    )
    reference = forms.CharField(required=False, widget=TextInput())

    def clean_amount(self) -> Decimal:
        return with_cents(self.cleaned_data["amount"])

    @classmethod
    def to_begin(cls, outstanding: Decimal, today: date) -> "PaymentForm":
        return cls(initial={"amount": outstanding, "paid_on": today})


class AllocationForm(WordedForm):
    """How much of a credit note is set against one document."""

    amount = NumberField(widget=NumberInput())
    allocated_on = forms.DateField(label="Day", widget=DateInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "id_allocation_%s")
        super().__init__(*args, **kwargs)

    def clean_amount(self) -> Decimal:
        return with_cents(self.cleaned_data["amount"])


class MatchForm(WordedForm):
    """The number under which a document stands in Xero already."""

    number = forms.CharField(max_length=255, widget=TextInput())


def with_cents(amount: Decimal) -> Decimal:
    """Return 30 as 30.00, so that it is told like every other amount."""
    return amount + Decimal("0.00")
