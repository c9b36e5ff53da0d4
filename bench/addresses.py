"""Every address that a workspace's pages answer a GET with, and what people ask the lists for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from big_books import BigBooks
from django.db.models import Count, Max, Min, Model, QuerySet
from django.urls import get_resolver, reverse
from django.utils import timezone

from tallystick.books.models import Document, Item, Kind, Party, Payment
from tallystick.sync.links.attempt_actions import ACTION_WORDS
from tallystick.sync.models import Attempt, AttemptOutcome, Link, LinkState, Run
from tallystick.sync.reports import attention
from tallystick.sync.reports.document_filter import SORTS
from tallystick.sync.reports.narrowing import PERIODS, STATES
from tallystick.sync.reports.payment_filter import STATUSES, WAYS
from tallystick.web.kinds import PAGES

#: Made in the background, sent row by row, or about one file: no page among them.
LEFT_OUT = frozenset(
    {
        *("sync-plan", "payment-export", *(pages.export_name for pages in PAGES.values())),
        *("import-upload", "import-act", "import-columns", "import-layout", "import-answer"),
        *("import-bad-rows", "import-left-out", "file-format", "file-format-delete"),
        *("import-tax-codes", "kept-import", "kept-import-undo", "report", "report-file"),
        *("xero-callback", "asset", "gallery", "document-template-edit"),
        # Look at every record of a period, beside a page that has come already.
        *("compare-sums", "compare-json", "compare-export"),
    }
)
#: Numbers whole and in part, names rare and everybody's, with and without accents, amounts, one and
#: two letters, and what is nowhere.
SEARCHES = (
    *("INV-0000770", "770", "INV", "I", "1", "C", "PO 12", "PO 79190", "07", "0000"),
    *("Harbour", "harbour goods", "Café", "cafe", "Zürich", "Ædel Quixotic", "Walk-in", "Ltd"),
    *("12.34", "1,234.50", "0.01", "999999.99", "C000001", "zzzzzz", "no such thing", "é", "e"),
)
Row = TypeVar("Row", bound=Model)
_LISTS = tuple(pages.list_name for pages in PAGES.values())


def addresses(books: BigBooks) -> Iterator[tuple[str, str]]:
    """Yield a name, the same for all books, and the address; of lists all that can be asked."""
    routes = get_resolver().reverse_dict
    for name in filter(lambda key: isinstance(key, str) and key not in LEFT_OUT, routes):
        (_, _, _, converters), *_ = routes.getlist(name)
        if "pk" in converters:
            for label, pk in _keys_for(books, name):
                yield f"{name} {label}", reverse(name, args=[books.workspace.slug, pk])
        elif "uid" in converters:
            document = Document.objects.in_workspace(books.workspace).latest("pk")
            yield name, reverse(name, args=[document.uid])
        else:
            given = [books.workspace.slug] if "slug" in converters else []
            kind = ["party"] if "kind" in converters else []  # whose sync rule it is about
            yield name, reverse(name, args=[*given, *kind])
    for name, query in _queries(books):
        yield f"{name} ?{query}", f"{reverse(name, args=[books.workspace.slug])}?{query}"


def _keys_for(books: BigBooks, name: str) -> list[tuple[str, int]]:
    """Return what of a record's page is asked for: one of each sort, and the largest there is."""
    workspace, organisation = books.workspace, books.organisation
    ours = Document.objects.in_workspace(workspace)
    kinds = {each: pages.kind for pages in PAGES.values() for each in (pages.name, pages.edit_name)}
    if name in kinds or name.startswith("document-"):
        found = ours.of_kind(kinds.get(name, Kind.SALES_INVOICE))
        walk_in = found.filter(party__is_walk_in=True)
        stopped = found.filter(links__state=LinkState.FAILED)
        return _named(newest=found.order_by("-pk"), walk_in=walk_in.order_by("pk"), failed=stopped)
    if name.startswith("party"):
        parties = Party.objects.in_workspace(workspace)
        return _named(walk_in=parties.filter(is_walk_in=True), other=parties.order_by("pk")[9:10])
    if name.startswith("item"):
        return _named(first=Item.objects.in_workspace(workspace))
    if name.startswith("run"):
        runs = Run.objects.filter(organisation=organisation)
        largest = Link.objects.filter(run__in=runs).values("run").annotate(count=Count("pk"))
        largest_key = largest.order_by("-count").values_list("run", flat=True)[:1]
        return _named(newest=runs.order_by("-pk"), largest=runs.filter(pk__in=list(largest_key)))
    raise LookupError(f"{name} is a new address: name an example of it in bench/addresses.py.")


def _named(**found: QuerySet[Any]) -> list[tuple[str, int]]:
    keys = ((label, each.values_list("pk", flat=True).first()) for label, each in found.items())
    return [(label, pk) for label, pk in keys if pk is not None]


def _queries(books: BigBooks) -> Iterator[tuple[str, str]]:
    for name in _LISTS:
        yield from ((name, query) for query in _of_documents(books))
    yield from (("payment-list", query) for query in _of_payments(books))
    for q in SEARCHES:
        yield from ((name, urlencode({"q": q})) for name in ("search", "party-list", "item-list"))
        yield "party-options", urlencode({"q": q})
        yield "sync-log", urlencode({"q": q})
    yield from (("party-list", f"role={role}") for role in ("customer", "supplier"))
    for outcome in AttemptOutcome.values:
        yield "sync-log", f"outcome={outcome}"
        yield "sync-log", urlencode({"outcome": outcome, "q": "zzzzzz"})
    for action in ACTION_WORDS:
        yield "sync-log", f"action={action}"
        yield "sync-log", f"action={action}&outcome=failed"
    for group in attention.groups_of(books.organisation).shown:
        yield "needs-attention", urlencode({"cause": str(group.cause)})
    yield "integrations", "xero=connected"
    yield from _far_pages(books)


def _of_documents(books: BigBooks) -> Iterator[str]:
    """Yield each filter of a list of documents, and those together that find little of much."""
    today = timezone.localdate()
    states, statuses = [state.value for state in STATES], ("draft", "submitted", "cancelled")
    parties = Party.objects.in_workspace(books.workspace)
    walk_in = parties.get(is_walk_in=True).pk
    small = parties.order_by("-pk").values_list("pk", flat=True)[0]
    sorts = [sign + sort for sort in SORTS for sign in ("", "-")]
    given: list[dict[str, object]] = [
        *({"q": q} for q in SEARCHES),
        *({"state": state} for state in states),
        *({"state": state, "sort": sort} for state in states for sort in sorts),
        *({"status": status} for status in statuses),
        *({"sort": sort} for sort in sorts),
        *({"status": status, "sort": sort} for status in statuses for sort in sorts),
        *({"period": period} for period in PERIODS if period),
        *({"since": today - timedelta(days=800), "until": today - timedelta(days=days)} for days in (0, 790)),
        {"since": "1990-01-01", "until": "1990-12-31"},
        *({"party": party} for party in (walk_in, small)),
        *({"party": walk_in, "state": state} for state in states),
        *({"party": walk_in, "q": q} for q in ("INV", "zzzzzz", "12.34", "1")),
        *({"party": walk_in, "sort": sort} for sort in sorts),
        *({"state": state, "q": q} for state in states for q in ("Harbour", "zzzzzz", "12.34", "1")),
        *({"state": state, "period": "last-year"} for state in states),
        *({"state": state, "status": "draft"} for state in states),
        *({"status": "draft", "q": q} for q in ("Harbour", "zzzzzz", "INV")),
        *({"period": "last-year", "q": q} for q in ("Harbour", "zzzzzz", "12.34", "INV")),
        {"state": "failed", "status": "submitted", "period": "this-year", "q": "Ltd", "sort": "number"},
        {"state": "synced", "status": "submitted", "period": "last-year", "party": walk_in, "q": "INV"},
    ]  # fmt: skip
    return map(urlencode, given)


def _of_payments(books: BigBooks) -> Iterator[str]:
    states = [state.value for state in STATES]
    given: list[dict[str, object]] = [
        *({"q": q} for q in SEARCHES),
        *({"way": way} for way in WAYS),
        *({"method": method} for method in ("card", "Bank Transfer", "cheque")),
        *({"state": state} for state in states),
        *({"status": status} for status in STATUSES if status),
        *({"period": period} for period in PERIODS if period),
        *({"way": "out", "state": state} for state in states),
        *({"way": way, "q": q} for way in WAYS for q in ("Harbour", "zzzzzz", "12.34")),
        *({"method": "cheque", "q": q} for q in ("Harbour", "zzzzzz")),
        *({"state": state, "q": "zzzzzz"} for state in states),
        {"way": "in", "method": "card", "status": "deleted", "period": "last-year", "q": "Harbour"},
    ]
    return map(urlencode, given)


def _far_pages(books: BigBooks) -> Iterator[tuple[str, str]]:
    """Yield pages from the middle and the end of the long lists."""
    workspace = books.workspace
    for pages in PAGES.values():
        found = Document.objects.in_workspace(workspace).of_kind(pages.kind)
        for label, document in _far(found, "issued_on"):
            yield pages.list_name, f"{label}={document.issued_on}~{document.pk}"
            yield pages.list_name, f"sort=number&{label}={document.number}~{document.pk}"
            yield pages.list_name, f"state=synced&{label}={document.issued_on}~{document.pk}"
    for label, payment in _far(Payment.objects.in_workspace(workspace), "paid_on"):
        yield "payment-list", f"{label}={payment.paid_on}~{payment.pk}"
    for label, attempt in _far(Attempt.objects.filter(organisation=books.organisation), "pk"):
        yield "sync-log", f"{label}={attempt.pk}"
        yield "sync-log", f"outcome=failed&{label}={attempt.pk}"
    for label, party in _far(Party.objects.in_workspace(workspace), "name"):
        yield "party-list", urlencode({label: f"{party.name}~{party.pk}"})


def _far(found: QuerySet[Row], field: str) -> Iterator[tuple[str, Row]]:
    """Yield cursors to the middle and to both ends, each with its record."""
    last = found.order_by(field, "pk").first()
    middle = found.filter(pk__gte=_middle_key(found)).order_by("pk").first()
    if last and middle:
        yield from (("after", middle), ("before", middle), ("before", last), ("after", last))


def _middle_key(found: QuerySet[Row]) -> int:
    ends = found.aggregate(first=Min("pk"), last=Max("pk"))
    return ((ends["first"] or 0) + (ends["last"] or 0)) // 2
