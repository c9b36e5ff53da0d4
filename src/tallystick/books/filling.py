"""Turns what was handed in into a document's row and lines, or says all that is wrong with it."""

from collections.abc import Sequence
from decimal import Decimal

from tallystick.books.balances import outstanding
from tallystick.books.checking import LIMIT, Checker, tracking_problem
from tallystick.books.inputs import DocumentInput, LineInput
from tallystick.books.models import (
    LONGEST_ACCOUNT,
    LONGEST_CODE,
    LONGEST_DESCRIPTION,
    Charge,
    Document,
    DocumentTemplate,
    Line,
    Party,
    Status,
    TaxCode,
    TaxLevel,
)
from tallystick.books.taxing import TaxLadder, basis_of, rate_of, totals_of
from tallystick.money import Basis, Totals, document_totals, line_amount, line_tax, minor_units
from tallystick.workspaces.models import Workspace

#: A total stated by the source may differ by so much from what the lines make.
MOST_ROUNDING = Decimal("0.10")
_SMALLEST_RATE = Decimal("0.000001")
_LARGEST_RATE = Decimal(10) ** 11


def fill_document(record: Document, given: DocumentInput) -> list[Line]:
    """Put the values and sums on `record` and return its lines, nothing saved.

    `record` brings its workspace, kind and number; a submitted one is locked and keeps its party,
    and what is paid and allocated of it. Raises InvalidRecord with every problem.
    """
    checker = Checker(record.number or "The document")
    settled, settled_in = _settled(record), record.currency
    checker.text("number", record.number, at_most=255)
    if given.kind != record.kind:
        checker.refuse("kind", given.kind, "A document keeps its kind; make a new one.")
    _fill_header(record, given, checker)
    _fill_party(record, given.party_number, checker)
    lines = _lines(record, given, checker)
    if not checker.problems:
        _fill_totals(record, lines, given.total, checker)
    if settled:
        _check_settled(record, settled, settled_in, checker)
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
    checker.number(
        "currency_rate",
        given.currency_rate,
        at_least=_SMALLEST_RATE,
        at_most=_LARGEST_RATE,
        decimals=6,
    )
    record.currency_rate = given.currency_rate
    record.tax_basis = given.tax_basis
    record.template = _template(record.workspace, given.template, checker)
    record.do_not_sync = given.do_not_sync


def _template(workspace: Workspace, name: str, checker: Checker) -> DocumentTemplate | None:
    if not name:
        return None
    found = DocumentTemplate.objects.filter(workspace=workspace, name=name).first()
    if found is None:
        checker.refuse("template", name, "Choose an existing template, or add it first.")
    return found


def _fill_party(record: Document, number: str, checker: Checker) -> None:
    party = Party.objects.in_workspace(record.workspace).filter(number=number).first()
    if party is None:
        remedy = "Choose an existing customer or supplier, or add this one first."
        checker.refuse("party_number", number, remedy)
    elif record.status == Status.SUBMITTED and party.pk != record.party_id:
        remedy = f"It stays with {record.party.number}. Cancel and amend it for another."
        checker.refuse("party_number", number, remedy)
    else:
        record.party = party


def _lines(record: Document, given: DocumentInput, checker: Checker) -> list[Line]:
    taxes = Taxes(record, given.lines)
    lines = []
    for position, line in enumerate(given.lines, start=1):
        checker.line = position
        lines.append(_line(line, basis_of(record), taxes, checker))
        lines[-1].position = position
    checker.line = None
    if not lines:
        checker.refuse("lines", None, "Add at least one line.")
    return lines


class Taxes:
    """The tax code of each line: its own, else that of the first level below which names one."""

    def __init__(self, record: Document, lines: Sequence[LineInput]) -> None:
        workspace = record.workspace
        codes = {line.tax_code for line in lines if line.tax_code}
        found = TaxCode.objects.in_workspace(workspace).filter(code__in=codes)
        self._named = {tax_code.code: tax_code for tax_code in found}
        self._template = record.template.tax_code if record.template else None
        bare = {line.item_code.strip() for line in lines if not line.tax_code}
        self._ladder = TaxLadder(workspace, bare)

    def of(self, line: LineInput) -> tuple[TaxCode | None, TaxLevel]:
        """Return the line's tax code and who named it; none for a mere text."""
        if line.tax_code or line.quantity is None:
            return self._named.get(line.tax_code), TaxLevel.LINE
        return self._ladder.below(self._template, line.item_code.strip())


def _line(given: LineInput, basis: Basis, taxes: Taxes, checker: Checker) -> Line:
    problems_before = len(checker.problems)
    item_code = checker.text("item_code", given.item_code, at_most=LONGEST_CODE)
    text = checker.text("description", given.description, at_most=LONGEST_DESCRIPTION)
    tax_code, tax_level = taxes.of(given)
    line = Line(
        item_code=item_code,
        description=text or item_code,
        quantity=given.quantity,
        unit_price=given.unit_price,
        discount=given.discount,
        tax_code=tax_code,
        tax_level=tax_level,
        account_code=checker.text("account_code", given.account_code, at_most=LONGEST_ACCOUNT),
        charge=given.charge,
        tracking=[[category.strip(), option.strip()] for category, option in given.tracking],
    )
    if problem := tracking_problem(given.tracking):
        checker.refuse("tracking", "; ".join(map(": ".join, given.tracking)), problem)
    if given.charge not in Charge.values:
        checker.refuse("charge", given.charge, "Choose one of the kinds of charge.")
    if not line.description:
        checker.refuse("description", None, "Enter a description or an item code.")
    if given.tax_code and line.tax_code is None:
        checker.refuse("tax_code", given.tax_code, "Choose an existing tax code, or add it first.")
    _check_figures(given, checker)
    if len(checker.problems) == problems_before:
        _fill_amounts(line, basis, checker)
        if given.tax is not None:
            _fill_stated_tax(line, given.tax, basis, checker)
    return line


def _check_figures(given: LineInput, checker: Checker) -> None:
    checker.number("quantity", given.quantity)
    checker.number("unit_price", given.unit_price)
    checker.number("discount", given.discount, at_least=Decimal(0), at_most=Decimal(100))
    checker.number("tax", given.tax, decimals=2)
    if (given.quantity is None) != (given.unit_price is None):
        missing = "quantity" if given.quantity is None else "unit_price"
        checker.refuse(missing, None, "Enter quantity and price, or neither for a mere text.")


def _fill_amounts(line: Line, basis: Basis, checker: Checker) -> None:
    if line.quantity is None or line.unit_price is None:
        return
    line.amount = line_amount(line.quantity, line.unit_price, line.discount)
    line.tax = line_tax(line.amount, rate_of(line), basis)
    if abs(line.amount) >= LIMIT:
        checker.refuse("amount", line.amount, "Enter a smaller quantity or price.")


def _fill_stated_tax(line: Line, stated: Decimal, basis: Basis, checker: Checker) -> None:
    """Take the tax over as the source states it, where it can be one on the line's amount."""
    if basis == "none":
        if stated:
            remedy = "Leave the tax out, or choose whether its amounts are with or without tax."
            checker.refuse("tax", stated, f"The document is one without tax. {remedy}")
    elif stated * line.amount < 0:
        remedy = "Give both the same sign, or leave the tax out to compute it by the rate."
        checker.refuse("tax", stated, f"It is taxed the other way than {line.amount:,}. {remedy}")
    elif abs(stated) > abs(line.amount):
        remedy = "Correct one of them, or leave the tax out to compute it by the rate."
        checker.refuse(
            "tax", stated, f"It is more than the line's amount {line.amount:,}. {remedy}"
        )
    else:
        line.tax, line.tax_is_stated = stated, True


def _fill_totals(
    record: Document, lines: list[Line], stated: Decimal | None, checker: Checker
) -> None:
    problems_before = len(checker.problems)
    checker.number("total", stated, decimals=2)
    if len(checker.problems) > problems_before:
        return
    totals = totals_of(record, lines)
    if stated is not None and abs(stated - totals.total) > MOST_ROUNDING:
        totals = _without_default(record, lines, stated) or totals
    record.rounding = _rounding(totals.total, stated, checker)
    record.subtotal, record.tax = totals.subtotal, totals.tax
    record.total = totals.total + record.rounding
    if abs(record.total) >= LIMIT:
        checker.refuse("total", record.total, "Split it into smaller documents.")


def _without_default(record: Document, lines: list[Line], stated: Decimal) -> Totals | None:
    """Take the workspace's default from the lines where the stated total leaves no room for it.

    Return what they come to without; None, and nothing is taken, where that is not it either.
    """
    bare = [(line.amount, Decimal(0) if _took_default(line) else line.tax) for line in lines]
    totals = document_totals(bare, basis_of(record))
    if abs(stated - totals.total) > MOST_ROUNDING:
        return None
    for line in filter(_took_default, lines):
        line.tax_code, line.tax_level, line.tax = None, TaxLevel.LINE, Decimal(0)
    return totals


def _took_default(line: Line) -> bool:
    """Tell whether the line bears what it does by the workspace's default alone."""
    return line.tax_level == TaxLevel.DEFAULT and not line.tax_is_stated


def _rounding(computed: Decimal, stated: Decimal | None, checker: Checker) -> Decimal:
    """Return what the stated total is above the computed one; too much is refused."""
    if stated is None:
        return Decimal(0)
    if abs(stated - computed) > MOST_ROUNDING:
        message = (
            f"The lines come to {computed:,}; at most {MOST_ROUNDING} of difference is taken as "
            "rounding. Look for missing or repeated lines."
        )
        checker.refuse("total", stated, message)
    return stated - computed


def _settled(record: Document) -> Decimal:
    """Return how much of a submitted document is paid and allocated."""
    return record.total - outstanding(record) if record.status == Status.SUBMITTED else Decimal(0)


def _check_settled(record: Document, settled: Decimal, currency: str, checker: Checker) -> None:
    if record.currency != currency:
        remedy = f"It is paid or allocated in {currency}; keep that, or take it back first."
        checker.refuse("currency", record.currency, remedy)
    elif record.total < settled:
        remedy = (
            f"{settled:,} {currency} of it is paid or allocated already. Delete payments or remove "
            "allocations first, or leave it at that amount at least."
        )
        checker.refuse("total", record.total, remedy)
