"""The organisation switcher, and the style sheet of all screens."""

from __future__ import annotations

from xero_sandbox.messages import Response
from xero_sandbox.organisations.records import all_organisations
from xero_sandbox.pages import page, stylesheet
from xero_sandbox.routing import Call, Route


def home(call: Call) -> Response:
    sql = "SELECT organisation, count(*) FROM invoice GROUP BY organisation"
    counts = dict(call.db.execute(sql).fetchall())
    organisations = [
        data | {"count": counts.get(data["OrganisationID"], 0)}
        for data in all_organisations(call.db)
    ]
    return page("home.html", organisations=organisations)


def css(call: Call) -> Response:
    return stylesheet()


ROUTES = (
    Route("GET", "/", home, "screen"),
    Route("GET", "/sandbox.css", css, "screen"),
)
