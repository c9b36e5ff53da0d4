"""What Xero answers, as typed records; documents and payments stand in `documents`.

Here, there and in `drafts` alone stand Xero's key names.

Keys that we do not know are ignored. What Xero takes from a fixed list (types, statuses) is plain
text, for some organisations get values that no description lists. Amounts are Decimal, exactly
as written, be they numbers or text. Xero omits what is absent; None or () stands for that.
Instants are aware UTC, days are calendar days; both are read from Xero's text when asked for.
Source of names and shapes: Xero's OpenAPI description 16.1.0 and recordings of a demo company.
"""

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct, field

from tallystick.xero.dates import parse_day, parse_instant

_NO_ID = "00000000-0000-0000-0000-000000000000"


class Record(Struct, frozen=True, kw_only=True, rename="pascal"):
    """Something that Xero describes; its keys are ours in Pascal case."""


def day_of(text: str | None) -> date | None:
    """Return the calendar day, or None where Xero left it out."""
    return parse_day(text) if text else None


def instant_of(text: str | None) -> datetime | None:
    """Return the instant, or None where Xero left it out."""
    return parse_instant(text) if text else None


def is_real(record_id: str) -> bool:
    """Tell an id from the zeros that stand for "not made"."""
    return record_id not in ("", _NO_ID)


class Remark(Record, frozen=True, kw_only=True):
    """One validation error or warning; Xero's own examples use either key."""

    message: str | None = None
    description: str | None = None

    @property
    def text(self) -> str:
        return self.message or self.description or ""


class Remarked(Record, frozen=True, kw_only=True):
    """Whatever Xero may find fault with: a record written, a line of it, a record it refers to."""

    validation_errors: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()


class Written(Remarked, frozen=True, kw_only=True):
    """A record that can be written, with what became of it in the answer to a write."""

    outcome: str | None = field(default=None, name="StatusAttributeString")
    has_errors: bool = False  #: Of documents.
    has_validation_errors: bool = False  #: Of contacts and payments.


class Organisation(Record, frozen=True, kw_only=True):
    """One set of books. `organisation_id` is the tenant id that calls are addressed to."""

    organisation_id: str = field(default="", name="OrganisationID")
    name: str = ""
    legal_name: str | None = None
    short_code: str | None = None  #: For links into Xero's pages, such as "!Qj35V".
    base_currency: str = ""
    country_code: str = ""
    timezone: str | None = None  #: Xero's own name, such as "NEWZEALANDSTANDARDTIME".
    version: str | None = None  #: AU, NZ, UK, US, GLOBAL and others.
    edition: str | None = None
    organisation_class: str | None = field(default=None, name="Class")
    organisation_status: str | None = None
    is_demo_company: bool = False
    pays_tax: bool | None = None
    tax_number: str | None = None
    financial_year_end_day: int | None = None
    financial_year_end_month: int | None = None
    period_lock_date_text: str | None = field(default=None, name="PeriodLockDate")
    end_of_year_lock_date_text: str | None = field(default=None, name="EndOfYearLockDate")

    @property
    def period_lock_date(self) -> date | None:
        """The last day nobody may write on or before."""
        return day_of(self.period_lock_date_text)

    @property
    def end_of_year_lock_date(self) -> date | None:
        """The last day that only advisers may write on or before."""
        return day_of(self.end_of_year_lock_date_text)


class Account(Record, frozen=True, kw_only=True):
    """A ledger account. Bank accounts may have no code."""

    account_id: str = field(default="", name="AccountID")
    code: str | None = None
    name: str = ""
    type: str = ""  #: SALES, REVENUE, EXPENSE, BANK, ...
    account_class: str = field(
        default="", name="Class"
    )  #: ASSET, EQUITY, EXPENSE, LIABILITY, REVENUE
    status: str = ""  #: ACTIVE, ARCHIVED, DELETED
    description: str | None = None
    tax_type: str | None = None
    system_account: str | None = None  #: DEBTORS, CREDITORS, ROUNDING, ...
    enable_payments_to_account: bool = False
    bank_account_type: str | None = None
    currency_code: str | None = None
    updated_text: str | None = field(default=None, name="UpdatedDateUTC")

    @property
    def updated_at(self) -> datetime | None:
        return instant_of(self.updated_text)


class TaxComponent(Record, frozen=True, kw_only=True):
    """A part of a tax rate, in percent."""

    name: str = ""
    rate: Decimal = Decimal(0)
    is_compound: bool = False
    is_non_recoverable: bool = False


class TaxRate(Record, frozen=True, kw_only=True):
    """A tax rate; `tax_type` is the code that lines bear, `effective_rate` is in percent."""

    name: str = ""
    tax_type: str = ""
    status: str = ""  #: ACTIVE, DELETED, ARCHIVED, PENDING; lists hold them all
    report_tax_type: str | None = None
    components: tuple[TaxComponent, ...] = field(default=(), name="TaxComponents")
    display_tax_rate: Decimal | None = None
    effective_rate: Decimal | None = None
    can_apply_to_assets: bool = False
    can_apply_to_equity: bool = False
    can_apply_to_expenses: bool = False
    can_apply_to_liabilities: bool = False
    can_apply_to_revenue: bool = False

    def fits(self, account_class: str) -> bool:
        """Tell whether Xero takes this rate on accounts of the class, such as "REVENUE"."""
        return {
            "ASSET": self.can_apply_to_assets,
            "EQUITY": self.can_apply_to_equity,
            "EXPENSE": self.can_apply_to_expenses,
            "LIABILITY": self.can_apply_to_liabilities,
            "REVENUE": self.can_apply_to_revenue,
        }.get(account_class, False)


class Currency(Record, frozen=True, kw_only=True):
    """A currency that the organisation keeps books in."""

    code: str = ""  #: ISO 4217.
    description: str = ""


class TrackingOption(Record, frozen=True, kw_only=True):
    """One value of a tracking category, such as "North"."""

    tracking_option_id: str = field(default="", name="TrackingOptionID")
    name: str = ""
    status: str = ""  #: ACTIVE, ARCHIVED, DELETED


class TrackingCategory(Record, frozen=True, kw_only=True):
    """What lines can be told apart by, such as "Region"; at most two are active."""

    tracking_category_id: str = field(default="", name="TrackingCategoryID")
    name: str = ""
    status: str = ""  #: ACTIVE, ARCHIVED, DELETED
    options: tuple[TrackingOption, ...] = ()

    @property
    def active_options(self) -> tuple[str, ...]:
        """Names of the options that new lines may bear."""
        return tuple(option.name for option in self.options if option.status == "ACTIVE")


class Address(Struct, frozen=True, kw_only=True, omit_defaults=True, rename="pascal"):
    """A postal address, read and written alike; POBOX is the one Xero prints on invoices."""

    type: str = field(name="AddressType")  #: POBOX, STREET, DELIVERY
    line1: str | None = field(default=None, name="AddressLine1")
    line2: str | None = field(default=None, name="AddressLine2")
    line3: str | None = field(default=None, name="AddressLine3")
    line4: str | None = field(default=None, name="AddressLine4")
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    attention_to: str | None = None


class Phone(Struct, frozen=True, kw_only=True, omit_defaults=True, rename="pascal"):
    """A telephone number, read and written alike."""

    type: str = field(name="PhoneType")  #: DEFAULT, DDI, MOBILE, FAX, OFFICE
    number: str | None = field(default=None, name="PhoneNumber")
    area_code: str | None = field(default=None, name="PhoneAreaCode")
    country_code: str | None = field(default=None, name="PhoneCountryCode")


class Owed(Record, frozen=True, kw_only=True):
    """What a contact owes, or is owed, in the organisation's currency."""

    outstanding: Decimal | None = None
    overdue: Decimal | None = None


class Balances(Record, frozen=True, kw_only=True):
    """A contact's open money: as customer, and as supplier; absent where there is none."""

    accounts_receivable: Owed | None = None
    accounts_payable: Owed | None = None


class ContactGroup(Record, frozen=True, kw_only=True):
    """A group that a contact is in."""

    contact_group_id: str = field(default="", name="ContactGroupID")
    name: str = ""
    status: str | None = None  #: ACTIVE, DELETED


class Contact(Written, frozen=True, kw_only=True):
    """A customer or supplier. Inside a list's invoice only id and name are filled."""

    contact_id: str = field(default="", name="ContactID")
    contact_number: str | None = None  #: The outside key; ours for contacts that we made.
    account_number: str | None = None
    name: str = ""
    status: str | None = field(default=None, name="ContactStatus")  #: ACTIVE, ARCHIVED, GDPRREQUEST
    first_name: str | None = None
    last_name: str | None = None
    email_address: str | None = None
    tax_number: str | None = None
    company_number: str | None = None
    default_currency: str | None = None
    is_customer: bool | None = None
    is_supplier: bool | None = None
    addresses: tuple[Address, ...] = ()
    phones: tuple[Phone, ...] = ()
    groups: tuple[ContactGroup, ...] = field(default=(), name="ContactGroups")
    balances: Balances | None = None  #: Moves without `updated_at` (facts 5.5).
    merged_to_contact_id: str | None = field(default=None, name="MergedToContactID")
    updated_text: str | None = field(default=None, name="UpdatedDateUTC")

    @property
    def record_id(self) -> str:
        return self.contact_id

    @property
    def exists_in_xero(self) -> bool:
        """False for the echo of a new contact that Xero refused."""
        return is_real(self.contact_id)

    @property
    def updated_at(self) -> datetime | None:
        return instant_of(self.updated_text)


class ItemPrice(Record, frozen=True, kw_only=True):
    """How an item is sold, or bought."""

    unit_price: Decimal | None = None
    account_code: str | None = None
    cogs_account_code: str | None = field(default=None, name="COGSAccountCode")
    tax_type: str | None = None


class Item(Written, frozen=True, kw_only=True):
    """A product or service. It has no status: one that is deleted is listed no more (facts 5.5)."""

    item_id: str = field(default="", name="ItemID")
    code: str = ""
    name: str | None = None
    description: str | None = None
    purchase_description: str | None = None
    is_sold: bool = True
    is_purchased: bool = True
    is_tracked: bool = field(default=False, name="IsTrackedAsInventory")
    sales: ItemPrice | None = field(default=None, name="SalesDetails")
    purchase: ItemPrice | None = field(default=None, name="PurchaseDetails")
    updated_text: str | None = field(default=None, name="UpdatedDateUTC")

    @property
    def record_id(self) -> str:
        return self.item_id

    @property
    def exists_in_xero(self) -> bool:
        """False for the echo of a new item that Xero refused."""
        return is_real(self.item_id)

    @property
    def updated_at(self) -> datetime | None:
        return instant_of(self.updated_text)


class XeroConnection(Struct, frozen=True, kw_only=True, rename="camel"):
    """One organisation that a token may act for; `connection_id` is what disconnecting names."""

    connection_id: str = field(name="id")
    tenant_id: str
    tenant_type: str = ""  #: ORGANISATION, PRACTICE, ...
    tenant_name: str | None = None
    auth_event_id: str | None = None
    created_text: str | None = field(default=None, name="createdDateUtc")
    updated_text: str | None = field(default=None, name="updatedDateUtc")

    @property
    def created_at(self) -> datetime | None:
        return instant_of(self.created_text)

    @property
    def updated_at(self) -> datetime | None:
        """Later than `created_at` where the organisation was connected again."""
        return instant_of(self.updated_text)
