"""What a transfer between bank accounts may be, and when it can be deleted."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal

from xero_sandbox.accounting import bookings, line_tracking
from xero_sandbox.accounting.bank import transfer_records as records
from xero_sandbox.accounting.bank.transaction_records import BankTransaction
from xero_sandbox.accounting.bank.transaction_rules import RECONCILED, find_bank_account
from xero_sandbox.accounting.bank.transfer_records import Transfer
from xero_sandbox.accounting.desk import Desk
from xero_sandbox.accounting.papers import history
from xero_sandbox.accounting.rates import LARGEST, day_rate, in_base
from xero_sandbox.accounting.sent import Sent
from xero_sandbox.accounting.totals import ZERO, Totals, rounded
from xero_sandbox.organisations.records import Account

SAME_ACCOUNT = "The FromBankAccount and the ToBankAccount cannot be the same."
DELETED = "The bank transfer has been deleted already."


def read_transfer(desk: Desk, sent: Sent, client_id: str) -> Transfer | None:
    """Judge a new transfer; what it breaks goes to `desk.errors`.

    `Amount` is in the currency of the account that money leaves. What reaches an account in
    another currency is worked out at the rates of the day.
    """
    source = find_bank_account(desk, sent, "FromBankAccount")
    target = find_bank_account(desk, sent, "ToBankAccount")
    if source is not None and source == target:
        desk.errors.append(SAME_ACCOUNT)
    amount, day = rounded(sent.number("Amount") or ZERO), sent.day("Date") or desk.today
    if amount <= ZERO:
        desk.errors.append("The Amount of a bank transfer must be greater than zero.")
    desk.check_locks(day)
    reference = desk.text(sent, "Reference", "", 255)
    from_tracking, to_tracking = (_tracking(desk, sent, f"{way}Tracking") for way in ("From", "To"))
    if source is None or target is None:
        return None
    transfer = Transfer(
        id=str(uuid.uuid4()),
        organisation=desk.books.id,
        source=_side(desk, "SPEND-TRANSFER", source, day),
        target=_side(desk, "RECEIVE-TRANSFER", target, day),
        created_ms=desk.now_ms,
        reference=reference,
        from_tracking=from_tracking,
        to_tracking=to_tracking,
    )
    transfer.source.reconciled = sent.flag("FromIsReconciled") or False
    transfer.target.reconciled = sent.flag("ToIsReconciled") or False
    for side in transfer.sides:
        side.client_id, side.reference = client_id, reference
    _share_out(desk, transfer, amount)
    return transfer


def apply_transfer(desk: Desk, transfer: Transfer) -> None:
    """Save a transfer that broke no rule, or its end, and post it anew."""
    changes = "Created" if transfer.seq is None else "Deleted"
    records.save(desk.db, transfer, now_ms=desk.now_ms)
    bookings.book_transfer(desk, transfer)
    details = f"Transfer of {transfer.amount:.2f} on {transfer.day.day} {transfer.day:%B %Y}."
    for ident in (transfer.id, transfer.source.id, transfer.target.id):
        history.note(desk.db, desk.books.id, ident, changes, details, now_ms=desk.now_ms)


def delete_transfer(desk: Desk, transfer: Transfer, sent: Sent) -> None:
    """End a transfer and its transactions; why it cannot be goes to `desk.errors`."""
    if (sent.text("Status") or "").upper() != "DELETED":
        desk.errors.append(
            "A bank transfer cannot be changed: the only Status it takes is DELETED."
        )
    if transfer.status == "DELETED":
        desk.errors.append(DELETED)
    elif transfer.reconciled:
        desk.errors.append(RECONCILED.format("Bank Transfer"))
    desk.check_edit_locks(transfer.day)
    if not desk.errors:
        transfer.status = transfer.source.status = transfer.target.status = "DELETED"
        apply_transfer(desk, transfer)


def _side(desk: Desk, kind: str, account: Account, day: date) -> BankTransaction:
    base = desk.books.base_currency
    currency = account.currency or base
    return BankTransaction(
        id=str(uuid.uuid4()),
        organisation=desk.books.id,
        type=kind,
        client_id="",
        issued_on=day,
        currency=currency,
        status="AUTHORISED",
        kind="NoTax",
        currency_rate=day_rate(desk.db, base, currency, day),
        bank_account_id=account.id,
    )


def _share_out(desk: Desk, transfer: Transfer, amount: Decimal) -> None:
    """Set what moves on each account, in its own currency."""
    source, target = transfer.sides
    reaches = amount
    if target.currency != source.currency:
        reaches = rounded(amount * target.currency_rate / source.currency_rate)
    if max(amount, reaches, in_base(amount, source.currency_rate)) > LARGEST:
        desk.errors.append("The bank transfer is too large in the currency of an account.")
    source.totals, target.totals = (Totals(moved, ZERO, moved) for moved in (amount, reaches))


def _tracking(desk: Desk, sent: Sent, name: str) -> list[dict[str, str]]:
    return line_tracking.read(
        sent.children(name) or [],
        desk.books.catalogue.tracking,
        complete=True,
        errors=desk.errors,
        warnings=desk.warnings,
    )
