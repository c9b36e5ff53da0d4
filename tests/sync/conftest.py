from collections.abc import Iterator

import pytest
from bookkeeper import Bookkeeper

from strict_sandbox import strict_sandbox
from xero_books import Books, Sandbox, close_pools, connected_books, use_sandbox
from xero_sandbox.server import Running


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Running]:
    with strict_sandbox() as running:
        yield running
        close_pools()


@pytest.fixture
def sandbox(running_sandbox: Running, settings) -> Sandbox:
    """A fresh stand-in Xero, and this process pointed at it."""
    sandbox = use_sandbox(running_sandbox.url, settings)
    sandbox.post("/_sandbox/reset")
    return sandbox


@pytest.fixture
def books(transactional_db: None, sandbox: Sandbox) -> Books:
    """A workspace connected to the UK demo company, with all mapped that any kind needs."""
    books = connected_books(sandbox)
    books.choose_everything()
    return books


@pytest.fixture
def bookkeeper(books: Books) -> Bookkeeper:
    """A person at work in the organisation's books."""
    return Bookkeeper.of(books)
