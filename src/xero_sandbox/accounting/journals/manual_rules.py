"""What a manual journal may be and may become."""

from __future__ import annotations

from decimal import Decimal

from xero_sandbox.accounting import line_tracking
from xero_sandbox.accounting.desk import Desk
from xero_sandbox.accounting.document_rules import KINDS
from xero_sandbox.accounting.journals.manual_records import ManualJournal, ManualLine
from xero_sandbox.accounting.lines import LARGEST_AMOUNT
from xero_sandbox.accounting.sent import Sent
from xero_sandbox.accounting.totals import ZERO, line_tax, rounded
from xero_sandbox.organisations.records import Account

#: None is a new journal.
NEXT: dict[str | None, tuple[str, ...]] = {
    None: ("DRAFT", "POSTED"),
    "DRAFT": ("DRAFT", "POSTED", "DELETED"),
    "POSTED": ("POSTED", "VOIDED"),
    "VOIDED": (),
    "DELETED": (),
}
ENDS = ("VOIDED", "DELETED")
LONGEST = 4000  #: Narration and Description
LONGEST_URL = 2000
#: Accounts that Xero moves itself; so it does banks, and the stock of tracked items.
_RESERVED = {"DEBTORS", "CREDITORS", "UNPAIDEXPCLM", "TRACKINGTRANSFERS"}
_RESERVED |= {"BANKCURRENCYGAIN", "REALISEDCURRENCYGAIN", "UNREALISEDCURRENCYGAIN"}
_RESERVED_TYPES = ("BANK", "INVENTORY")


def apply(desk: Desk, journal: ManualJournal, sent: Sent) -> None:
    """Put what was sent onto `journal`; what it breaks goes to `desk.errors`.

    An ending changes nothing but the status.
    """
    before = None if journal.seq is None else journal.status
    wanted = (sent.text("Status") or journal.status).upper()
    days = {journal.day} if journal.seq is not None else set()
    if wanted not in NEXT[before]:
        desk.errors.append(f"The status '{wanted[:50]}' cannot be applied to the document")
    elif wanted not in ENDS:
        journal.status = wanted
        journal.day = sent.day("Date") or journal.day
        _apply_head(desk, journal, sent)
        _apply_lines(desk, journal, sent)
    journal.status = wanted
    for day in sorted(days | {journal.day}):
        desk.check_locks(day)


def _apply_head(desk: Desk, journal: ManualJournal, sent: Sent) -> None:
    journal.narration = desk.text(sent, "Narration", journal.narration, LONGEST)
    if not journal.narration.strip():
        desk.errors.append("The Narration must be specified.")
    journal.url = desk.text(sent, "Url", journal.url or "", LONGEST_URL) or None
    shown = sent.flag("ShowOnCashBasisReports")
    journal.on_cash_basis = journal.on_cash_basis if shown is None else shown
    kind = sent.text("LineAmountTypes")
    if kind is not None and kind.lower() not in KINDS:
        desk.errors.append(f"The LineAmountTypes {kind[:50]} is not valid.")
    elif kind is not None:
        journal.kind = KINDS[kind.lower()]


def _apply_lines(desk: Desk, journal: ManualJournal, sent: Sent) -> None:
    """Lines have no ids: those sent take the place of those there are."""
    items = sent.children("JournalLines")
    if items is None:  # they stay, and are judged again for the new status and kind of amounts
        items = [Sent(line.values(), "JournalLine") for line in journal.lines]
    journal.lines = [_line(desk, journal, item) for item in items]
    if len(journal.lines) < 2:
        desk.errors.append("A manual journal must have at least two JournalLines.")
    added = journal.kind == "Exclusive"
    amounts = [line.line_amount + line.tax_amount * added for line in journal.lines]
    debits = sum((amount for amount in amounts if amount > 0), ZERO)
    credits = sum((amount for amount in amounts if amount < 0), ZERO)
    if debits + credits:
        desk.errors.append(
            f"The total debits ({debits:.2f}) must equal total credits ({credits:.2f})"
        )


def _line(desk: Desk, journal: ManualJournal, sent: Sent) -> ManualLine:
    line = ManualLine(description=desk.text(sent, "Description", "", LONGEST) or None)
    account = _account(desk, journal, line, sent)
    _tax_type(desk, journal, line, sent, account)
    line.tracking = line_tracking.read(
        sent.children("Tracking") or [],
        desk.books.catalogue.tracking,
        complete=journal.status == "POSTED",
        errors=desk.errors,
        warnings=desk.warnings,
    )
    amount = sent.number("LineAmount")
    if amount is None:
        desk.errors.append("A journal line must have a LineAmount.")
    elif abs(amount) > LARGEST_AMOUNT:
        desk.errors.append(f"The LineAmount must not exceed {LARGEST_AMOUNT}.")
    else:
        line.line_amount = rounded(amount)
        rate = desk.books.tax_rates.get(line.tax_type or "")
        per_cent = rate.rate if rate else Decimal(0)
        line.tax_amount = line_tax(line.line_amount, per_cent, journal.kind)
    return line


def _account(desk: Desk, journal: ManualJournal, line: ManualLine, sent: Sent) -> Account | None:
    """Only a draft may do without one; one that is not known is taken off it (facts 6.9)."""
    code, ident = sent.text("AccountCode"), sent.guid("AccountID")
    account = desk.books.accounts.get(code) if code else None
    account = account or (desk.books.accounts_by_id.get(ident) if ident else None)
    named = code or ident
    posted = journal.status == "POSTED"
    if account is not None:
        line.account_code, line.account_id = account.code or None, account.id
        if account.status != "ACTIVE":
            desk.errors.append(
                f"Account code '{account.code}' has been archived, or has been deleted. "
                "Each line item must reference a valid account."
            )
        elif account.type in _RESERVED_TYPES or account.system_account in _RESERVED:
            desk.errors.append(
                f"Account code '{account.code}' is not a valid code for this document."
            )
    elif not named and posted:
        desk.errors.append("Account code must be specified")
    elif named and posted:
        desk.errors.append(f"Account code '{named[:50]}' is not a valid code for this document.")
    elif named:
        desk.warnings.append(
            f"Account code '{named[:50]}' has been removed as it does not match a recognised "
            "account."
        )
    return account


def _tax_type(
    desk: Desk, journal: ManualJournal, line: ManualLine, sent: Sent, account: Account | None
) -> None:
    if journal.kind == "NoTax":  # whatever tax type was sent
        line.tax_type = "NONE"
        return
    line.tax_type = sent.text("TaxType") or (account.tax_type if account else None) or "NONE"
    rate = desk.books.tax_rates.get(line.tax_type)
    if rate is None or rate.status != "ACTIVE":
        desk.errors.append(
            f"The TaxType code {line.tax_type[:50]} does not exist or cannot be used for this "
            "type of transaction"
        )
    elif account and account.klass not in rate.applies_to:
        desk.errors.append(
            f"The TaxType code '{line.tax_type}' cannot be used with account code '{account.code}'."
        )
