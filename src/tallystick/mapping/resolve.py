"""From a document of ours to what Xero is sent: account, tax, price, tracking, totals decided.

Makes no call: it works from our copies of the organisation's lists. What cannot be decided is
told whole (`Unresolved`), never guessed: a wrong code files a wrong tax return.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tallystick import xero
from tallystick.books.models import Allocation, Charge, Document, Line, Payment
from tallystick.connections.models import Organisation
from tallystick.mapping.accounts import ChosenAccount, account_of
from tallystick.mapping.checks import document_problems, lock_problems, total_problems
from tallystick.mapping.drafting import Resolved, document_draft
from tallystick.mapping.known import Known, Place, places_of
from tallystick.mapping.lines import description_of, priced, tracking_of
from tallystick.mapping.models import Account
from tallystick.mapping.paying import account_for
from tallystick.mapping.problems import Problem, Unresolved
from tallystick.mapping.rounding import rounding_of
from tallystick.mapping.taxes import ChosenTax, basis_of, tax_of
from tallystick.money import document_totals, line_amount

__all__ = ["Resolved", "Resolver", "document_draft"]


@dataclass(frozen=True, slots=True)
class _Decided:
    """One line, with the rate in percent that Xero will put on it."""

    draft: xero.LineDraft
    rate: Decimal
    why: dict[str, Any]

    @property
    def amount(self) -> Decimal:
        draft = self.draft
        if draft.quantity is None or draft.unit_amount is None:
            return Decimal(0)
        return line_amount(draft.quantity, draft.unit_amount, draft.discount_rate)


@dataclass(frozen=True, slots=True)
class Resolver:
    """Decides for one organisation, by what was chosen and mirrored when it was made."""

    known: Known

    @classmethod
    def of(cls, organisation: Organisation, documents: Iterable[Document] = ()) -> "Resolver":
        """Read what is chosen and mirrored for the organisation now.

        Name the documents that will be checked, with their lines fetched, and all their items are
        looked up at once; else each document looks up its own.
        """
        known = Known(organisation)
        known.read_items_of(documents)
        return cls(known)

    def check(self, document: Document, lines: Sequence[Line]) -> Resolved:
        """Return the document as Xero will take it; raises Unresolved with every cause."""
        problems = document_problems(self.known, document, lines)
        decided: list[_Decided] = []
        for place in places_of(self.known, document, lines):
            try:
                decided.append(self._line(place))
            except Unresolved as unresolved:
                problems += unresolved.problems
        if document.rounding:
            try:
                decided.append(self._rounding_line(document, position=len(lines) + 1))
            except Unresolved as unresolved:
                problems += unresolved.problems
        if not problems:
            taxed = [(one.amount, one.rate) for one in decided]
            problems += total_problems(document, document_totals(taxed, basis_of(document)))
        if problems:
            raise Unresolved(problems)
        is_foreign = document.currency != self.known.organisation.currency
        return Resolved(
            lines=tuple(one.draft for one in decided),
            why=[one.why for one in decided],
            currency_rate=document.currency_rate if is_foreign else None,
        )

    def payment_account(self, method: str, document: Document) -> Account:
        """Return the account that payments of the document by this method lie on.

        Raises Unresolved with every cause.
        """
        account, problems = account_for(self.known, method, document, f"Payment on {document}")
        if account is None or problems:
            raise Unresolved(problems)
        return account

    def check_payment(self, payment: Payment) -> Account:
        """Return the account that the payment lies on; raises Unresolved, its day locked included."""
        subject = str(payment)
        account, problems = account_for(self.known, payment.method, payment.document, subject)
        dated = f"it was made on {payment.paid_on:%d %b %Y}"
        problems += lock_problems(self.known, subject, dated, payment.paid_on)
        if account is None or problems:
            raise Unresolved(problems)
        return account

    def check_allocation(self, allocation: Allocation) -> None:
        """Raise Unresolved where Xero would not take it on its day."""
        dated = f"it is dated {allocation.allocated_on:%d %b %Y}"
        problems = lock_problems(self.known, str(allocation), dated, allocation.allocated_on)
        if problems:
            raise Unresolved(problems)

    def _line(self, place: Place) -> _Decided:
        line = place.line
        if line.quantity is None or line.unit_price is None:
            why = {"position": line.position, "account": None, "tax": None}
            return _Decided(xero.LineDraft(description=description_of(place)), Decimal(0), why)
        account = account_of(self.known, place)
        tax = tax_of(
            self.known, place, account.account if isinstance(account, ChosenAccount) else None
        )
        tracking, problems = tracking_of(self.known, place)
        if isinstance(account, Problem) or isinstance(tax, Problem) or problems:
            told = [one for one in (account, tax) if isinstance(one, Problem)]
            raise Unresolved([*told, *problems])
        price = priced(place, line.quantity, line.unit_price)
        draft = xero.LineDraft(
            description=price.description,
            quantity=price.quantity,
            unit_amount=price.unit_amount,
            discount_rate=price.discount_rate,
            account_code=account.account.code,
            tax_type=tax.tax_type,
            tracking=tracking,
        )
        return _Decided(draft, tax.rate, _why(line.position, account, tax))

    def _rounding_line(self, document: Document, *, position: int) -> _Decided:
        found = rounding_of(self.known, document)
        if isinstance(found, Problem):
            raise Unresolved([found])
        draft = xero.LineDraft(
            description=Charge.ROUNDING.label,
            quantity=Decimal(1),
            unit_amount=document.rounding,
            account_code=found.account.account.code,
            tax_type=found.tax.tax_type,
        )
        return _Decided(draft, found.tax.rate, _why(position, found.account, found.tax))


def _why(position: int, account: ChosenAccount, tax: ChosenTax) -> dict[str, Any]:
    return {
        "position": position,
        "account": {
            "code": account.account.code,
            "name": account.account.name,
            "level": account.level,
        },
        "tax": {
            "type": tax.tax_type,
            "name": tax.name,
            "rate": f"{tax.rate:f}",
            "level": tax.level,
            "passed_over": list(tax.passed_over),
        },
    }
