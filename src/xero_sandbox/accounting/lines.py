"""Line items: what is sent, checked against accounts and tax rates, and worked out."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from xero_sandbox.accounting import line_tracking
from xero_sandbox.accounting.line_shapes import LINE
from xero_sandbox.accounting.sent import Sent
from xero_sandbox.accounting.shapes import AnswerKind, shaped
from xero_sandbox.accounting.totals import ZERO, Amounts, line_amount, line_tax, rounded
from xero_sandbox.organisations.records import Account, Books
from xero_sandbox.settings import Switches

LARGEST_AMOUNT = Decimal("9999999999.99")  #: of a line (facts 6.1)
#: Accounts that Xero keeps for itself: a line may not use them (facts 6.9).
_RESERVED = {"DEBTORS", "CREDITORS", "RETAINEDEARNINGS", "BANKCURRENCYGAIN"}
_RESERVED |= {"UNREALISEDCURRENCYGAIN", "TRACKINGTRANSFERS", "UNPAIDEXPCLM"}
#: What makes a line more than a remark.
_FIGURES = frozenset(
    {"ItemCode", "Quantity", "UnitAmount", "LineAmount", "AccountCode", "AccountID"}
    | {"TaxType", "TaxAmount", "DiscountRate", "DiscountAmount"}
)
#: Quantity, price, discount rate and discount: what the amount of a line is worked out of.
Figures = tuple[Decimal | None, Decimal | None, Decimal | None, Decimal | None]


@dataclass
class Line:
    id: str
    description: str | None = None
    quantity: Decimal | None = None
    unit_amount: Decimal | None = None
    discount_rate: Decimal | None = None
    discount_amount: Decimal | None = None
    account_code: str | None = None
    account_id: str | None = None
    tax_type: str | None = None
    line_amount: Decimal = ZERO
    tax_amount: Decimal = ZERO
    tax_overridden: bool = False
    item: dict[str, str] | None = None  #: ItemID, Code and Name
    tracking: list[dict[str, str]] = field(default_factory=list)  #: as on the wire

    @property
    def discount(self) -> Decimal:
        """What is taken off the line."""
        if not self.discount_rate:
            return self.discount_amount or ZERO
        return rounded((self.quantity or ZERO) * (self.unit_amount or ZERO)) - self.line_amount

    @property
    def figures(self) -> Figures:
        return self.quantity, self.unit_amount, self.discount_rate, self.discount_amount

    def wire(self, answer: AnswerKind = AnswerKind.CREATED) -> dict[str, Any]:
        """As on the wire: what is absent is left out, not null (facts 5.7)."""
        values = {
            "Description": self.description,
            "UnitAmount": self.unit_amount,
            "ItemCode": self.item["Code"] if self.item else None,
            "Item": self.item,
            "TaxType": self.tax_type,
            "TaxAmount": self.tax_amount,
            "LineAmount": self.line_amount,
            "AccountCode": self.account_code,
            "AccountID": self.account_id,
            "Tracking": self.tracking,
            "Quantity": self.quantity,
            "DiscountRate": self.discount_rate,
            "DiscountAmount": self.discount_amount,
            "LineItemID": self.id,
        }
        return shaped(LINE, values, answer)


def from_wire(value: dict[str, Any], *, overridden: bool) -> Line:
    return Line(
        id=value["LineItemID"],
        description=value.get("Description"),
        quantity=value.get("Quantity"),
        unit_amount=value.get("UnitAmount"),
        discount_rate=value.get("DiscountRate"),
        discount_amount=value.get("DiscountAmount"),
        account_code=value.get("AccountCode"),
        account_id=value.get("AccountID"),
        tax_type=value.get("TaxType"),
        line_amount=value["LineAmount"],
        tax_amount=value["TaxAmount"],
        tax_overridden=overridden,
        item=value.get("Item"),
        tracking=value.get("Tracking", []),
    )


@dataclass
class Reader:
    """Reads the lines of one document and gathers what is wrong with them."""

    books: Books
    switches: Switches
    kind: Amounts
    sells: bool  #: a document on the side of sales
    complete: bool  #: SUBMITTED or AUTHORISED, where nothing may be missing
    unit_places: int
    no_discounts: str = ""  #: why there may be none; only sales invoices and quotes have them
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def read(self, sent: Sent, before: Line | None) -> Line:
        """Faults are named in the order of text, quantity and price, account, tax type, total."""
        line = before or Line(id=str(uuid.uuid4()))
        held = line.figures
        self._item(line, sent)
        self._read_text(line, sent)
        bare = self._is_text_alone(line, sent)
        amount = line.line_amount
        given = sent.number("LineAmount")
        if not bare:
            amount = self._read_amounts(line, sent, held, given)
            account = self._account(line, sent)
            self._tax_type(line, sent, account)
        sent_tracking = sent.children("Tracking")
        if sent_tracking is not None:
            line.tracking = line_tracking.read(
                sent_tracking,
                self.books.catalogue.tracking,
                complete=self.complete,
                errors=self.errors,
                warnings=self.warnings,
            )
        if not bare:
            self._work_out(line, sent, amount, given)
        return line

    def check_again(self, line: Line) -> None:
        """A line that stays as it is still has to fit a new status or kind of amounts."""
        self.read(Sent({}, "LineItem"), line)

    def _item(self, line: Line, sent: Sent) -> None:
        """An item fills what was not sent: text, price, account and tax type (facts 6.7)."""
        code = sent.text("ItemCode")
        if code is None:
            return
        item = self.books.catalogue.item(code) if code else None
        if code and item is None:
            self.errors.append(f"Item code '{code}' is not valid")
        line.item = item.on_line() if item else None
        if item is None:
            return
        offer = item.sales if self.sells else item.purchase
        line.description = line.description or offer.description
        if "LineAmount" not in sent and line.unit_amount is None:
            line.unit_amount = offer.unit_price
        if line.account_code is None and line.account_id is None:
            line.account_code = offer.account_code
        line.tax_type = line.tax_type or offer.tax_type

    def _read_text(self, line: Line, sent: Sent) -> None:
        line.description = sent.text("Description") if "Description" in sent else line.description
        if not line.description:
            self.errors.append("The description field is mandatory for each line item.")
        elif len(line.description) > 4000:
            self.errors.append("The Description must not be longer than 4000 characters.")

    def _is_text_alone(self, line: Line, sent: Sent) -> bool:
        """Whether it is a remark without figures, which any document may hold (facts 12.2)."""
        if self.complete and self.switches.description_lines == "drafts":
            return False
        held = (line.item, line.quantity, line.unit_amount, line.account_code, line.account_id)
        return held == (None,) * len(held) and not sent.has_any(_FIGURES)

    def _read_amounts(
        self, line: Line, sent: Sent, held: Figures, given: Decimal | None
    ) -> Decimal:
        """Return the amount of the line, as derived from the one `given` or as worked out."""
        quantity, unit = sent.number("Quantity"), sent.number("UnitAmount")
        if quantity is not None:
            line.quantity = rounded(quantity, 4)
        if unit is not None:
            line.unit_amount = rounded(unit, self.unit_places)
        self._take_discount(line, sent)
        derived = self._derive(line, sent, held, given)
        if line.quantity is None and line.unit_amount is not None:
            line.quantity = Decimal(1)
        if self.complete and (line.quantity is None or line.unit_amount is None):
            self.errors.append("A line item must have a Quantity and a UnitAmount.")
        if (line.quantity or 0) < 0 and self.switches.negative_quantity == "refused":
            self.errors.append(
                f"The quantity value '{line.quantity:.4f}' is invalid. "
                "Quantity must not be less than zero."
            )
        self._check_discount(line, sent, derived)
        if derived is not None:
            return derived
        if (
            line.quantity is None
            or line.unit_amount is None
            or self._is_unchanged(line, held, given)
        ):
            return line.line_amount
        return line_amount(
            line.quantity,
            line.unit_amount,
            discount_rate=line.discount_rate,
            discount_amount=line.discount_amount,
        )

    @staticmethod
    def _is_unchanged(line: Line, held: Figures, given: Decimal | None) -> bool:
        """Whether the line is, or comes back, as it was: then its amount stands as it once did."""
        return line.figures == held and (given is None or rounded(given) == line.line_amount)

    def _derive(
        self, line: Line, sent: Sent, held: Figures, given: Decimal | None
    ) -> Decimal | None:
        """Derive the price or the quantity that was not sent from the LineAmount (facts 6.1).

        Returns the LineAmount, which stands whatever the rounding of what is derived makes of it;
        None where there is none, or nothing to derive.
        """
        if given is None or ("Quantity" in sent and "UnitAmount" in sent):
            return None
        if held[1] is not None and self._is_unchanged(line, held, given):
            return None
        whole = _before_discount(line, rounded(given))
        quantity = Decimal(1) if line.quantity is None else line.quantity
        if whole is None:
            return None
        if "UnitAmount" not in sent and quantity:
            line.quantity, line.unit_amount = quantity, rounded(whole / quantity, self.unit_places)
        elif "UnitAmount" in sent and line.unit_amount:
            line.quantity = rounded(whole / line.unit_amount, 4)
        else:
            return None
        return rounded(given)

    def _take_discount(self, line: Line, sent: Sent) -> None:
        rate, amount = sent.number("DiscountRate"), sent.number("DiscountAmount")
        if not self.no_discounts and (rate is not None or amount is not None):
            places = int(self.switches.discount_places)
            line.discount_rate = rounded(rate, places) if rate is not None else None
            line.discount_amount = rounded(amount) if amount is not None else None

    def _check_discount(self, line: Line, sent: Sent, derived: Decimal | None) -> None:
        if self.no_discounts:
            if sent.number("DiscountRate") or sent.number("DiscountAmount"):
                self.errors.append(self.no_discounts)
            return
        if not line.discount_rate and line.discount_amount is None:
            return
        whole = rounded((line.quantity or ZERO) * (line.unit_amount or ZERO))
        if derived is not None:
            whole = derived + (line.discount_amount or ZERO)
        rate = line.discount_rate or ZERO
        if rate < 0:
            self.errors.append("The DiscountRate must not be less than zero.")
        elif rate > 100 or (line.discount_amount is not None and line.discount_amount > whole):
            self.errors.append(
                f"The discount rate '{rate:.2f}' is invalid. "
                "Discount must not be greater than the line total."
            )

    def _account(self, line: Line, sent: Sent) -> Account | None:
        code, ident = sent.text("AccountCode"), sent.guid("AccountID")
        if not code and not ident:
            code, ident = line.account_code, line.account_id
        if not code and not ident:
            if self.complete:
                self.errors.append("Account code must be specified")
            return None
        account = self.books.accounts.get(code) if code else None
        account = account or (self.books.accounts_by_id.get(ident) if ident else None)
        line.account_code, line.account_id = code, None
        if account is None:
            self._unknown_account(line, code or ident or "")
            return None
        line.account_code, line.account_id = account.code or None, account.id
        if account.status != "ACTIVE":
            self.errors.append(
                f"Account code '{account.code}' has been archived, or has been deleted. "
                "Each line item must reference a valid account."
            )
        elif account.type == "BANK" or account.system_account in _RESERVED:
            self.errors.append(_bad_account(account.code))
        return account

    def _unknown_account(self, line: Line, code: str) -> None:
        if self.complete:
            self.errors.append(_bad_account(code))
            return
        # A draft only loses the account, and the answer says so in a warning (facts 6.9).
        line.account_code = None
        self.warnings.append(
            f"Account code '{code}' has been removed as it does not match a recognised account."
        )

    def _tax_type(self, line: Line, sent: Sent, account: Account | None) -> None:
        if self.kind == "NoTax":  # whatever tax type was sent (facts 6.8)
            line.tax_type = "NONE"
            return
        wanted = sent.text("TaxType")
        line.tax_type = wanted or line.tax_type or (account.tax_type if account else None)
        if line.tax_type is None:
            if self.complete:
                self.errors.append("The TaxType field is mandatory")
            return
        rate = self.books.tax_rates.get(line.tax_type)
        rate = rate if rate and rate.status == "ACTIVE" else None
        if rate is None:
            self.errors.append(
                f"The TaxType code {line.tax_type} does not exist or cannot be used for this "
                "type of transaction"
            )
        # What is unknown does not go with the account either: two messages (facts 12.3).
        if account and (rate is None or account.klass not in rate.applies_to):
            self.errors.append(
                f"The TaxType code '{line.tax_type}' cannot be used with account code "
                f"'{account.code}'."
            )

    def _work_out(self, line: Line, sent: Sent, amount: Decimal, given: Decimal | None) -> None:
        amount_before = line.line_amount
        line.line_amount = amount
        if given is not None and rounded(given) != line.line_amount:
            self._mismatch(line, rounded(given))
        if abs(line.line_amount) > LARGEST_AMOUNT:
            self.errors.append(f"The line total must not exceed {LARGEST_AMOUNT}.")
        self._work_out_tax(line, sent, amount_before=amount_before)

    def _mismatch(self, line: Line, given: Decimal) -> None:
        if self.switches.line_mismatch == "error":
            self.errors.append(
                f"The line total {given} does not match the expected line total {line.line_amount}"
            )

    def _work_out_tax(self, line: Line, sent: Sent, *, amount_before: Decimal) -> None:
        given = sent.number("TaxAmount")
        if self.kind == "NoTax":
            line.tax_amount, line.tax_overridden = ZERO, False
        elif given is not None:
            # Taken though the rate gives another: measured in a demo company (facts 6.13).
            line.tax_amount, line.tax_overridden = rounded(given), True
            if abs(given) > LARGEST_AMOUNT:
                self.errors.append(f"The TaxAmount must not exceed {LARGEST_AMOUNT}.")
        elif not line.tax_overridden or line.line_amount != amount_before or "TaxType" in sent:
            rate = self.books.tax_rates.get(line.tax_type or "")
            tax = line_tax(line.line_amount, rate.rate, self.kind) if rate else ZERO
            line.tax_amount, line.tax_overridden = tax, False


def _before_discount(line: Line, amount: Decimal) -> Decimal | None:
    """Return quantity times price of a line of that amount; None if all is taken off."""
    rate = line.discount_rate or ZERO
    if rate >= 100:
        return None
    return amount * 100 / (100 - rate) if rate else amount + (line.discount_amount or ZERO)


def _bad_account(code: str) -> str:
    return f"Account code '{code}' is not a valid code for this document."
