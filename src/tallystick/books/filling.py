"""Turns what was handed in into a document's row and lines, or says all that is wrong with it."""

from collections.abc import Iterable
from decimal import Decimal
from typing import cast

from tallystick.books.checking import LIMIT, Checker
from tallystick.books.inputs import DocumentInput, LineInput
from tallystick.books.models import Document, Line, Party, TaxBasis, TaxCode
from tallystick.money import Basis, document_totals, line_amount, line_tax, minor_units
from tallystick.workspaces.models import Workspace


def fill_document(record: Document, given: DocumentInput) -> list[Line]:
    """Put the values and sums on `record` and return its lines, nothing saved.

    `record` brings its workspace, kind and number. Raises InvalidRecord with every problem.
    """
    checker = Checker(record.number or "The document")
    checker.text("number", record.number, at_most=255)
    if given.kind != record.kind:
        checker.refuse("kind", given.kind, "A document keeps its kind; make a new one.")
    _fill_header(record, given, checker)
    _fill_party(record, given.party_number, checker)
    lines = _lines(record, given, checker)
    if not checker.problems:
        _fill_totals(record, lines, checker)
    checker.finish()
    return lines


def _fill_header(record: Document, given: DocumentInput, checker: Checker) -> None:
    record.reference = checker.text("reference", given.reference, at_most=255)
    record.issued_on = given.issued_on
    record.due_on = given.due_on
    record.currency = given.currency or record.workspace.currency
    try:
        minor_units(record.currency)
    except ValueError as error:
        checker.refuse("currency", record.currency, str(error))
    record.tax_basis = given.tax_basis


def _fill_party(record: Document, number: str, checker: Checker) -> None:
    party = Party.objects.in_workspace(record.workspace).filter(number=number).first()
    if party is None:
        remedy = "Choose an existing customer or supplier, or add this one first."
        checker.refuse("party_number", number, remedy)
    else:
        record.party = party


def _lines(record: Document, given: DocumentInput, checker: Checker) -> list[Line]:
    tax_codes = _tax_codes(record.workspace, given.lines)
    lines = []
    for position, line in enumerate(given.lines, start=1):
        checker.line = position
        lines.append(_line(line, _basis(record), tax_codes, checker))
        lines[-1].position = position
    checker.line = None
    if not lines:
        checker.refuse("lines", None, "Add at least one line.")
    return lines


def _tax_codes(workspace: Workspace, lines: Iterable[LineInput]) -> dict[str, TaxCode]:
    codes = {line.tax_code for line in lines if line.tax_code}
    found = TaxCode.objects.in_workspace(workspace).filter(code__in=codes)
    return {tax_code.code: tax_code for tax_code in found}


def _line(given: LineInput, basis: Basis, tax_codes: dict[str, TaxCode], checker: Checker) -> Line:
    problems_before = len(checker.problems)
    item_code = checker.text("item_code", given.item_code, at_most=30)
    line = Line(
        item_code=item_code,
        description=checker.text("description", given.description, at_most=4000) or item_code,
        quantity=given.quantity,
        unit_price=given.unit_price,
        discount=given.discount,
        tax_code=tax_codes.get(given.tax_code),
        account_code=checker.text("account_code", given.account_code, at_most=10),
    )
    if not line.description:
        checker.refuse("description", None, "Enter a description or an item code.")
    if given.tax_code and line.tax_code is None:
        checker.refuse("tax_code", given.tax_code, "Choose an existing tax code, or add it first.")
    _check_figures(given, checker)
    if len(checker.problems) == problems_before:
        _fill_amounts(line, basis, checker)
    return line


def _check_figures(given: LineInput, checker: Checker) -> None:
    checker.number("quantity", given.quantity)
    checker.number("unit_price", given.unit_price)
    checker.number("discount", given.discount, at_least=Decimal(0), at_most=Decimal(100))
    if (given.quantity is None) != (given.unit_price is None):
        missing = "quantity" if given.quantity is None else "unit_price"
        checker.refuse(missing, None, "Enter quantity and price, or neither for a mere text.")


def _fill_amounts(line: Line, basis: Basis, checker: Checker) -> None:
    if line.quantity is None or line.unit_price is None:
        return
    line.amount = line_amount(line.quantity, line.unit_price, line.discount)
    line.tax = line_tax(line.amount, _rate(line), basis)
    if abs(line.amount) >= LIMIT:
        checker.refuse("amount", line.amount, "Enter a smaller quantity or price.")


def _fill_totals(record: Document, lines: list[Line], checker: Checker) -> None:
    totals = document_totals([(line.amount, _rate(line)) for line in lines], _basis(record))
    record.subtotal, record.tax, record.total = totals
    if abs(totals.total) >= LIMIT:
        checker.refuse("total", totals.total, "Split it into smaller documents.")


def _rate(line: Line) -> Decimal:
    return line.tax_code.rate if line.tax_code else Decimal(0)


def _basis(record: Document) -> Basis:
    return cast(Basis, TaxBasis(record.tax_basis).value)
