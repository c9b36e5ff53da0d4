"""From a document of ours to what Xero is sent: account, tax, price, tracking, totals decided.

Makes no call: it works from our copies of the organisation's lists. What cannot be decided is
told whole (`Unresolved`), never guessed: a wrong code files a wrong tax return.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Any

from tallystick import xero
from tallystick.books.models import Allocation, Charge, Document, Line, Payment
from tallystick.connections.models import Organisation
from tallystick.mapping.accounts import ChosenAccount, account_of
from tallystick.mapping.checks import check_day, check_document, check_totals
from tallystick.mapping.drafting import Resolved, document_draft
from tallystick.mapping.known import Known, LineItem, Place, places_of
from tallystick.mapping.lines import description_of, parts_of, priced, tracking_of
from tallystick.mapping.paying import account_for
from tallystick.mapping.problems import Causes, Unresolved
from tallystick.mapping.rounding import rounding_of
from tallystick.mapping.taxes import ChosenTax, basis_of, tax_of
from tallystick.mirror.models import Account
from tallystick.money import Basis, document_totals, line_amount, line_tax

__all__ = ["Resolved", "Resolver", "document_draft"]


@dataclass(frozen=True, slots=True)
class _Decided:
    """One line as it goes out, with the rate in percent that Xero will put on it."""

    draft: xero.LineDraft
    rate: Decimal
    why: dict[str, Any]

    @property
    def amount(self) -> Decimal:
        draft = self.draft
        if draft.quantity is None or draft.unit_amount is None:
            return Decimal(0)
        return line_amount(draft.quantity, draft.unit_amount, draft.discount_rate)

    def tax(self, basis: Basis) -> Decimal:
        """Return the tax that Xero will put on it: ours where we send it, else by the rate."""
        stated = self.draft.tax_amount
        return line_tax(self.amount, self.rate, basis) if stated is None else stated


@dataclass(frozen=True, slots=True)
class Resolver:
    """Decides for one organisation, by what was chosen and mirrored when it was made."""

    known: Known

    @classmethod
    def of(
        cls,
        organisation: Organisation,
        documents: Iterable[Document] = (),
        item_codes: Mapping[str, LineItem] = MappingProxyType({}),
    ) -> "Resolver":
        """Read what is chosen and mirrored for the organisation now.

        Name the documents that will be checked, with their lines fetched, and all their items are
        looked up at once; else each document looks up its own. `item_codes` are the items in Xero
        that lines may name.
        """
        known = Known(organisation, item_codes)
        known.read_items_of(documents)
        return cls(known)

    def check(self, document: Document, lines: Sequence[Line]) -> Resolved:
        """Return the document as Xero will take it; raises Unresolved with every cause."""
        causes, decided = Causes(), list[_Decided]()
        causes.of(partial(check_document, self.known, document, lines))
        for place in places_of(self.known, document, lines):
            decided += causes.of(partial(self._lines, place)) or []
        if document.rounding:
            rounding = causes.of(partial(self._rounding_line, document))
            decided += [rounding] if rounding else []
        if not causes.problems:
            basis = basis_of(document)
            taxed = [(one.amount, one.tax(basis)) for one in decided]
            causes.of(partial(check_totals, document, document_totals(taxed, basis)))
        causes.raise_any()
        is_foreign = document.currency != self.known.organisation.currency
        return Resolved(
            lines=tuple(one.draft for one in decided),
            why=[{"position": at, **one.why} for at, one in enumerate(decided, start=1)],
            currency_rate=document.currency_rate if is_foreign else None,
        )

    def payment_account(self, method: str, document: Document) -> Account:
        """Return the account that payments of the document by this method lie on.

        Raises Unresolved with every cause.
        """
        return account_for(self.known, method, document, f"Payment on {document}")

    def check_payment(self, payment: Payment) -> Account:
        """Return the account that the payment lies on; raises Unresolved, its day locked included."""
        causes, subject = Causes(), str(payment)
        given = (self.known, payment.method, payment.document, subject)
        account = causes.of(partial(account_for, *given))
        dated = f"it was made on {payment.paid_on:%d %b %Y}"
        causes.of(partial(check_day, self.known, subject, dated, payment.paid_on))
        if account is None or causes.problems:
            raise Unresolved(causes.problems)
        return account

    def check_allocation(self, allocation: Allocation) -> None:
        """Raise Unresolved where Xero would not take it on its day."""
        dated = f"it is dated {allocation.allocated_on:%d %b %Y}"
        check_day(self.known, str(allocation), dated, allocation.allocated_on)

    def _lines(self, place: Place) -> list[_Decided]:
        """Return the line as it goes out; what its text is too long by follows as mere texts."""
        line = place.line
        if line.quantity is None or line.unit_price is None:
            return [_text(part) for part in parts_of(description_of(place))]
        causes = Causes()
        account = causes.of(partial(account_of, self.known, place))
        tax = causes.of(partial(tax_of, self.known, place, account.account if account else None))
        tracking = causes.of(partial(tracking_of, self.known, place))
        if account is None or tax is None or tracking is None:
            raise Unresolved(causes.problems)
        price = priced(place, line.quantity, line.unit_price)
        description, *further = parts_of(price.description)
        item = self.known.item_codes.get(line.item_code)
        draft = xero.LineDraft(
            # Beside all else: what is left out Xero would fill from its item.
            item_code=(item.code_for(place.direction) if item else "") or None,
            description=description,
            quantity=price.quantity,
            unit_amount=price.unit_amount,
            discount_rate=price.discount_rate,
            account_code=account.account.code,
            tax_type=tax.tax_type,
            tax_amount=line.tax if line.tax_is_stated else None,
            tracking=tracking,
        )
        why = _why(account, tax)
        if item:
            why["item"] = {
                "code": draft.item_code or "",
                "why_not": item.reason_for(place.direction),
            }
        return [_Decided(draft, tax.rate, why), *map(_text, further)]

    def _rounding_line(self, document: Document) -> _Decided:
        found = rounding_of(self.known, document)
        draft = xero.LineDraft(
            description=Charge.ROUNDING.label,
            quantity=Decimal(1),
            unit_amount=document.rounding,
            account_code=found.account.account.code,
            tax_type=found.tax.tax_type,
        )
        return _Decided(draft, found.tax.rate, _why(found.account, found.tax))


def _text(description: str) -> _Decided:
    why = {"account": None, "tax": None}
    return _Decided(xero.LineDraft(description=description), Decimal(0), why)


def _why(account: ChosenAccount, tax: ChosenTax) -> dict[str, Any]:
    return {
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
