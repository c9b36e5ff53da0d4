"""What one organisation's books hold and what we chose for them, read once for many documents."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from types import MappingProxyType
from uuid import UUID

from tallystick.books.models import (
    Document,
    DocumentDefaults,
    DocumentTemplate,
    Item,
    Line,
    TaxCode,
)
from tallystick.connections.models import Organisation
from tallystick.mapping.models import (
    AccountChoice,
    Direction,
    MappingDefaults,
    MethodAccount,
    TaxMapping,
)
from tallystick.mirror.models import Account, Currency, TaxRate, TrackingCategory

#: Accounts that Xero does not take on lines (facts 6.9).
_NOT_ON_LINES = {"DEBTORS", "CREDITORS", "RETAINEDEARNINGS", "BANKCURRENCYGAIN"}
_NOT_ON_LINES |= {"UNREALISEDCURRENCYGAIN", "TRACKINGTRANSFERS", "UNPAIDEXPCLM"}


@dataclass(frozen=True, slots=True)
class LineItem:
    """The item in Xero that a line of ours may name, or why it may not."""

    #: Its code there; empty where lines are not to name it.
    code: str
    #: Directions in which it is not named, each with the reason; of what is in Xero.
    closed: Mapping[Direction, str] = field(default_factory=dict)
    why_not: str = ""

    def code_for(self, direction: Direction) -> str:
        return "" if direction in self.closed else self.code

    def reason_for(self, direction: Direction) -> str:
        return self.closed.get(direction, self.why_not)


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


class Known:
    """Everything that decides what a line becomes; the same for every document of a round.

    Each list is read when it is first asked for: most documents need few of them.
    """

    def __init__(
        self, organisation: Organisation, item_codes: Mapping[str, LineItem] = MappingProxyType({})
    ) -> None:
        self.organisation = organisation
        #: What lines say of their items, by our code; items that are not named go unsaid.
        self.item_codes = item_codes
        self.items = Items(organisation.workspace_id)

    @cached_property
    def accounts(self) -> Mapping[str, Account]:
        """Accounts by code, dead ones too where no other has taken their code."""
        alive_last = sorted(self.accounts_by_id.values(), key=is_in_use)
        return {account.code: account for account in alive_last if account.code}

    @cached_property
    def accounts_by_id(self) -> Mapping[UUID, Account]:
        """Accounts by Xero's id, dead ones too."""
        found = Account.objects.filter(organisation=self.organisation, gone_at=None)
        return {account.xero_id: account for account in found}

    @cached_property
    def tax_rates(self) -> Mapping[str, TaxRate]:
        """Tax rates by tax type, dead ones too."""
        found = TaxRate.objects.filter(organisation=self.organisation, gone_at=None)
        return {rate.tax_type: rate for rate in found}

    def takes_currency(self, code: str) -> bool:
        """Tell whether the books have the currency; where that was never read, they may."""
        return (
            code == self.organisation.currency or not self._currencies or code in self._currencies
        )

    @cached_property
    def _currencies(self) -> frozenset[str]:
        found = Currency.objects.filter(organisation=self.organisation, gone_at=None)
        codes = found.values_list("code", flat=True)
        return frozenset([*codes, self.organisation.currency]) - {""}

    @cached_property
    def tracking(self) -> Mapping[str, TrackingCategory]:
        """Active tracking categories by name, whatever its letter case."""
        found = TrackingCategory.objects.filter(organisation=self.organisation, status="ACTIVE")
        return {category.name.casefold(): category for category in found}

    @cached_property
    def tax_codes(self) -> Mapping[int, TaxCode]:
        """Ours, by primary key."""
        return TaxCode.objects.filter(workspace=self.organisation.workspace_id).in_bulk()

    @cached_property
    def default_tax_code_id(self) -> int | None:
        """Primary key of our tax code for lines that nothing nearer gives one."""
        found = DocumentDefaults.objects.filter(workspace=self.organisation.workspace_id)
        return found.values_list("tax_code_id", flat=True).first()

    @cached_property
    def template_tax_codes(self) -> Mapping[int, int]:
        """Primary key of our tax code by that of the template."""
        found = DocumentTemplate.objects.filter(workspace=self.organisation.workspace_id)
        return dict(found.exclude(tax_code=None).values_list("pk", "tax_code_id"))

    @cached_property
    def tax_types(self) -> Mapping[tuple[int, str], str]:
        """Tax type by primary key of our tax code and direction."""
        found = TaxMapping.objects.filter(organisation=self.organisation)
        return {(one.tax_code_id, one.direction): one.tax_type for one in found}

    @cached_property
    def account_choices(self) -> Mapping[tuple[str, str], str]:
        """Account code by direction and charge."""
        found = AccountChoice.objects.filter(organisation=self.organisation)
        return {(choice.direction, choice.charge): choice.code for choice in found}

    @cached_property
    def method_accounts(self) -> Mapping[str, UUID]:
        """Xero's id of the account by payment method, whatever its letter case."""
        found = MethodAccount.objects.filter(organisation=self.organisation)
        return {chosen.method.casefold(): chosen.account_id for chosen in found}

    @cached_property
    def defaults(self) -> MappingDefaults:
        """What becomes of differences by rounding."""
        saved = MappingDefaults.objects.filter(organisation=self.organisation).first()
        return saved or MappingDefaults(organisation=self.organisation)

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


def is_in_use(record: Account | TaxRate) -> bool:
    """Tell whether Xero still offers the account or rate."""
    return record.status == "ACTIVE" and record.gone_at is None


def takes_lines(account: Account) -> bool:
    """Tell whether Xero takes the account on lines of documents."""
    return account.type != "BANK" and account.system_account not in _NOT_ON_LINES
