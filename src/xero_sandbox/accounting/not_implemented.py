"""What Xero's interface describes and nobody answers here: 501, in the words that Xero has for it.

A route that serves an operation stands before these in `xero_sandbox.routes` and wins, so a row
that is served by now does no harm; it can be taken out of the table.
"""

from __future__ import annotations

from typing import NoReturn

from xero_sandbox.problems import MethodNotImplemented
from xero_sandbox.routing import Call, Route

_SETTINGS, _EXPENSES = "accounting.settings", "accounting.classicexpenses"


def refuse(call: Call) -> NoReturn:
    raise MethodNotImplemented


#: Methods, path below the API, and the scope asked for.
Row = tuple[str, str, str]
#: Xero has not got the first (facts 4.4) and has closed the others: classic expenses (facts 6.12).
_NOT_AT_XERO: tuple[Row, ...] = (
    ("POST", "Organisation", _SETTINGS),
    ("PUT", "ExpenseClaims", _EXPENSES),
    ("POST", "ExpenseClaims/{id}", _EXPENSES),
    ("PUT", "Receipts", _EXPENSES),
    ("POST", "Receipts/{id}", _EXPENSES),
    ("PUT POST", "Employees", _SETTINGS),
)


_NOT_HERE: tuple[Row, ...] = (("POST", "Setup", _SETTINGS),)
ROUTES = tuple(
    Route(method, f"/api.xro/2.0/{path}", refuse, "api", (scope,))
    for methods, path, scope in (*_NOT_AT_XERO, *_NOT_HERE)
    for method in methods.split()
)
