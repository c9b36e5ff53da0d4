"""Choosing the accounts that lines go to in Xero, and what becomes of a cent of difference."""

from functools import partial
from typing import Any

from tallystick.books.models import Charge
from tallystick.mapping.chosen_records import ACCOUNT
from tallystick.mapping.known import Known
from tallystick.mapping.models import Direction, Rounding
from tallystick.mapping.proposing_accounts import propose_account
from tallystick.mapping.services import Choices, choose_account, choose_rounding
from tallystick.mapping.wait_keys import WaitSort, wait_key
from tallystick.web.forms.choices import ChoiceRow, ChoicesForm, Keep
from tallystick.web.forms.picker import option_of_account
from tallystick.workspaces.models import User

_ABOUT = {
    Charge.GOODS: "For every line whose source, item and charge name no account.",
    Charge.FREIGHT: "Lines that charge for carriage.",
    Charge.SHIPPING: "Lines that charge for parcels and postage.",
    Charge.DISCOUNT: "Lines that take something off the whole.",
    Charge.ROUNDING: "Lines that make up a cent of difference.",
}


class AccountsForm(ChoicesForm):
    """An account for each charge, in each direction (`freight-sales`), and the cents beside."""

    below = "rounding"

    def fill(self, choices: Choices) -> None:
        self._known = Known(self.organisation)
        chosen = self._known.account_choices
        self._account_for_rounding = choices.rounding_account
        for charge in Charge:
            for direction in Direction:
                offered = choices.accounts[direction, charge.value]
                self.offer(
                    _name(charge, direction),
                    f"{_title(charge)} on {direction}",
                    [_empty(charge), *((one.code, option_of_account(one)) for one in offered)],
                    chosen=chosen.get((direction, charge), ""),
                    key=wait_key(WaitSort.ACCOUNT, direction, charge),
                    keep=self._keep_account(charge, direction),
                    propose=partial(propose_account, direction, charge, choices),
                    noun=ACCOUNT,
                    recent=self.recent.account_codes,
                )
        self._offer_rounding()

    def _offer_rounding(self) -> None:
        self.offer(
            self.below,
            "Where the source's total is a few cents beside the sum of its lines",
            Rounding.choices,
            chosen=self._known.defaults.rounding,
            key="rounding",
            keep=self._keep_rounding,
            help_text="A rounding line makes the total in Xero equal to yours; it goes to the "
            "account for rounding above.",
        )

    def rows(self) -> list[ChoiceRow]:
        return [
            ChoiceRow(
                _title(charge),
                self._about(charge),
                {one.label: self.choice(_name(charge, one)) for one in Direction},
            )
            for charge in Charge
        ]

    def clean(self) -> dict[str, Any]:
        super().clean()
        names = [_name(Charge.ROUNDING, direction) for direction in Direction]
        has_account = any(self.cleaned_data.get(name) or name in self.errors for name in names)
        if self.cleaned_data.get("rounding") == Rounding.LINE and not has_account:
            self.add_error(names[0], "Choose the account that rounding lines go to.")
        return self.cleaned_data

    def _about(self, charge: Charge) -> str:
        account = self._account_for_rounding
        if charge == Charge.ROUNDING and account:
            return f"{_ABOUT[charge]} Xero's own account for it is {account}."
        return _ABOUT[charge]

    def _keep_account(self, charge: Charge, direction: Direction) -> Keep:
        return lambda code, actor: choose_account(
            organisation=self.organisation,
            direction=direction,
            charge=charge.value,
            code=code,
            actor=actor,
        )

    def _keep_rounding(self, chosen: str, actor: User) -> None:
        choose_rounding(organisation=self.organisation, rounding=Rounding(chosen), actor=actor)


def _name(charge: Charge, direction: Direction) -> str:
    return f"{charge.value or 'default'}-{direction}"


def _title(charge: Charge) -> str:
    return str(charge.label) if charge else "Default account"


def _empty(charge: Charge) -> tuple[str, str]:
    falls_back = charge not in (Charge.GOODS, Charge.ROUNDING)
    return "", "The default account" if falls_back else "Choose an account"
