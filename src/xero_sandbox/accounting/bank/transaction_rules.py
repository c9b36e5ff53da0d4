"""What a bank transaction may be and may become (facts 6.12, 12.3)."""

from __future__ import annotations

from xero_sandbox.accounting import credit_records
from xero_sandbox.accounting import document_rules as shared
from xero_sandbox.accounting.bank.transaction_records import ENTERED, PLURAL, BankTransaction
from xero_sandbox.accounting.credit_records import OVERPAYMENTS, Credit
from xero_sandbox.accounting.desk import Desk
from xero_sandbox.accounting.document_rules import read_url
from xero_sandbox.accounting.payment_rules import ACCOUNT_UNFIT, ACCOUNT_UNKNOWN
from xero_sandbox.accounting.sent import Sent
from xero_sandbox.accounting.totals import ZERO
from xero_sandbox.organisations.records import Account

NOT_CREATABLE = "Bank transaction not of valid type for creation"
NOT_MODIFIABLE = "Bank transaction not of valid status for modification"
OF_A_TRANSFER = "This Bank Transaction cannot be edited as it is part of a bank transfer."
RECONCILED = (
    "This {} cannot be edited as it has been reconciled with a Bank Statement."  # facts 12.3
)
_STATUSES = ("AUTHORISED", "DELETED", "VOIDED")  #: that exist; nothing becomes VOIDED here
#: A new one, and then each status that a stored one may have.
_NEXT = {None: ("AUTHORISED",), "AUTHORISED": ("AUTHORISED", "DELETED"), "DELETED": ()}
#: The lines of an overpayment bear no tax, and their account is the control account.
_NOT_OF_OVERPAYMENTS = ("accountcode", "accountid", "taxtype", "taxamount")


def apply(desk: Desk, transaction: BankTransaction, sent: Sent) -> None:
    """Put what was sent onto `transaction`; what it breaks goes to `desk.errors`.

    Deleting changes nothing but the status.
    """
    if not _may_change(desk, transaction) or not _enter_status(desk, transaction, sent):
        return
    day_before = transaction.issued_on
    _apply_head(desk, transaction, sent)
    shared.read_contact(desk, transaction, sent)
    _apply_lines(desk, transaction, sent)
    shared.check_totals(desk, transaction, sent)
    shared.check_days(desk, transaction, day_before)


def find_bank_account(desk: Desk, sent: Sent, name: str) -> Account | None:
    """Return the bank account that the field `name` means; else say so in `desk.errors`."""
    child = sent.child(name)
    code, ident = (child.text("Code"), child.guid("AccountID")) if child else (None, None)
    books = desk.books
    account = books.accounts_by_id.get(ident) if ident else books.accounts.get(code or "")
    if account is None:
        desk.errors.append(ACCOUNT_UNKNOWN)
    elif account.type != "BANK" or account.status != "ACTIVE":
        desk.errors.append(ACCOUNT_UNFIT)
        return None
    return account


def credit_of(desk: Desk, transaction: BankTransaction) -> Credit | None:
    """Return the stored credit that a prepayment or overpayment has made."""
    return credit_records.by_id(desk.db, transaction.organisation, transaction.id)


def _may_change(desk: Desk, transaction: BankTransaction) -> bool:
    if transaction.type not in ENTERED:
        desk.errors.append(NOT_CREATABLE if transaction.seq is None else OF_A_TRANSFER)
    elif transaction.reconciled:
        desk.errors.append(RECONCILED.format("Bank Transaction"))
    elif transaction.family and transaction.seq is not None:
        credit = credit_of(desk, transaction)
        if credit is not None and credit.settled:
            desk.errors.append(shared.SETTLED)
    return not desk.errors


def _enter_status(desk: Desk, transaction: BankTransaction, sent: Sent) -> bool:
    """Take on the status that is asked for, allowed or not; return whether to read on."""
    before = None if transaction.seq is None else transaction.status
    wanted = (sent.text("Status") or transaction.status).upper()
    if wanted not in _STATUSES:
        desk.errors.append(f"The Status {wanted[:50]} is not valid.")
    elif wanted not in _NEXT[before]:
        desk.errors.append(NOT_MODIFIABLE)
    elif wanted == "DELETED":
        desk.check_edit_locks(transaction.issued_on)
    transaction.status = wanted
    return not desk.errors and wanted != "DELETED"


def _apply_head(desk: Desk, transaction: BankTransaction, sent: Sent) -> None:
    kind = sent.text("Type")
    if kind is not None and kind != transaction.type:
        desk.errors.append("The Type of a bank transaction cannot be changed.")
    transaction.issued_on = sent.day("Date") or transaction.issued_on
    transaction.reference = desk.text(sent, "Reference", transaction.reference, 255)
    transaction.reconciled = sent.flag("IsReconciled") or False
    transaction.url = read_url(desk, sent, transaction.url)
    if transaction.seq is None or "BankAccount" in sent:
        account = find_bank_account(desk, sent, "BankAccount")
        transaction.bank_account_id = account.id if account else ""
    _apply_currency(desk, transaction, sent)


def _apply_currency(desk: Desk, transaction: BankTransaction, sent: Sent) -> None:
    """The currency is that of the account; only an advance may have another."""
    account = desk.books.accounts_by_id.get(transaction.bank_account_id)
    own = (account.currency if account else None) or desk.books.base_currency
    if transaction.family:
        if transaction.seq is None:
            transaction.currency = own
        shared.read_currency(desk, transaction, sent)
    else:
        fixed = {"CurrencyCode": own, "CurrencyRate": sent.number("CurrencyRate")}
        shared.read_currency(desk, transaction, Sent(fixed, PLURAL))


def _apply_lines(desk: Desk, transaction: BankTransaction, sent: Sent) -> None:
    if transaction.family is OVERPAYMENTS:
        transaction.kind = "NoTax"
        sent = _without_accounts(sent)
    else:
        shared.read_kind(desk, transaction, sent)
    complete = transaction.family is not OVERPAYMENTS
    shared.read_lines(desk, transaction, sent, discounts=False, complete=complete)
    if transaction.family and transaction.totals.total <= ZERO:
        desk.errors.append("The total of a prepayment or overpayment must be greater than zero.")


def _without_accounts(sent: Sent) -> Sent:
    items = sent.children("LineItems")
    if items is None:
        return Sent({}, PLURAL)
    kept = [
        {
            name: value
            for name, value in item.raw.items()
            if name.lower() not in _NOT_OF_OVERPAYMENTS
        }
        for item in items
    ]
    return Sent({"LineItems": kept}, PLURAL)
