"""The tax type of a line: the line's tax code, the template's, the item's, the workspace's default.

The first that is mapped to a live tax type which the account takes wins. One that is passed over
for a lower one is told, and whichever wins must make the tax that we computed: nothing is taxed
otherwise in silence (docs/decisions/0006). A line that was made without a code, and would be taxed
by one that is named since, is a question (docs/decisions/0012). Of a line whose source states the
tax, the winner must make what the line's own code would, and be one that taxes where the source
does (docs/decisions/0017).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from tallystick.books.models import Document, TaxBasis, TaxCode, TaxLevel
from tallystick.mapping.known import Known, Place
from tallystick.mapping.problems import TAX_MAPPING, MappingCode, Problem, Unresolved
from tallystick.mapping.wait_keys import WaitSort, wait_key
from tallystick.mirror.models import Account, TaxRate
from tallystick.money import Basis, line_tax

#: Xero's tax type for no tax at all.
NO_TAX = "NONE"
LINE = "the line"
_LEVELS = {
    TaxLevel.LINE: LINE,
    TaxLevel.TEMPLATE: "the template",
    TaxLevel.ITEM: "the item",
    TaxLevel.DEFAULT: "the workspace default",
}
#: Where the source states no tax, a rate may make so much: of small sums it is rounding.
_MOST_ROUNDING = Decimal("0.10")


@dataclass(frozen=True, slots=True)
class ChosenTax:
    """The tax type that a line bears in Xero, with its rate in percent, and the level that won."""

    tax_type: str
    name: str
    rate: Decimal
    level: str
    #: What would have come before it, each with the reason why it does not stand.
    passed_over: tuple[str, ...] = ()


#: Of every line of a document without tax.
UNTAXED = ChosenTax(NO_TAX, "No tax", Decimal(0), "the document")


def tax_of(known: Known, place: Place, account: Account | None) -> ChosenTax:
    """Return the line's tax type; without an account the fit is not checked. Raises Unresolved."""
    if place.document.tax_basis == TaxBasis.NONE:
        return UNTAXED
    own = _own_code(known, place)
    refused: list[Problem] = []
    for level, code in _named(known, place):
        try:
            found = _rate_of(known, place, level, code, account)
        except Unresolved as unresolved:
            refused += unresolved.problems
            continue
        if _tax(place, found.effective_rate) == _our_tax(place, own or code):
            if place.line.tax_is_stated and _taxes_otherwise(place, found):
                raise Unresolved([_stated_otherwise(place, code, found)])
            passed_over = tuple(problem.message.removeprefix(place.head) for problem in refused)
            return ChosenTax(found.tax_type, found.name, found.effective_rate, level, passed_over)
        if not refused:
            raise Unresolved([_other_tax(place, level, code, found)])
        break
    raise Unresolved(refused[:1] or [_nothing_named(place)])


def basis_of(document: Document) -> Basis:
    """Return how the document's line amounts stand to tax, in the words of `money`."""
    return cast(Basis, str(document.tax_basis))


def _named(known: Known, place: Place) -> Iterator[tuple[str, TaxCode]]:
    """Yield each level that names a tax code of ours."""
    named: set[int] = set()
    for level, tax_code_id in _levels(known, place):
        if tax_code_id is not None and tax_code_id not in named:
            named.add(tax_code_id)
            if code := _code(known, tax_code_id):
                yield level, code


def _own_code(known: Known, place: Place) -> TaxCode | None:
    pk = place.line.tax_code_id
    return None if pk is None else _code(known, pk)


def _code(known: Known, pk: int) -> TaxCode | None:
    """Return our tax code; read now, where it was added after the others were read.

    Passing over its level instead would tax the line by a lower one in silence.
    """
    if code := known.tax_codes.get(pk):
        return code
    return TaxCode.objects.filter(workspace=known.organisation.workspace_id, pk=pk).first()


def _levels(known: Known, place: Place) -> Iterator[tuple[str, int | None]]:
    """Yield each level, the nearest to the line first, with the key of what it names."""
    yield _LEVELS[TaxLevel(place.line.tax_level)], place.line.tax_code_id
    if place.document.template_id:
        yield "the template", known.template_tax_codes.get(place.document.template_id)
    if place.item:
        yield "the item", place.item.tax_code_id
    yield _LEVELS[TaxLevel.DEFAULT], known.default_tax_code_id


def _rate_of(
    known: Known, place: Place, level: str, code: TaxCode, account: Account | None
) -> TaxRate:
    """Return the live rate that the code is mapped to and the account takes. Raises Unresolved."""
    tax_type = known.tax_types.get((code.pk, place.direction))
    rate = known.tax_rates.get(tax_type or "")
    if tax_type is None:
        why = "which has no tax mapping"
    elif rate is None or rate.status != "ACTIVE":
        why = f"but {rate or tax_type} is no longer in use in {known.organisation}"
    elif account and account.account_class not in rate.can_apply_to:
        why = f"but {rate} cannot be used with account {account} in {known.organisation}"
    else:
        return rate
    act = f"Choose what {code} is in Xero" if tax_type is None else f"Choose another for {code}"
    of_level = "" if level == LINE else f" from {level}"
    problem = Problem(
        MappingCode.TAX_NOT_MAPPED if tax_type is None else MappingCode.TAX_TYPE,
        f"{place.head}{place.name} has tax code {code}{of_level}, {why}.",
        f"{act} on {place.direction.value} under Settings, Tax mapping.",
        TAX_MAPPING,
        wait_key(WaitSort.TAX_MAPPING, code.pk, place.direction),
    )
    raise Unresolved([problem])


def _our_tax(place: Place, code: TaxCode) -> Decimal:
    """Return what the rate in Xero has to make: the line's tax, or of stated tax what `code` does."""
    return _tax(place, code.rate) if place.line.tax_is_stated else place.line.tax


def _taxes_otherwise(place: Place, rate: TaxRate) -> bool:
    """Tell whether the rate taxes where the source states no tax, or the other way round."""
    if place.line.tax:
        return not rate.effective_rate
    return abs(_tax(place, rate.effective_rate)) > _MOST_ROUNDING


def _tax(place: Place, rate: Decimal) -> Decimal:
    return line_tax(place.line.amount, rate, basis_of(place.document))


def _other_tax(place: Place, level: str, code: TaxCode, rate: TaxRate) -> Problem:
    """Return why the line does not go out with another tax than it bears here."""
    if place.line.tax_code_id is None and _tax(place, code.rate) != _our_tax(place, code):
        return _made_without(place, level, code)
    return Problem(
        MappingCode.TOTALS,
        f"{place.head}{place.name} bears {_percent(code.rate)} of tax here by {code}, but "
        f"{rate.name}, chosen for {code} on {place.direction.value}, makes "
        f"{_percent(rate.effective_rate)} in Xero.",
        f"Choose a tax rate of {_percent(code.rate)} for {code} on {place.direction.value} under "
        "Settings, Tax mapping. If the rate was corrected in Xero, press Retry.",
        TAX_MAPPING,
        wait_key(WaitSort.TAX_MAPPING, code.pk, place.direction),
    )


def _stated_otherwise(place: Place, code: TaxCode, rate: TaxRate) -> Problem:
    """Return why a line with stated tax does not go out by a rate that says the contrary."""
    line, currency = place.line, place.document.currency
    if line.tax:
        why = (
            f"bears {line.tax:,} {currency} of tax as its source states it, but {rate.name}, "
            f"chosen for {code}, is a rate without tax"
        )
    else:
        by_rate = _tax(place, rate.effective_rate)
        why = (
            f"bears no tax as its source states it, but {rate.name}, chosen for {code}, makes "
            f"{by_rate:,} {currency} of it"
        )
    return Problem(
        MappingCode.STATED_TAX,
        f"{place.head}{place.name} {why}.",
        "Edit the document: choose the tax code that the line is taxed by, or untick the tax that "
        "its source states. It is computed by the code's rate then.",
    )


def _made_without(place: Place, level: str, code: TaxCode) -> Problem:
    """Ask about a line that got no tax when it was made, where a code is named for it now."""
    added = _tax(place, code.rate)
    of_it = "are tax" if place.document.tax_basis == TaxBasis.INCLUSIVE else "are added as tax"
    return Problem(
        MappingCode.MADE_UNTAXED,
        f"{place.head}{place.name} was entered without a tax code and bears no tax. With {code}, "
        f"which {level} names now, {added:,} {place.document.currency} {of_it}.",
        "Add the tax, and what it comes to changes here before it goes out; or keep it without, by "
        "a tax code of 0%: on the line, or for all as the default under Settings, Tax mapping.",
        TAX_MAPPING,
        wait_key(WaitSort.DEFAULT_TAX_CODE),
        is_question=True,
    )


def _percent(rate: Decimal) -> str:
    return f"{rate.normalize():f}%"


def _nothing_named(place: Place) -> Problem:
    return Problem(
        MappingCode.NO_TAX_CODE,
        f"{place.head}{place.name} has no tax mapping, for neither the line "
        "nor its item has a tax code.",
        "Choose the tax code for such lines under Settings, Tax mapping.",
        TAX_MAPPING,
        wait_key(WaitSort.DEFAULT_TAX_CODE),
    )
