"""What a choice of the mapping most probably is, with the reason; proposing chooses nothing.

A proposal is made where the evidence points at one of Xero's records and at no other: between two
that fit equally well none is proposed, and the reason says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from tallystick.books.errors import InvalidRecord
from tallystick.books.inputs import TaxCodeInput
from tallystick.books.models import TaxCode
from tallystick.books.tax_codes import create_tax_code
from tallystick.connections.models import Organisation
from tallystick.mapping.choices import Choices, choices_of, is_taxed_in
from tallystick.mapping.models import Direction, TaxMapping
from tallystick.mapping.services import MappingRefused, choose_tax_type
from tallystick.mapping.tax_words import (
    LOOKED_UP,
    fits_treatment,
    plain,
    side_of,
    side_of_rate,
    treatments_of_code,
    treatments_of_rate,
    words_of,
)
from tallystick.mirror.models import TaxRate
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

#: So many rates are named in a reason.
_TOLD = 4
_LONGEST_CODE, _LONGEST_NAME = 40, 100


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be chosen (empty: nothing is sure), and why, in a phrase or a sentence."""

    value: str
    reason: str

    @property
    def is_sure(self) -> bool:
        return bool(self.value)


@dataclass(frozen=True, slots=True)
class RateOffer:
    """One of Xero's rates that can become a tax code of ours, with the sides that it is for."""

    rate: TaxRate
    directions: tuple[Direction, ...]

    @property
    def code(self) -> str:
        """Return the code it would get: its name, or where that is too long its tax type."""
        name = " ".join(self.rate.name.split())
        return name if len(name) <= _LONGEST_CODE else self.rate.tax_type[:_LONGEST_CODE]


def propose_tax_type(code: TaxCode, direction: Direction, choices: Choices) -> Proposal | None:
    """Return which rate the code is in that direction; None where it is not meant for it at all.

    By name where one is called the same; else by rate, side and treatment, and where several are
    left by the words that they share.
    """
    if _speaks_of_other_side(side_of(code.code, code.name), direction):
        return None
    rates = [one for one in choices.tax_rates[direction] if _is_for(one, direction)]
    equal = [one for one in rates if one.effective_rate == code.rate]
    percent, where = f"{code.rate.normalize():f}%", f"on {direction.value}"
    named = [one for one in equal if called(one, code.code, code.name)]
    if len(named) == 1:
        return Proposal(named[0].tax_type, f"same name and rate, {percent}")
    if not equal:
        return Proposal("", f"No proposal: Xero has no rate of {percent} {where}.")
    alike = [one for one in equal if fits_treatment(one, code)]
    if not code.rate and not treatments_of_code(code):
        # Zero-rated, exempt and untaxed are all of 0%, and differ in the tax return.
        alike = []
    best = _closest(alike, code)
    if len(best) == 1:
        return Proposal(best[0].tax_type, _why(best[0], alike, percent, where))
    if best:
        return Proposal("", f"No proposal: {_named(best)} fit equally well. Choose one.")
    return Proposal("", f"No proposal: {percent} {where} is {_named(equal, 'or')}. Choose one.")


def rates_to_take(organisation: Organisation) -> list[RateOffer]:
    """Return Xero's rates that lines can bear, each with its sides; by name.

    Rates that fit neither side in particular (capital purchases, imports) are left for a person.
    """
    choices = choices_of(organisation)
    rates = {one.tax_type: one for rates in choices.tax_rates.values() for one in rates}
    found = (
        RateOffer(rate, tuple(one for one in Direction if _is_for(rate, one)))
        for rate in sorted(rates.values(), key=lambda rate: rate.name.casefold())
    )
    return [
        offer
        for offer in found
        if offer.directions
        and 0 <= offer.rate.effective_rate <= 100
        and LOOKED_UP not in treatments_of_rate(offer.rate)
    ]


@transaction.atomic
def take_rates(
    *, organisation: Organisation, tax_types: Sequence[str], actor: User
) -> list[TaxCode]:
    """Make a tax code of each of these rates, and map it; return those that were made.

    One that is here already by code and rate is mapped where it is not yet, so that a second press
    makes nothing twice. Raises MappingRefused where one has another rate here, or is gone there.
    """
    require(actor, organisation.workspace, Permission.MANAGE_SYNC)
    # One at a time, so that two presses at once do not both make them.
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    offers = {offer.rate.tax_type: offer for offer in rates_to_take(organisation)}
    made = []
    for tax_type in dict.fromkeys(tax_types):
        if tax_type not in offers:
            raise MappingRefused(
                f"{organisation} does not offer the rate {tax_type} any more.",
                remedy="Look at the list again; nothing was made.",
            )
        code, is_new = _code_for(offers[tax_type], organisation.workspace, actor)
        map_rate(organisation, code, offers[tax_type], actor)
        if is_new:
            made.append(code)
    return made


def _code_for(offer: RateOffer, workspace: Workspace, actor: User) -> tuple[TaxCode, bool]:
    """Return our tax code for the rate, and whether it was made now."""
    rate = offer.rate.effective_rate
    found = TaxCode.objects.in_workspace(workspace).filter(code=offer.code).first()
    if found is None:
        given = TaxCodeInput(code=offer.code, name=offer.rate.name[:_LONGEST_NAME], rate=rate)
        try:
            return create_tax_code(workspace=workspace, actor=actor, tax_code=given), True
        except InvalidRecord as refused:
            raise MappingRefused(refused.message, remedy=refused.remedy) from refused
    if found.rate != rate:
        raise MappingRefused(
            f"Your tax code {found} has {found.rate.normalize():f}%, the rate of that name in Xero "
            f"{rate.normalize():f}%.",
            remedy="Leave it out, or give yours another code; nothing was made.",
        )
    return found, False


def map_rate(organisation: Organisation, code: TaxCode, offer: RateOffer, actor: User) -> None:
    """Map the code to the rate in the directions that it is for and that have no mapping yet."""
    mapped = TaxMapping.objects.filter(organisation=organisation, tax_code=code)
    taken = set(mapped.values_list("direction", flat=True))
    for direction in offer.directions:
        if direction not in taken:
            choose_tax_type(
                organisation=organisation,
                tax_code=code,
                tax_type=offer.rate.tax_type,
                direction=direction,
                actor=actor,
            )


def _is_for(rate: TaxRate, direction: Direction) -> bool:
    """Tell whether lines of the direction bear the rate, and its name does not say otherwise."""
    return is_taxed_in(rate, direction) and not _speaks_of_other_side(side_of_rate(rate), direction)


def _speaks_of_other_side(side: Direction | None, direction: Direction) -> bool:
    return side is not None and side != direction


def called(rate: TaxRate, *names: str) -> bool:
    """Tell whether one of the names is the rate's, or its tax type."""
    return bool({plain(rate.name), plain(rate.tax_type)} & set(map(plain, names)))


def _closest(rates: Sequence[TaxRate], code: TaxCode) -> list[TaxRate]:
    """Return those of the rates that share most words with the code."""
    ours = words_of(code.code, code.name)
    shared: Mapping[str, int] = {one.tax_type: len(ours & words_of(one.name)) for one in rates}
    most = max(shared.values(), default=0)
    return [one for one in rates if shared[one.tax_type] == most]


def _why(rate: TaxRate, alike: Sequence[TaxRate], percent: str, where: str) -> str:
    why = f"same rate, {percent}, {where}"
    if len(alike) > 1:
        return f"{why}, and the only one called alike"
    treatments = treatments_of_rate(rate)
    return ", ".join([why, *sorted(treatments)])


def _named(rates: Sequence[TaxRate], between: str = "and") -> str:
    names = sorted(one.name for one in rates)
    told = names[:_TOLD]
    if len(names) > _TOLD:
        told.append(f"{len(names) - _TOLD} more")
    return f" {between} ".join(filter(None, [", ".join(told[:-1]), told[-1]]))
