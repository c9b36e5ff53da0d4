"""Reading an organisation's lists from the stand-in Xero into our copies of them."""

from typing import Any

from plain_http import plain_http
from tallystick.connections.client import client_for
from tallystick.connections.models import Organisation
from tallystick.mirror import xero_lists
from tallystick.mirror.models import Account, Currency, TaxRate, TrackingCategory
from tallystick.mirror.signals import lists_read
from xero_books import Sandbox


def test_five_calls_read_all_that_is_needed_to_resolve(connected, sandbox):
    assert xero_lists.is_stale(connected)
    while_connecting = sandbox.calls()

    xero_lists.keep(connected, xero_lists.read(client_for(connected)))

    assert not xero_lists.is_stale(connected)
    assert sandbox.calls() - while_connecting == dict.fromkeys(
        [f"GET {name}" for name in
         ("Organisation", "Accounts", "TaxRates", "Currencies", "TrackingCategories")], 1
    )  # fmt: skip
    assert (connected.currency, connected.timezone) == ("GBP", "Europe/London")
    assert {one.code for one in Currency.objects.all()} == {"GBP", "EUR", "USD"}
    assert TaxRate.objects.get(tax_type="OUTPUT2").effective_rate == 20
    bank = Account.objects.get(code="090")
    assert (bank.type, bank.currency, bank.takes_payments) == ("BANK", "GBP", False)
    assert Account.objects.filter(takes_payments=True).exists()


def test_reading_again_follows_every_change_in_xero(connected, sandbox):
    xero = _Xero(sandbox, connected)
    xero_lists.keep(connected, xero_lists.read(client_for(connected)))
    region = TrackingCategory.objects.get(name="Region")
    assert region.status == "ACTIVE"
    assert {"North", "South"} < set(region.options)
    north = xero.find(f"TrackingCategories/{region.xero_id}", "Options", "North")

    xero.post(
        f"TrackingCategories/{region.xero_id}/Options/{north['TrackingOptionID']}",
        {"Status": "ARCHIVED"},
    )
    xero.post(f"TrackingCategories/{region.xero_id}", {"Name": "Area"})
    xero.put("Currencies", {"Code": "JPY"})
    Currency.objects.create(organisation=connected, code="CHF")
    xero_lists.keep(connected, xero_lists.read(client_for(connected)))

    region.refresh_from_db()
    assert region.name == "Area"
    assert "South" in region.options
    assert "North" not in region.options
    listed = Currency.objects.filter(gone_at=None)
    assert {one.code for one in listed} == {"GBP", "EUR", "USD", "JPY"}
    assert Currency.objects.get(code="CHF").gone_at, "what is listed no more stays, as gone"


def test_that_the_lists_were_read_is_announced(connected):
    heard: list[int] = []

    def listen(organisation_id: int, **_: object) -> None:
        heard.append(organisation_id)

    lists_read.connect(listen)
    xero_lists.keep(connected, xero_lists.read(client_for(connected)))
    lists_read.disconnect(listen)

    assert heard == [connected.pk]


class _Xero:
    """Changes lists in the stand-in as a person would."""

    def __init__(self, sandbox: Sandbox, organisation: Organisation) -> None:
        wanted = {"organisation": str(organisation.tenant_id), "scope": "accounting.settings"}
        self._base = f"{sandbox.url}/api.xro/2.0"
        self._headers = {
            "Authorization": f"Bearer {sandbox.post('/_sandbox/tokens', wanted)['access_token']}",
            "xero-tenant-id": str(organisation.tenant_id),
            "Accept": "application/json",
        }

    def put(self, path: str, body: dict[str, str]) -> dict[str, Any]:
        return self._send("PUT", path, body)

    def post(self, path: str, body: dict[str, str]) -> dict[str, Any]:
        return self._send("POST", path, body)

    def find(self, path: str, part: str, name: str) -> dict[str, Any]:
        """Return the part of a record that has the name."""
        plural = path.partition("/")[0]
        (record,) = self._send("GET", path)[plural]
        return next(one for one in record[part] if one["Name"] == name)

    def _send(self, method: str, path: str, body: dict[str, str] | None = None) -> dict[str, Any]:
        answer = plain_http.request(
            method, f"{self._base}/{path}", json=body, headers=self._headers
        ).raise_for_status()
        return answer.json()
