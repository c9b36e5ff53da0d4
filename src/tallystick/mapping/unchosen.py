"""What is still to be chosen before everything of a workspace can go to its organisation."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.db.models import Exists, OuterRef

from tallystick.books.document_queries import has_documents, has_kinds
from tallystick.books.models import Kind, Payment
from tallystick.books.tax_codes import tax_codes_of
from tallystick.connections.models import Organisation
from tallystick.english import listed
from tallystick.mapping.models import AccountChoice, Direction, MethodAccount, TaxMapping
from tallystick.mapping.problems import ACCOUNTS, PAYMENT_METHODS, TAX_MAPPING
from tallystick.mapping.tax_uses import tax_mapping_gaps

#: So many names are told; the rest is counted.
_TOLD = 3
#: Of payment methods so many are looked at; one for each payment would have no end.
_LOOKED_AT = 1_000


class Unchosen(NamedTuple):
    """One thing to choose, and the screen where it is chosen."""

    message: str
    screen: str


def unchosen(organisation: Organisation) -> Iterator[Unchosen]:
    """Yield what is not chosen yet, of what the workspace uses."""
    if codes := [*_tax_codes(organisation), *_sides_without_rate(organisation)]:
        what = f"No tax rate is chosen for {_named(codes)}."
        yield Unchosen(what, TAX_MAPPING)
    for direction in without_default(organisation):
        what = f"No default account is chosen for {direction}."
        yield Unchosen(what, ACCOUNTS)
    if methods := without_method(organisation):
        what = f"No account is chosen for payments by {_named(methods)}."
        yield Unchosen(what, PAYMENT_METHODS)


def _tax_codes(organisation: Organisation) -> list[str]:
    """Return those that are mapped in neither direction: few are used in both."""
    mapped = TaxMapping.objects.filter(organisation=organisation, tax_code=OuterRef("pk"))
    codes = tax_codes_of(organisation.workspace).filter(~Exists(mapped))
    return list(codes.values_list("code", flat=True))


def _sides_without_rate(organisation: Organisation) -> list[str]:
    """Return the sides that documents use a code on, of codes that are mapped on the other one."""
    mapped = TaxMapping.objects.filter(organisation=organisation)
    pks = set(mapped.values_list("tax_code", flat=True))
    gaps = tax_mapping_gaps(organisation) if pks else []
    return [
        f"{gap.tax_code.code} on {gap.direction}"
        for gap in gaps
        if gap.direction and not gap.happened and gap.tax_code.pk in pks
    ]


def lacking_taxes(organisation: Organisation) -> str:
    """Return what the tax mapping lacks, as a clause; empty where it is complete.

    Documents that use no tax code need none mapped.
    """
    if codes := _tax_codes(organisation):
        return f"no tax rate is chosen for {_named(codes)}"
    workspace = organisation.workspace
    if not tax_codes_of(workspace).exists() and not has_documents(workspace):
        return "there are no tax codes yet"
    return ""


def mapped_codes(organisation: Organisation) -> tuple[int, int]:
    """Return how many of the workspace's tax codes are mapped in some direction, and of how many."""
    codes = tax_codes_of(organisation.workspace)
    mapped = TaxMapping.objects.filter(organisation=organisation, tax_code__in=codes.order_by())
    return mapped.values("tax_code").distinct().count(), codes.count()


def without_default(organisation: Organisation) -> list[str]:
    """Return the directions in use without a default account."""
    defaults = AccountChoice.objects.filter(organisation=organisation, charge="")
    chosen = set(defaults.values_list("direction", flat=True))
    return [one.value for one in _directions(organisation) if one not in chosen]


def _directions(organisation: Organisation) -> list[Direction]:
    buys = has_kinds(organisation.workspace, [kind for kind in Kind if kind.is_purchase])
    return [Direction.SALES, Direction.PURCHASES] if buys else [Direction.SALES]


def without_method(organisation: Organisation) -> list[str]:
    """Return the methods in use without an account, of their own or that of all others."""
    chosen = MethodAccount.objects.filter(organisation=organisation)
    if chosen.filter(method="").exists():
        return []
    own = [method.lower() for method in chosen.values_list("method", flat=True)]
    used = Payment.objects.methods_in(organisation.workspace, at_most=_LOOKED_AT)
    return [method or "no method" for method in used if method not in own]


def _named(names: Sequence[str]) -> str:
    told = list(names[:_TOLD])
    if more := len(names) - len(told):
        told.append(f"{more:,} more" if len(names) < _LOOKED_AT else "many more")
    return listed(told)
