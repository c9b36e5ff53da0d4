"""Choosing what our tax codes are called in Xero."""

from functools import partial

from tallystick.books.models import TaxCode
from tallystick.books.tax_codes import default_tax_code, tax_codes_of
from tallystick.mapping.known import Known
from tallystick.mapping.models import Direction
from tallystick.mapping.proposing import propose_tax_type
from tallystick.mapping.services import Choices, choose_default_tax_code, choose_tax_type
from tallystick.mapping.wait_keys import WaitSort, wait_key
from tallystick.mirror.models import TaxRate
from tallystick.web.forms.choices import ChoiceRow, ChoicesForm, Keep
from tallystick.web.forms.records import percent
from tallystick.web.templatetags.tallystick import quantity
from tallystick.workspaces.models import User


class TaxMappingForm(ChoicesForm):
    """A rate for each tax code, in each direction (`tax-<key>-sales`), and the default code."""

    below = "default_tax_code"

    def fill(self, choices: Choices) -> None:
        self.codes = list(tax_codes_of(self.organisation.workspace))
        mapped = Known(self.organisation).tax_types
        for code in self.codes:
            for direction in Direction:
                rates = [_rate(rate) for rate in choices.tax_rates[direction]]
                self.offer(
                    f"tax-{code.pk}-{direction}",
                    f"{code.code} on {direction}",
                    [("", "Choose a tax rate"), *rates],
                    chosen=mapped.get((code.pk, direction), ""),
                    key=wait_key(WaitSort.TAX_MAPPING, code.pk, direction),
                    keep=self._keep_rate(code, direction),
                    propose=partial(propose_tax_type, code, direction, choices),
                )
        self._offer_default()

    def _offer_default(self) -> None:
        default = default_tax_code(self.organisation.workspace)
        codes = [(str(code.pk), f"{code.code} · {percent(code)}") for code in self.codes]
        self.offer(
            self.below,
            "Default tax code",
            [("", "None"), *codes],
            chosen=str(default.pk) if default else "",
            key=wait_key(WaitSort.DEFAULT_TAX_CODE),
            keep=self._keep_default,
            help_text="Of new documents, where neither line, template nor item names a tax code. "
            "Left open, such a document fails and says so.",
        )

    @property
    def is_foreign(self) -> bool:
        """No code above 0% is mapped or has a proposal: there are none, or of another country."""
        names = {f"tax-{code.pk}-{one}" for code in self.codes if code.rate for one in Direction}
        proposed = {name for name, one in self.proposals.items() if one.is_sure}
        return not any(self._chosen[name] or name in proposed for name in names)

    def rows(self) -> list[ChoiceRow]:
        return [
            ChoiceRow(
                code.code,
                f"{code.name} · {percent(code)}",
                {one.label: self.choice(f"tax-{code.pk}-{one}") for one in Direction},
            )
            for code in self.codes
        ]

    def _keep_rate(self, code: TaxCode, direction: Direction) -> Keep:
        return lambda tax_type, actor: choose_tax_type(
            organisation=self.organisation,
            tax_code=code,
            tax_type=tax_type,
            direction=direction,
            actor=actor,
        )

    def _keep_default(self, chosen: str, actor: User) -> None:
        code = next((one for one in self.codes if str(one.pk) == chosen), None)
        choose_default_tax_code(organisation=self.organisation, tax_code=code, actor=actor)


def _rate(rate: TaxRate) -> tuple[str, str]:
    return rate.tax_type, f"{rate.name} · {quantity(rate.effective_rate)}% · {rate.tax_type}"
