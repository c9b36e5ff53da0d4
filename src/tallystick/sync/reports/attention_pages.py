"""What Needs attention shows of single records, and which of them a person means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.db.models import QuerySet

from tallystick.books.paging import Page, keyset_page
from tallystick.connections.models import Organisation
from tallystick.sync.links.problems import ProblemCode
from tallystick.sync.links.record_sums import AMOUNT, CURRENCY
from tallystick.sync.links.xero_pages import xero_url
from tallystick.sync.models import Link
from tallystick.sync.reports.attention import TroubleCause, of_cause, troubled_links
from tallystick.sync.reports.offered_decisions import OfferedDecision, decisions_on_each


@dataclass(frozen=True, slots=True)
class TroubledRecord:
    """What one record comes to, and what can be decided about it."""

    amount: Decimal | None = None
    currency: str = ""
    decisions: Sequence[OfferedDecision] = field(default_factory=tuple)


def page_of_cause(
    organisation: Organisation, cause: TroubleCause, query: Mapping[str, str]
) -> Page[Link]:
    """Return a page of a cause's links with their records, the newest first.

    The page is found by what stands in an index; only what is on it is looked up whole.
    """
    links = of_cause(organisation, cause).only("pk", "changed_at")
    page = keyset_page(links, query, field="changed_at")
    found = Link.objects.filter(pk__in=[link.pk for link in page.rows]).with_records()
    by_key = {link.pk: link for link in found}
    return replace(page, rows=[by_key[link.pk] for link in page.rows if link.pk in by_key])


def troubled_among(organisation: Organisation, keys: Sequence[int]) -> QuerySet[Link]:
    """Return those of the links that wait for a person."""
    return troubled_links(organisation).filter(pk__in=keys)


def troubled_by(organisation: Organisation, cause: TroubleCause) -> QuerySet[Link]:
    """Return all links that wait for the cause."""
    return troubled_links(organisation).filter(cause.condition())


def troubled_records(
    organisation: Organisation, keys: Sequence[int]
) -> Mapping[int, TroubledRecord]:
    """Return what is shown of each of the links, by primary key."""
    links = troubled_among(organisation, keys)
    decisions = decisions_on_each(links)
    return {
        pk: TroubledRecord(amount, code, decisions.get(pk, ()))
        for pk, amount, code in links.values_list("pk", AMOUNT, CURRENCY)
    }


def urls_of_doubles(link: Link) -> list[str]:
    """Return the pages in Xero of second copies that could not be removed."""
    if link.document is None or (link.problem or {}).get("code") != ProblemCode.DOUBLED:
        return []
    return [
        xero_url(Link(organisation=link.organisation, document=link.document, xero_id=stray))
        for stray in link.strays
    ]
