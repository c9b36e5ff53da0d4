"""Choosing what our tax codes and sales lines mean in Xero."""

from collections.abc import Iterable
from typing import Any

from django import forms

from tallystick.books.models import TaxCode
from tallystick.mapping.models import Direction
from tallystick.mapping.services import Choices
from tallystick.web.forms.inputs import Select
from tallystick.web.forms.records import percent
from tallystick.web.forms.words import WordedForm, word


class MappingForm(WordedForm):
    """One select for each tax code (`tax-<key>`), and the defaults of sales lines."""

    sales_account = forms.ChoiceField(
        label="Default sales account",
        required=False,
        help_text="For lines that name no account of their own.",
        widget=Select(),
    )
    default_tax_code = forms.ChoiceField(
        label="Default tax code",
        required=False,
        help_text="For lines without a tax code. Left open, such an invoice fails and says so.",
        widget=Select(),
    )

    def __init__(
        self, *args: Any, tax_codes: Iterable[TaxCode], choices: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.tax_codes = list(tax_codes)
        rates = [("", "Choose a tax rate"), *map(_rate_choice, choices.tax_rates[Direction.SALES])]
        for code in self.tax_codes:
            self.fields[f"tax-{code.pk}"] = forms.ChoiceField(
                label=code.code, required=False, choices=rates, widget=Select(aria_label=code.code)
            )
            word(self.fields[f"tax-{code.pk}"], code.code)
        accounts = [
            (account.code, str(account)) for account in choices.accounts[Direction.SALES, ""]
        ]
        codes = [(str(code.pk), f"{code.code} · {percent(code)}") for code in self.tax_codes]
        self._offer("sales_account", [("", "Choose an account"), *accounts])
        self._offer("default_tax_code", [("", "None"), *codes])

    def _offer(self, field: str, choices: list[tuple[str, str]]) -> None:
        self.fields[field].choices = choices  # type: ignore[attr-defined] # a ChoiceField


def _rate_choice(rate: Any) -> tuple[str, str]:
    text = f"{rate.effective_rate:f}"
    shown = text.rstrip("0").rstrip(".") if "." in text else text
    return rate.tax_type, f"{rate.name} · {shown}% · {rate.tax_type}"
