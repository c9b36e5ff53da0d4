"""Choosing what our tax codes are called in Xero."""

from collections.abc import Mapping
from functools import cached_property, partial

from tallystick.books.models import TaxCode
from tallystick.books.tax_codes import default_tax_code, tax_codes_of
from tallystick.mapping.chosen_records import TAX_RATE
from tallystick.mapping.known import Known
from tallystick.mapping.models import Direction
from tallystick.mapping.proposing import propose_tax_type
from tallystick.mapping.services import Choices, choose_default_tax_code, choose_tax_type
from tallystick.mapping.tax_uses import TaxGap, TaxUses, tax_mapping_gaps, tax_uses
from tallystick.mapping.wait_keys import WaitSort, wait_key
from tallystick.web.forms.choices import ChoiceRow, ChoicesForm, Keep
from tallystick.web.forms.picker import option_of_rate
from tallystick.web.forms.records import percent
from tallystick.workspaces.models import User


class TaxMappingForm(ChoicesForm):
    """A rate for each tax code, in each direction (`tax-<key>-sales`), and the default code."""

    below = "default_tax_code"

    def fill(self, choices: Choices) -> None:
        self.codes = list(tax_codes_of(self.organisation.workspace))
        mapped = Known(self.organisation).tax_types
        for code in self.codes:
            for direction in Direction:
                rates = [
                    (one.tax_type, option_of_rate(one)) for one in choices.tax_rates[direction]
                ]
                self.offer(
                    f"tax-{code.pk}-{direction}",
                    f"{code.code} on {direction}",
                    [("", "Choose a tax rate"), *rates],
                    chosen=mapped.get((code.pk, direction), ""),
                    key=wait_key(WaitSort.TAX_MAPPING, code.pk, direction),
                    keep=self._keep_rate(code, direction),
                    propose=partial(propose_tax_type, code, direction, choices),
                    noun=TAX_RATE,
                    recent=self.recent.tax_types,
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
                self._used_by(code),
            )
            for code in self.codes
        ]

    @cached_property
    def gaps(self) -> list[TaxGap]:
        """What the mapping lacks; none where it is complete."""
        return tax_mapping_gaps(self.organisation)

    @cached_property
    def _uses(self) -> Mapping[int, TaxUses]:
        return tax_uses(self.organisation.workspace)

    def _used_by(self, code: TaxCode) -> str:
        uses = self._uses.get(code.pk)
        return f"Used by {uses.told}." if uses else "Not used yet."

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
