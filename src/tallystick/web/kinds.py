"""The four kinds of documents as pages: what each is called, where it stands, whom it is for."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tallystick.books.models import Kind


@dataclass(frozen=True, slots=True)
class KindPages:
    """One kind's row."""

    kind: Kind
    #: Stem of the names of its addresses: `bill`, `bill-list`, `bill-new` …
    name: str
    path: str
    title: str
    noun: str
    #: Whom it is for.
    party: str
    icon: str
    #: What a payment of it is called.
    payment: str = "payment"
    #: The kind that it is set against, or that is set against it.
    counterpart: Kind = Kind.SALES_INVOICE

    @property
    def list_name(self) -> str:
        return f"{self.name}-list"

    @property
    def new_name(self) -> str:
        return f"{self.name}-new"

    @property
    def edit_name(self) -> str:
        return f"{self.name}-edit"

    @property
    def act_name(self) -> str:
        return f"{self.name}-act"

    @property
    def export_name(self) -> str:
        return f"{self.name}-export"

    @property
    def is_credit(self) -> bool:
        return self.kind.is_credit

    @property
    def is_purchase(self) -> bool:
        return self.kind.is_purchase

    @property
    def a_noun(self) -> str:
        """The noun with its article."""
        return f"{'an' if self.noun[0] in 'aeiou' else 'a'} {self.noun}"

    def counted(self, count: int) -> str:
        """Return such as `1 bill` or `1,204 bills`."""
        return f"1 {self.noun}" if count == 1 else f"{count:,} {self.noun}s"


PAGES: Mapping[str, KindPages] = MappingProxyType(
    {
        pages.kind: pages
        for pages in (
            KindPages(
                Kind.SALES_INVOICE, "invoice", "sales/invoices/", "Invoices", "invoice",
                "customer", "document", counterpart=Kind.SALES_CREDIT_NOTE,
            ),
            KindPages(
                Kind.SALES_CREDIT_NOTE, "credit-note", "sales/credit-notes/", "Credit notes",
                "credit note", "customer", "undo", "refund", Kind.SALES_INVOICE,
            ),
            KindPages(
                Kind.BILL, "bill", "purchases/bills/", "Bills", "bill", "supplier", "receipt",
                counterpart=Kind.SUPPLIER_CREDIT_NOTE,
            ),
            KindPages(
                Kind.SUPPLIER_CREDIT_NOTE, "supplier-credit", "purchases/supplier-credits/",
                "Supplier credits", "supplier credit", "supplier", "undo", "refund", Kind.BILL,
            ),
        )
    }
)  # fmt: skip


def pages_of(kind: str) -> KindPages:
    """Return the row of a kind."""
    return PAGES[kind]


def by_section() -> list[tuple[str, list[KindPages]]]:
    """Return the kinds under the headings of the navigation."""
    purchases = [pages for pages in PAGES.values() if pages.is_purchase]
    sales = [pages for pages in PAGES.values() if not pages.is_purchase]
    return [("Sales", sales), ("Purchases", purchases)]
