"""Xero's list of connections: which organisations a token may act for."""

import httpx2
from msgspec.json import Decoder

from tallystick.xero.answers import read_nothing, reader
from tallystick.xero.calls import OnCall, Outgoing, bearer, make_call
from tallystick.xero.hosts import Hosts
from tallystick.xero.queries import encode_query
from tallystick.xero.records import XeroConnection

_connection_lists = Decoder(list[XeroConnection])


def connections(
    http: httpx2.Client,
    hosts: Hosts,
    access_token: str,
    *,
    auth_event_id: str | None = None,
    on_call: OnCall | None = None,
) -> list[XeroConnection]:
    """Return what the token may act for; with `auth_event_id` only what that one consent added."""
    query = "?" + encode_query({"authEventId": auth_event_id}) if auth_event_id else ""
    outgoing = Outgoing(
        method="GET",
        url=f"{hosts.api}/connections{query}",
        endpoint="connections",
        headers=bearer(access_token),
    )
    return make_call(http, outgoing, reader(_connection_lists), on_call)


def delete_connection(
    http: httpx2.Client,
    hosts: Hosts,
    access_token: str,
    connection_id: str,
    *,
    on_call: OnCall | None = None,
) -> None:
    """Disconnect one organisation; the token stays good for others. Raises NotFound if it is gone."""
    outgoing = Outgoing(
        method="DELETE",
        url=f"{hosts.api}/connections/{connection_id}",
        endpoint="connections",
        headers=bearer(access_token),
        writes=True,
    )
    make_call(http, outgoing, read_nothing, on_call)
