from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from books_client import Books, client_of, connect
from webhook_receiver import Receiver, register

from xero_sandbox.server import Running, start


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Running]:
    with start() as running:
        yield running


@pytest.fixture
def sandbox(running_sandbox: Running) -> Running:
    """A fresh stand-in Xero; to start one takes three times as long."""
    running_sandbox.sandbox.reset()
    return running_sandbox


@pytest.fixture
def http(sandbox: Running) -> Iterator[httpx2.Client]:
    with client_of(sandbox) as client:
        yield client


@pytest.fixture
def books(http: httpx2.Client) -> Books:
    """The UK demo company, connected, limits off."""
    return connect(http)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def hook(http: httpx2.Client, books: Books, receiver: Receiver) -> dict[str, Any]:
    """The default app's webhook, shown to be willing, with nothing received since."""
    registered = register(http, receiver)
    assert registered["status"] == "OK", registered
    receiver.forget()
    return registered
