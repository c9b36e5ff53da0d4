"""From a document of ours to what Xero is sent: contact, account, tax, dates and totals decided.

Makes no call: it works from our copies of the organisation's accounts and tax rates. What cannot
be decided is told whole (`Unresolved`), never guessed: a wrong code files a wrong tax return.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast
from urllib.parse import quote
from uuid import UUID

from tallystick import xero
from tallystick.books.models import Document, Line, TaxBasis, TaxCode
from tallystick.connections.models import Organisation
from tallystick.mapping.models import Account, MappingDefaults, TaxMapping, TaxRate
from tallystick.mapping.problems import TAX_MAPPING, XERO, Problem, Unresolved
from tallystick.money import Basis, document_totals

#: Accounts that Xero does not take on invoice lines (facts: accounts).
_NOT_ON_LINES = frozenset({"DEBTORS", "CREDITORS", "RETAINEDEARNINGS", "BANKCURRENCYGAIN"})
_NO_TAX = "NONE"
#: Of a number as it stands in a URL: Xero answers 404 to a query of about 2 KB (facts 5.3).
_LONGEST_NUMBER = 1500


@dataclass(frozen=True, slots=True)
class Resolver:
    """One organisation's live rates and accounts, and our choices; read once for many documents."""

    organisation: Organisation
    accounts: Mapping[str, Account]
    tax_rates: Mapping[str, TaxRate]
    #: Tax type by primary key of our tax code.
    tax_types: Mapping[int, str]
    sales_account_code: str
    default_tax_code: TaxCode | None

    @classmethod
    def of(cls, organisation: Organisation) -> "Resolver":
        """Read what is chosen and mirrored for the organisation now."""
        defaults = (
            MappingDefaults.objects.select_related("tax_code")
            .filter(organisation=organisation)
            .first()
        )
        mappings = TaxMapping.objects.filter(organisation=organisation)
        return cls(
            organisation=organisation,
            accounts={
                account.code: account
                for account in Account.objects.filter(organisation=organisation).exclude(code="")
            },
            tax_rates={
                rate.tax_type: rate for rate in TaxRate.objects.filter(organisation=organisation)
            },
            tax_types=dict(mappings.values_list("tax_code_id", "tax_type")),
            sales_account_code=defaults.sales_account_code if defaults else "",
            default_tax_code=defaults.tax_code if defaults else None,
        )

    def check(self, document: Document, lines: Sequence[Line]) -> Sequence[xero.LineDraft]:
        """Return the document's lines as Xero will take them; raises Unresolved with every cause.

        `lines` are the document's, in order, with their tax codes loaded.
        """
        problems = [*self._document_problems(document, lines)]
        drafts: list[xero.LineDraft] = []
        taxed: list[tuple[Decimal, Decimal]] = []
        for line in lines:
            try:
                draft, rate = self._line(document, line)
            except Unresolved as unresolved:
                problems += unresolved.problems
                continue
            drafts.append(draft)
            taxed.append((line.amount, rate))
        if not problems:
            problems += _total_problems(document, taxed)
        if problems:
            raise Unresolved(list(dict.fromkeys(problems)))
        return drafts

    def _document_problems(self, document: Document, lines: Sequence[Line]) -> list[Problem]:
        problems = []
        organisation = self.organisation
        if not _can_be_found_again(document.number):
            problems.append(
                Problem(
                    "number",
                    f"{document.number.strip() or 'The invoice without a number'} was not sent: "
                    "its number is empty, too long, or holds doubled blanks or invisible "
                    "characters, by which it could not be found again in Xero.",
                    "Cancel it and enter it under a plain number.",
                )
            )
        if not lines:
            problems.append(
                Problem(
                    "no_lines",
                    f"{document.number} was not sent: it has no lines.",
                    "Cancel it, or enter it anew with at least one line.",
                )
            )
        if organisation.currency and document.currency != organisation.currency:
            problems.append(
                Problem(
                    "currency",
                    f"{document.number} was not sent: it is in {document.currency}, but "
                    f"{organisation.name} keeps its books in {organisation.currency}.",
                    f"Cancel it and enter it in {organisation.currency}. "
                    "Other currencies are not sent yet.",
                )
            )
        locked = _locked_until(organisation)
        if locked and document.issued_on <= locked:
            problems.append(
                Problem(
                    "locked",
                    f"{document.number} was not sent: it is dated {document.issued_on:%d %b %Y}, "
                    f"and {organisation.name} is locked up to {locked:%d %b %Y}.",
                    "Move the lock date in Xero and press Retry, or cancel it and enter it "
                    "with a later date.",
                    XERO,
                    "xero:lock",
                )
            )
        return problems

    def _line(self, document: Document, line: Line) -> tuple[xero.LineDraft, Decimal]:
        """Return the line for Xero and the rate in percent that Xero will put on it."""
        if line.quantity is None and line.unit_price is None:
            return xero.LineDraft(description=line.description or "-"), Decimal(0)
        problems: list[Problem] = []
        account = self._account(document, line, problems)
        rate = self._tax_rate(document, line, account, problems)
        if problems or account is None:
            raise Unresolved(problems)
        draft = xero.LineDraft(
            description=line.description or line.item_code or "-",
            quantity=line.quantity,
            unit_amount=line.unit_price,
            discount_rate=line.discount,
            account_code=account.code,
            tax_type=rate.tax_type if rate else _NO_TAX,
        )
        return draft, rate.effective_rate if rate else Decimal(0)

    def _account(self, document: Document, line: Line, problems: list[Problem]) -> Account | None:
        code = line.account_code or self.sales_account_code
        if not code:
            problems.append(
                Problem(
                    "no_account",
                    f"{document.number} was not sent: no account is chosen for sales.",
                    "Choose the default sales account under Settings, Tax mapping.",
                    TAX_MAPPING,
                    "account",
                )
            )
            return None
        account = self.accounts.get(code)
        if account and account.status == "ACTIVE" and _takes_lines(account):
            return account
        wrong = "does not exist" if account is None else _why_not(account)
        chosen = "" if line.account_code else "Choose another under Settings, Tax mapping, or "
        problems.append(
            Problem(
                "account",
                f"{document.number} was not sent: account {code} on {_name(line)} {wrong} "
                f"in {self.organisation.name}.",
                f"{chosen}mend the account in Xero and press Retry.".capitalize(),
                TAX_MAPPING if chosen else XERO,
                "account" if chosen else f"xero:account:{code}",
            )
        )
        return None

    def _tax_rate(
        self, document: Document, line: Line, account: Account | None, problems: list[Problem]
    ) -> TaxRate | None:
        if document.tax_basis == TaxBasis.NONE:
            return None
        tax_code = line.tax_code or self.default_tax_code
        if tax_code is None:
            problems.append(
                Problem(
                    "no_tax_code",
                    f"{document.number} was not sent: {_name(line)} has no tax code.",
                    "Choose the tax code for such lines under Settings, Tax mapping.",
                    TAX_MAPPING,
                    "tax-default",
                )
            )
            return None
        tax_type = self.tax_types.get(tax_code.pk)
        if tax_type is None:
            problems.append(
                Problem(
                    "tax_not_mapped",
                    f"{document.number} was not sent: {_name(line)} has tax code "
                    f"{tax_code.code}, which has no tax mapping.",
                    f"Choose what {tax_code.code} is in Xero under Settings, Tax mapping.",
                    TAX_MAPPING,
                    f"tax:{tax_code.pk}",
                )
            )
            return None
        return self._live_rate(document, line, tax_code, tax_type, account, problems)

    def _live_rate(
        self,
        document: Document,
        line: Line,
        tax_code: TaxCode,
        tax_type: str,
        account: Account | None,
        problems: list[Problem],
    ) -> TaxRate | None:
        rate = self.tax_rates.get(tax_type)
        if rate is None or rate.status != "ACTIVE":
            why = f"{rate.name if rate else tax_type} is no longer in use"
        elif account and account.account_class not in rate.can_apply_to:
            why = f"{rate.name} cannot be used with account {account}"
        else:
            return rate
        problems.append(
            Problem(
                "tax_type",
                f"{document.number} was not sent: {_name(line)} has tax code {tax_code.code}, "
                f"but {why} in {self.organisation.name}.",
                f"Choose another for {tax_code.code} under Settings, Tax mapping.",
                TAX_MAPPING,
                f"tax:{tax_code.pk}",
            )
        )
        return None


def invoice_draft(
    document: Document, lines: Sequence[xero.LineDraft], *, contact_id: UUID, marker: str
) -> xero.InvoiceDraft:
    """Return what creates the sales invoice as a draft; `marker` is our address of the document."""
    return xero.InvoiceDraft(
        type="ACCREC",
        status="DRAFT",
        contact=xero.ContactRef(contact_id=str(contact_id)),
        invoice_number=document.number,
        reference=document.reference or None,
        url=marker,
        issued_on=document.issued_on,
        due_on=document.due_on,
        currency_code=document.currency,
        line_amount_types=xero.LINE_AMOUNT_TYPES[_basis(document)],
        line_items=lines,
    )


def _basis(document: Document) -> Basis:
    return cast(Basis, document.tax_basis)


def _total_problems(document: Document, taxed: list[tuple[Decimal, Decimal]]) -> list[Problem]:
    totals = document_totals(taxed, _basis(document))
    if totals.total == document.total and totals.tax == document.tax:
        return []
    return [
        Problem(
            "totals",
            f"{document.number} was not sent: here it is {document.total:,} {document.currency} "
            f"with {document.tax:,} tax, but with the tax rates chosen Xero would make it "
            f"{totals.total:,} with {totals.tax:,} tax.",
            "Choose tax rates in Xero that match our tax codes under Settings, Tax mapping, "
            "then press Retry.",
            TAX_MAPPING,
        )
    ]


def _can_be_found_again(number: str) -> bool:
    """Tell whether Xero keeps the number letter by letter, and a question may hold it.

    Whoever does not find a copy again makes a second one.
    """
    is_plain = number == " ".join(number.split()) and number.isprintable()
    return bool(number) and is_plain and len(quote(number)) <= _LONGEST_NUMBER


def _locked_until(organisation: Organisation) -> date | None:
    days = [organisation.period_lock_date, organisation.end_of_year_lock_date]
    return max((day for day in days if day), default=None)


def _takes_lines(account: Account) -> bool:
    return account.type != "BANK" and account.system_account not in _NOT_ON_LINES


def _why_not(account: Account) -> str:
    if account.status != "ACTIVE":
        return "is archived"
    return "cannot stand on invoice lines"


def _name(line: Line) -> str:
    return f"line {line.position}" + (f" ({line.item_code})" if line.item_code else "")
