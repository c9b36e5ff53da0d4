"""The UK demo company as Xero's own Python client sees it, one sandbox for each file of tests."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx2
import pytest
from books_client import UK, client_of
from python_client import signed_in

from xero_sandbox.server import Running, start


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with start() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def browser(running: Running) -> Iterator[httpx2.Client]:
    with client_of(running) as http:
        yield http


class _Bound:
    """The Accounting API with the organisation filled in."""

    def __init__(self, accounting: Any, browser: httpx2.Client) -> None:
        self._accounting = accounting
        self.browser = browser

    def __getattr__(self, name: str) -> Any:
        return partial(getattr(self._accounting, name), UK)


@pytest.fixture(scope="module")
def api(browser: httpx2.Client) -> Iterator[_Bound]:
    with signed_in(browser, UK) as app:
        yield _Bound(app.accounting, browser)
