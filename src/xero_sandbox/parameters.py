"""Names of query parameters as Xero writes them (facts 5.1), for the switch `query_names`."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

from xero_sandbox.messages import Request

_NAMES = """
    page pageSize order where IDs InvoiceNumbers ContactIDs Statuses summaryOnly includeArchived
    createdByMyApp searchTerm unitdp summarizeErrors showPayments DateFrom DateTo QuoteNumber
    ContactID ExpiryDateFrom ExpiryDateTo Status fromDate toDate date contactId periods timeframe
    trackingCategoryID trackingOptionID standardLayout paymentsOnly includeOnline
    SourceTransactionID TargetTransactionID LinkedTransactionID allowBackorders offset reportYear
""".split()  # noqa: SIM905 - a list of words is read more easily
_EXACT = set(_NAMES)
_FOLDED = {name.lower() for name in _NAMES}


def exact_names_only(request: Request) -> Request:
    """Return the request without parameters that are Xero's but for their case."""
    path, mark, query = request.target.partition("?")
    kept = [part for part in query.split("&") if not _odd_case(unquote(part.partition("=")[0]))]
    return replace(request, target=path + mark + "&".join(kept))


def _odd_case(name: str) -> bool:
    return name not in _EXACT and name.lower() in _FOLDED
