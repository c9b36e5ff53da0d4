"""A client that calls nobody: what would be asked is reported, and nothing is found."""

from typing import TypeVar

import httpx2

from tallystick.xero.calls import OnCall
from tallystick.xero.client import XeroClient
from tallystick.xero.hosts import Hosts

Client = TypeVar("Client", bound=XeroClient)

_NOWHERE = "http://nowhere.invalid"
#: One organisation without a name, and of everything else nothing.
_EMPTY: dict[str, object] = {
    "DateTimeUTC": "/Date(0)/",
    "Organisations": [{}],
    "Accounts": [],
    "BankTransactions": [],
    "Contacts": [],
    "CreditNotes": [],
    "Currencies": [],
    "Invoices": [],
    "Items": [],
    "Overpayments": [],
    "Payments": [],
    "Prepayments": [],
    "TaxRates": [],
    "TrackingCategories": [],
}


class _Nobody(httpx2.BaseTransport):
    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method != "GET":
            raise RuntimeError(f"A plan writes nothing, but {request.method} was to be sent.")
        return httpx2.Response(200, json=_EMPTY)


def silent_client(on_call: OnCall, *, of: type[Client]) -> Client:
    """Return a client of the class whose every question is reported to `on_call` and finds nothing.

    To learn how many calls something takes without making one. A write raises RuntimeError.
    """
    pool = httpx2.Client(transport=_Nobody())
    return of(pool, Hosts(_NOWHERE, _NOWHERE, _NOWHERE), "none", "none", on_call)
