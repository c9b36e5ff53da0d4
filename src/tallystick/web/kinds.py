"""The four kinds of documents as pages: what each is called, where it stands, whom it is for."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tallystick.books.models import Kind
from tallystick.english import counted, plural, with_article


@dataclass(frozen=True, slots=True)
class KindPages:
    """One kind's row; its title, and the names and places of its addresses follow from its noun."""

    kind: Kind
    noun: str
    icon: str

    @property
    def name(self) -> str:
        """Stem of the names of its addresses: `bill`, `bill-list`, `bill-new` …"""
        return self.noun.replace(" ", "-")

    @property
    def path(self) -> str:
        return f"{'purchases' if self.is_purchase else 'sales'}/{self.name}s/"

    @property
    def title(self) -> str:
        return plural(2, self.noun).capitalize()

    @property
    def party(self) -> str:
        """Whom it is for."""
        return "supplier" if self.is_purchase else "customer"

    @property
    def payment(self) -> str:
        """What a payment of it is called."""
        return "refund" if self.is_credit else "payment"

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
        return with_article(self.noun)

    def counted(self, count: int) -> str:
        """Return such as `1 bill` or `1,204 bills`."""
        return counted(count, self.noun)


PAGES: Mapping[str, KindPages] = MappingProxyType(
    {
        pages.kind: pages
        for pages in (
            KindPages(Kind.SALES_INVOICE, "invoice", "document"),
            KindPages(Kind.SALES_CREDIT_NOTE, "credit note", "undo"),
            KindPages(Kind.BILL, "bill", "receipt"),
            KindPages(Kind.SUPPLIER_CREDIT_NOTE, "supplier credit", "undo"),
        )
    }
)


def pages_of(kind: str) -> KindPages:
    """Return the row of a kind."""
    return PAGES[kind]


def by_section() -> list[tuple[str, list[KindPages]]]:
    """Return the kinds under the headings of the navigation."""
    purchases = [pages for pages in PAGES.values() if pages.is_purchase]
    sales = [pages for pages in PAGES.values() if not pages.is_purchase]
    return [("Sales", sales), ("Purchases", purchases)]
