"""A record of ours with its link, typed: whoever has one need not ask the link what it stands for."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from tallystick.books.models import Allocation, Document, Payment
from tallystick.english import with_article
from tallystick.sync.links.record_kinds import DocumentShape, Endpoint, noun_of, shape_of_kind
from tallystick.sync.models import Link


@dataclass(frozen=True, slots=True)
class PushedDocument:
    """A document on its way to Xero, or there."""

    link: Link
    document: Document

    @classmethod
    def of(cls, link: Link) -> "PushedDocument":
        """Return the link's document. Raises ValueError for a link of another record."""
        if link.document is None:
            raise ValueError(f"Link {link.pk} is not a document's.")
        return cls(link, link.document)

    def __str__(self) -> str:
        return str(self.document)

    @property
    def pk(self) -> int:
        """Of the link."""
        return self.link.pk

    @property
    def shape(self) -> DocumentShape:
        return shape_of_kind(self.document.kind)

    @property
    def endpoint(self) -> Endpoint:
        return self.shape.endpoint

    @property
    def noun(self) -> str:
        return noun_of(self.document.kind)


@dataclass(frozen=True, slots=True)
class PushedSettlement:
    """A payment or an allocation on its way to Xero, or there."""

    link: Link
    settlement: Payment | Allocation

    @classmethod
    def of(cls, link: Link) -> "PushedSettlement":
        """Return the link's settlement. Raises ValueError for a link of another record."""
        settlement = link.payment or link.allocation
        if settlement is None:
            raise ValueError(f"Link {link.pk} is not a settlement's.")
        return cls(link, settlement)

    def __str__(self) -> str:
        return str(self.settlement)

    @property
    def pk(self) -> int:
        """Of the link."""
        return self.link.pk

    @property
    def noun(self) -> str:
        return "payment" if isinstance(self.settlement, Payment) else "allocation"

    @property
    def a_noun(self) -> str:
        return with_article(self.noun)

    @property
    def currency(self) -> str:
        return str(self.settlement.document.currency)

    @property
    def documents(self) -> tuple[Document, ...]:
        """What it stands on: its document, and its credit note behind it."""
        if isinstance(self.settlement, Payment):
            return (self.settlement.document,)
        return (self.settlement.document, self.settlement.credit_note)


def pushed_documents(links: Iterable[Link]) -> list[PushedDocument]:
    """Return the links' documents, in their order."""
    return [PushedDocument.of(link) for link in links]


def pushed_settlements(links: Iterable[Link]) -> list[PushedSettlement]:
    """Return the links' settlements, in their order."""
    return [PushedSettlement.of(link) for link in links]


def id_in_xero(link: Link) -> UUID:
    """Return the id of the link's copy. Raises ValueError for a link without one."""
    if link.xero_id is None:
        raise ValueError(f"Link {link.pk} has no copy in Xero.")
    return UUID(str(link.xero_id))
