"""The refusal of inefficient questions to very large books (facts 5.3)."""

from __future__ import annotations

import re

from xero_sandbox.messages import Response
from xero_sandbox.problems import ApiError, validation_exception

#: What may be asked and ordered by, where known; other resources are never refused.
_FILTERS = {
    "Invoice": {
        "Status", "Contact.ContactID", "Contact.Name", "Contact.ContactNumber", "Reference",
        "InvoiceNumber", "InvoiceID", "Type", "AmountPaid", "Date", "DueDate", "AmountDue",
    },
    "Contact": {"Name", "EmailAddress", "AccountNumber", "ContactID"},
    "BankTransaction": {"Type", "Status", "Date", "Contact.ContactID"},
    "Payment": {"PaymentID", "Status", "Date", "Invoice.InvoiceID", "PaymentType", "Reference"},
}  # fmt: skip
_ORDERS = {
    "Invoice": {"InvoiceID", "UpdatedDateUTC", "Date"},
    "Contact": {"ContactID", "UpdatedDateUTC", "Name"},
    "BankTransaction": {"BankTransactionID", "UpdatedDateUTC", "Date"},
    "Payment": {"PaymentID", "UpdatedDateUTC", "Date"},
}
_STRINGS = re.compile(r'"[^"]*"')
_NAMES = re.compile(r"[A-Za-z_][\w.]*")
_WORDS = {"and", "or", "null", "true", "false", "guid", "datetime", "datetime.parse"}
_METHODS = re.compile(
    r"\.(contains|startswith|endswith|tolower|equals|isnullorempty|length)\b", re.IGNORECASE
)


class Inefficient(ApiError):
    def __init__(self, plural: str) -> None:
        super().__init__(
            f"Your request is not filtering {plural} efficiently, given the extremely high volume "
            "for this organisation. See "
            "https://developer.xero.com/documentation/api/efficient-data-retrieval"
        )

    def response(self) -> Response:
        return validation_exception(str(self))


def is_efficient(type_name: str, asked: dict[str, str], *, paged: bool) -> bool:
    """Whether `where`, `order` and paging are of the kind Xero answers for any volume."""
    if type_name not in _FILTERS:
        return True
    where = _STRINGS.sub('""', asked.get("where", ""))
    if not paged or _METHODS.search(where):
        return False
    filters, orders = _FILTERS[type_name], _ORDERS[type_name]
    return _within(filtered_by(asked), filters) and _within(ordered_by(asked), orders)


def filtered_by(asked: dict[str, str]) -> set[str]:
    """Return the names in `where`, in lower case."""
    where = _METHODS.sub("", _STRINGS.sub('""', asked.get("where", "")))
    return {name.lower() for name in _NAMES.findall(where) if name.lower() not in _WORDS}


def ordered_by(asked: dict[str, str]) -> set[str]:
    """Return the names in `order`, in lower case."""
    parts = asked.get("order", "").lower().split(",")
    return {part.split()[0] for part in parts if part.strip()}


def _within(names: set[str], known: set[str]) -> bool:
    return names <= {name.lower() for name in known}
