"""What one organisation's books hold and what we chose for them, read once for many documents."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tallystick.books.models import Document, DocumentTemplate, Item, Line, TaxCode
from tallystick.connections.models import Organisation
from tallystick.mapping.models import (
    Account,
    AccountChoice,
    Currency,
    Direction,
    MappingDefaults,
    MethodAccount,
    Rounding,
    TaxMapping,
    TaxRate,
    TrackingCategory,
)

#: Accounts that Xero does not take on lines (facts 6.9).
_NOT_ON_LINES = {"DEBTORS", "CREDITORS", "RETAINEDEARNINGS", "BANKCURRENCYGAIN"}
_NOT_ON_LINES |= {"UNREALISEDCURRENCYGAIN", "TRACKINGTRANSFERS", "UNPAIDEXPCLM"}


class Items:
    """The workspace's items with their defaults, looked up by code; each is asked for once."""

    def __init__(self, workspace_id: int) -> None:
        self._workspace_id = workspace_id
        self._found: dict[str, Item | None] = {}

    def read(self, codes: Iterable[str]) -> None:
        """Look up in one query what is not known yet."""
        missing = {code for code in codes if code} - self._found.keys()
        if missing:
            items = Item.objects.filter(workspace=self._workspace_id, code__in=missing)
            self._found |= dict.fromkeys(missing) | {item.code: item for item in items}

    def get(self, code: str) -> Item | None:
        """Return the item; None where the source names one that does not exist here."""
        self.read([code])
        return self._found.get(code)


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that decides what a line becomes; the same for every document of a round."""

    organisation: Organisation
    items: Items
    #: By code and by Xero's id, dead ones too.
    accounts: Mapping[str, Account]
    accounts_by_id: Mapping[UUID, Account]
    #: By tax type, dead ones too.
    tax_rates: Mapping[str, TaxRate]
    currencies: frozenset[str]
    #: Active ones by name, whatever its letter case.
    tracking: Mapping[str, TrackingCategory]
    #: Ours, by primary key.
    tax_codes: Mapping[int, TaxCode]
    #: Primary key of our tax code by that of the template.
    template_tax_codes: Mapping[int, int]
    #: Tax type by primary key of our tax code and direction.
    tax_types: Mapping[tuple[int, str], str]
    #: Account code by direction and charge.
    account_choices: Mapping[tuple[str, str], str]
    #: Xero's id of the account by payment method, whatever its letter case.
    method_accounts: Mapping[str, UUID]
    default_tax_code_id: int | None
    rounding: str

    @classmethod
    def of(cls, organisation: Organisation) -> "Known":
        """Read it all, in ten queries."""
        workspace_id = organisation.workspace_id
        accounts = list(Account.objects.filter(organisation=organisation))
        defaults = MappingDefaults.objects.filter(organisation=organisation).first()
        templates = DocumentTemplate.objects.filter(workspace=workspace_id)
        codes = Currency.objects.filter(organisation=organisation).values_list("code", flat=True)
        return cls(
            organisation=organisation,
            items=Items(workspace_id),
            accounts={account.code: account for account in accounts if account.code},
            accounts_by_id={account.xero_id: account for account in accounts},
            tax_rates={
                rate.tax_type: rate for rate in TaxRate.objects.filter(organisation=organisation)
            },
            currencies=frozenset([*codes, organisation.currency]) - {""},
            tracking={
                category.name.casefold(): category
                for category in TrackingCategory.objects.filter(
                    organisation=organisation, status="ACTIVE"
                )
            },
            tax_codes={code.pk: code for code in TaxCode.objects.filter(workspace=workspace_id)},
            template_tax_codes=dict(
                templates.exclude(tax_code=None).values_list("pk", "tax_code_id")
            ),
            tax_types={
                (mapping.tax_code_id, mapping.direction): mapping.tax_type
                for mapping in TaxMapping.objects.filter(organisation=organisation)
            },
            account_choices={
                (choice.direction, choice.charge): choice.code
                for choice in AccountChoice.objects.filter(organisation=organisation)
            },
            method_accounts={
                chosen.method.casefold(): chosen.account_id
                for chosen in MethodAccount.objects.filter(organisation=organisation)
            },
            default_tax_code_id=defaults.tax_code_id if defaults else None,
            rounding=defaults.rounding if defaults else Rounding.HOLD,
        )

    def read_items_of(self, documents: Iterable[Document]) -> None:
        """Look up the items of the documents' lines, which must have been fetched, in one query."""
        lines = (line for document in documents for line in document.lines.all())
        self.items.read(line.item_code for line in lines)

    @property
    def locked_until(self) -> date | None:
        """The last day on which nothing may be written."""
        days = (self.organisation.period_lock_date, self.organisation.end_of_year_lock_date)
        return max((day for day in days if day), default=None)


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a document, where something is being decided."""

    document: Document
    line: Line
    direction: Direction
    item: Item | None

    @property
    def head(self) -> str:
        """What every message about the document begins with."""
        return f"{self.document} was not sent: "

    @property
    def name(self) -> str:
        code = self.line.item_code
        return f"line {self.line.position}" + (f" ({code})" if code else "")


def places_of(known: Known, document: Document, lines: Sequence[Line]) -> list[Place]:
    """Return the document's lines with what each is decided by."""
    known.items.read(line.item_code for line in lines)
    direction = Direction.of(document.kind)
    return [
        Place(
            document, line, direction, known.items.get(line.item_code) if line.item_code else None
        )
        for line in lines
    ]


def takes_lines(account: Account) -> bool:
    """Tell whether Xero takes the account on lines of documents."""
    return account.type != "BANK" and account.system_account not in _NOT_ON_LINES
