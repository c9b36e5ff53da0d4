"""The account that a payment lies on: chosen for its method, else for all other methods."""

from tallystick.books.models import Document
from tallystick.mapping.known import Known
from tallystick.mapping.problems import PAYMENT_METHODS, MappingCode, Problem, Unresolved
from tallystick.mapping.wait_keys import WaitSort, wait_key
from tallystick.mirror.models import Account


def method_key(method: str) -> str:
    """Return what waits for the account of this payment method."""
    return wait_key(WaitSort.PAYMENT_METHOD, method.strip().casefold())


def account_for(known: Known, method: str, document: Document, subject: str) -> Account:
    """Return the account chosen for the method. Raises Unresolved with all that is wrong with it.

    `subject` is what the messages speak of, such as "Payment of 10.00 GBP on INV-1".
    """
    key = method.strip().casefold()
    account_id = known.method_accounts.get(key) or known.method_accounts.get("")
    if account_id is None:
        raise Unresolved([_nothing_chosen(subject, method)])
    account = known.accounts_by_id.get(account_id)
    name = f"the account {account or ''}".strip()
    causes = _causes(known, account, document)
    problems = [
        Problem(
            MappingCode.PAYMENT_ACCOUNT,
            f"{subject} was not sent: {name} chosen for {_told(method)} {cause}.",
            "Choose another under Settings, Payment methods, or mend it in Xero and press Retry.",
            PAYMENT_METHODS,
            method_key(method),
        )
        for cause in causes
    ]
    if account is None or problems:
        raise Unresolved(problems)
    return account


def takes_payments(account: Account) -> bool:
    """Tell whether Xero lets payments lie on the account."""
    return account.type == "BANK" or account.takes_payments


def _causes(known: Known, account: Account | None, document: Document) -> list[str]:
    own = known.organisation.currency
    if account is None:
        return [f"no longer exists in {known.organisation}"]
    causes = []
    if account.status != "ACTIVE":
        causes.append(f"is archived in {known.organisation}")
    if not takes_payments(account):
        causes.append(f"takes no payments in {known.organisation}")
    if account.currency not in ("", own, document.currency):
        causes.append(f"is in {account.currency}, and {document} is in {document.currency}")
    return causes


def _nothing_chosen(subject: str, method: str) -> Problem:
    return Problem(
        MappingCode.NO_PAYMENT_ACCOUNT,
        f"{subject} was not sent: no account is chosen for {_told(method)}.",
        "Choose the account under Settings, Payment methods.",
        PAYMENT_METHODS,
        method_key(method),
    )


def _told(method: str) -> str:
    return f"payments by {method.strip()}" if method.strip() else "payments without a method"
