"""Tax codes that a file names and the workspace lacks: which of Xero's rates they are, once asked.

A file says only what a code is called. Where that is no rate in words, a person says what it is;
the proposal is by the name and by a percentage in it.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction

from tallystick.books.errors import InvalidRecord
from tallystick.books.inputs import TaxCodeInput
from tallystick.books.models import TaxCode
from tallystick.books.tax_codes import create_tax_code
from tallystick.connections.models import Organisation
from tallystick.mapping.choices import Choices
from tallystick.mapping.models import Direction, TaxMapping
from tallystick.mapping.proposing import (
    Proposal,
    called,
    map_rate,
    propose_tax_type,
    rates_to_take,
)
from tallystick.mapping.services import MappingRefused
from tallystick.mapping.tax_words import treatments_of_code, treatments_of_rate
from tallystick.workspaces.access import Permission, may, require
from tallystick.workspaces.models import User, Workspace

#: Such as the 20 of `VAT20` and the 12.5 of `GST 12.5%`.
_PERCENT = re.compile(r"(?<![0-9.])([0-9]{1,2}(?:\.[0-9]{1,4})?)(?![0-9.])")
_LONGEST = 40


def propose_for_name(name: str, choices: Choices) -> Proposal | None:
    """Return which of Xero's rates a code of this name is, its tax type as value; None: no idea."""
    rates = {one.tax_type: one for rates in choices.tax_rates.values() for one in rates}
    same = [one for one in rates.values() if called(one, name)]
    if len(same) == 1:
        return Proposal(same[0].tax_type, "called the same in Xero")
    percents = set(_PERCENT.findall(name))
    if len(percents) > 1:
        return None
    code = TaxCode(code=name, name=name, rate=Decimal(percents.pop() if percents else 0))
    if code.rate or treatments_of_code(code):
        found = (propose_tax_type(code, direction, choices) for direction in Direction)
        return next((one for one in found if one and one.is_sure), None)
    taxed = [
        one
        for one in choices.tax_rates[Direction.SALES]
        if one.effective_rate and not treatments_of_rate(one)
    ]
    if len(taxed) == 1:
        return Proposal(taxed[0].tax_type, "the only rate above 0% on sales")
    return None


@transaction.atomic
def name_tax_codes(
    *,
    workspace: Workspace,
    organisation: Organisation | None,
    given: Mapping[str, str],
    actor: User,
) -> list[TaxCode]:
    """Make tax codes of these names; each is given a tax type or, not connected, a percentage.

    One of Xero's rates is mapped too where the person may. What is here by now is left alone, so
    that a second press makes nothing twice. Raises NotAllowed, and MappingRefused with what is
    wrong; then nothing was made.
    """
    require(actor, workspace, Permission.EDIT_BOOKS)
    # One at a time, so that two presses at once do not both make them.
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
    here = TaxCode.objects.in_workspace(workspace)
    known = set(here.values_list("code", flat=True)) | set(here.values_list("name", flat=True))
    offers = {one.rate.tax_type: one for one in rates_to_take(organisation)} if organisation else {}
    made = []
    for name, value in given.items():
        if name in known:
            continue
        offer = offers.get(value)
        if organisation and offer is None:
            raise MappingRefused(
                remedy=f"Choose what {name} is in {organisation}. Nothing was made."
            )
        rate = offer.rate.effective_rate if offer else _percentage(name, value)
        code = _make(workspace, name, rate, actor)
        made.append(code)
        if offer and organisation and may(actor, workspace, Permission.MANAGE_SYNC):
            map_rate(organisation, code, offer, actor)
    return made


def usual_sales_code(organisation: Organisation) -> TaxCode | None:
    """Return the tax code that plain sales bear: of those mapped, the plain one of most percent."""
    mapped = TaxMapping.objects.filter(organisation=organisation, direction=Direction.SALES)
    codes = TaxCode.objects.filter(pk__in=mapped.values("tax_code"), rate__gt=0)
    plain = [one for one in codes.order_by("-rate", "code") if not treatments_of_code(one)]
    return plain[0] if plain else None


def _make(workspace: Workspace, name: str, rate: Decimal, actor: User) -> TaxCode:
    given = TaxCodeInput(code=name[:_LONGEST].strip(), name=name, rate=rate)
    try:
        return create_tax_code(workspace=workspace, actor=actor, tax_code=given)
    except InvalidRecord as refused:
        raise MappingRefused(
            refused.message, remedy=f"{refused.remedy} Nothing was made."
        ) from refused


def _percentage(name: str, text: str) -> Decimal:
    text = text.strip().removesuffix("%").strip()
    if not re.fullmatch(r"[0-9]{1,3}([.,][0-9]{1,4})?", text):
        raise MappingRefused(
            remedy=f"Enter the rate of {name} in percent, such as 20. Nothing was made."
        )
    return Decimal(text.replace(",", "."))
