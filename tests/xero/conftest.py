from collections.abc import Callable, Iterator

import httpx2
import pytest
from beside_sandbox import UK, consent

from strict_sandbox import strict_sandbox
from tallystick.xero import Call, ContactDraft, ContactRef, Hosts, XeroClient, http_pool
from xero_sandbox.server import Running

HOSTS = Hosts.all_at("https://xero.test")
TOKEN = "a-very-secret-access-token"


@pytest.fixture
def pool_answering() -> Iterator[Callable[..., httpx2.Client]]:
    """Make pools whose far end is a function from request to response, or one fixed response."""
    pools: list[httpx2.Client] = []

    def make(answer: httpx2.Response | Callable[[httpx2.Request], httpx2.Response]):
        handler = answer if callable(answer) else lambda request: answer
        pools.append(http_pool(transport=httpx2.MockTransport(handler)))
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()


@pytest.fixture
def calls() -> list[Call]:
    return []


@pytest.fixture
def client_answering(pool_answering, calls) -> Callable[..., XeroClient]:
    """Make clients of one organisation over `pool_answering`; their calls go to `calls`."""

    def make(answer) -> XeroClient:
        return XeroClient(pool_answering(answer), HOSTS, TOKEN, "tenant-1", calls.append)

    return make


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with strict_sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def hosts(sandbox: Running) -> Hosts:
    return Hosts.all_at(sandbox.url)


@pytest.fixture(scope="module")
def http() -> Iterator[httpx2.Client]:
    with http_pool() as pool:
        yield pool


@pytest.fixture(scope="module")
def access_token(http: httpx2.Client, hosts: Hosts) -> str:
    """For the UK organisation at the stand-in."""
    return consent(http, hosts).access_token


@pytest.fixture(scope="module")
def client(http: httpx2.Client, hosts: Hosts, access_token: str) -> XeroClient:
    """The UK organisation's client at the stand-in."""
    return XeroClient(http, hosts, access_token, UK)


@pytest.fixture(scope="module")
def contact(client: XeroClient) -> ContactRef:
    [element] = client.create_contacts([ContactDraft(name="Ann", contact_number="ann")], "ann")
    return ContactRef(contact_id=element.record.contact_id)


def pytest_terminal_summary(terminalreporter) -> None:
    """Print how many of Xero's messages on record are explained."""
    for report in terminalreporter.stats.get("passed", []):
        for name, said in report.user_properties:
            if name == "messages" and report.when == "call":
                terminalreporter.write_line(said)
