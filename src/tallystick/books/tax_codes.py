"""Finding, adding and changing our tax codes."""

from decimal import Decimal

from django.db import IntegrityError, transaction

from tallystick.books.checking import Checker
from tallystick.books.errors import NotFound
from tallystick.books.inputs import TaxCodeInput
from tallystick.books.models import DocumentDefaults, Line, TaxCode, TaxCodeQuerySet
from tallystick.workspaces import audit
from tallystick.workspaces.models import User, Workspace


def tax_codes_of(workspace: Workspace) -> TaxCodeQuerySet:
    """Return the workspace's tax codes, by code."""
    return TaxCode.objects.in_workspace(workspace).order_by("code")


@transaction.atomic
def create_tax_code(*, workspace: Workspace, actor: User | None, tax_code: TaxCodeInput) -> TaxCode:
    """Keep a new tax code. Raises InvalidRecord with every problem at once."""
    record = TaxCode(workspace=workspace)
    _fill(record, tax_code)
    audit.record(
        workspace=workspace,
        actor=actor,
        action="tax_code.created",
        message=f"{record.code} ({record.rate:f}%) was added.",
        subject=record,
    )
    return record


@transaction.atomic
def edit_tax_code(
    *, workspace: Workspace, actor: User | None, tax_code_id: int, tax_code: TaxCodeInput
) -> TaxCode:
    """Put the values in place of those it has. Raises NotFound and InvalidRecord.

    A rate that documents were computed with stays: a new rate needs a new code.
    """
    records = TaxCode.objects.in_workspace(workspace).filter(pk=tax_code_id)
    record = records.select_for_update().first()
    if record is None:
        raise NotFound(
            "The tax code is not in this workspace.", remedy="Look it up again in the list."
        )
    _fill(record, tax_code)
    audit.record(
        workspace=workspace,
        actor=actor,
        action="tax_code.edited",
        message=f"{record.code} ({record.rate:f}%) was changed.",
        subject=record,
    )
    return record


def default_tax_code(workspace: Workspace) -> TaxCode | None:
    """Return the tax code of lines that nothing nearer gives one; None: they have none."""
    found = DocumentDefaults.objects.filter(workspace=workspace).select_related("tax_code").first()
    return found.tax_code if found else None


def set_default_tax_code(*, workspace: Workspace, tax_code: TaxCode | None) -> None:
    """Choose the tax code of such lines of documents made from now on.

    What was made before stays as it is, for its total is known to others; see
    `taxing.add_missing_tax`.
    """
    DocumentDefaults.objects.update_or_create(workspace=workspace, defaults={"tax_code": tax_code})


def find_tax_code(workspace: Workspace, code: str, checker: Checker) -> TaxCode | None:
    """Return the tax code, None where none is named; one that is not here is refused."""
    if not code:
        return None
    found = TaxCode.objects.in_workspace(workspace).filter(code=code).first()
    if found is None:
        checker.refuse("tax_code", code, "Choose an existing tax code, or add it first.")
    return found


def _fill(record: TaxCode, given: TaxCodeInput) -> None:
    checker = Checker(given.code.strip() or "The tax code")
    is_used = record.pk is not None and Line.objects.filter(tax_code=record).exists()
    if is_used and given.rate != record.rate:
        checker.refuse(
            "rate", given.rate, f"Documents bear it at {record.rate:f}%. Add a new code instead."
        )
    record.code = checker.text("code", given.code, at_most=40, required=True)
    record.name = checker.text("name", given.name, at_most=100, required=True)
    checker.number("rate", given.rate, at_least=Decimal(0), at_most=Decimal(100))
    record.rate = given.rate
    checker.finish()
    try:
        with transaction.atomic():
            record.save()
    except IntegrityError as error:
        if "tax_code_unique" not in str(error):
            raise
        checker.refuse("code", record.code, "Another tax code has it; change it.")
        checker.finish()
