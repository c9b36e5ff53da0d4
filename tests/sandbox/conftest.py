from collections.abc import Iterator

import httpx2
import pytest
from books_client import Books, client_of, connect

from xero_sandbox.server import Running, start


@pytest.fixture
def sandbox() -> Iterator[Running]:
    with start() as running:
        yield running


@pytest.fixture
def http(sandbox: Running) -> Iterator[httpx2.Client]:
    with client_of(sandbox) as client:
        yield client


@pytest.fixture
def books(http: httpx2.Client) -> Books:
    """The UK demo company, connected, limits off."""
    return connect(http)
