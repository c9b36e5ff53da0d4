"""A stand-in Xero on a socket, fresh for each test, that the settings point at."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from strict_sandbox import strict_sandbox
from xero_books import let_forms_lead_to
from xero_sandbox.server import Running


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[Running]:
    with strict_sandbox() as running:
        yield running


@pytest.fixture
def xero(sandbox_server: Running, settings: Settings) -> Running:
    sandbox_server.sandbox.reset()
    settings.XERO_CLIENT_ID = sandbox_server.options.client_id
    settings.XERO_CLIENT_SECRET = sandbox_server.options.client_secret
    settings.XERO_LOGIN_URL = sandbox_server.url
    settings.XERO_IDENTITY_URL = sandbox_server.url
    settings.XERO_API_URL = sandbox_server.url
    let_forms_lead_to(sandbox_server.url, settings)
    return sandbox_server
