"""How this installation reaches Xero: its app, Xero's hosts, and one pool of connections a process."""

from functools import lru_cache

import httpx2
from django.conf import settings

from tallystick.xero import App, Hosts, http_pool

#: Path of the address that Xero sends people back to; registered at Xero letter by letter.
CALLBACK_PATH = "/api/integrations/xero/callback"
#: The longest wait for an answer about tokens, so that a refresh ends within its claim.
_TOKEN_SECONDS = 20


def is_set_up() -> bool:
    """Say whether a client id is configured, without which nobody can connect."""
    return bool(settings.XERO_CLIENT_ID)


def app() -> App:
    return App(settings.XERO_CLIENT_ID, settings.XERO_CLIENT_SECRET or None)


def hosts() -> Hosts:
    return Hosts(
        login=settings.XERO_LOGIN_URL,
        identity=settings.XERO_IDENTITY_URL,
        api=settings.XERO_API_URL,
    )


def redirect_uri() -> str:
    """Return the address that Xero sends a person back to."""
    return settings.PUBLIC_URL + CALLBACK_PATH


@lru_cache(maxsize=1)
def api_pool() -> httpx2.Client:
    """Return the process's pool for the Accounting API."""
    return http_pool(read_seconds=settings.XERO_TIMEOUT_SECONDS)


@lru_cache(maxsize=1)
def token_pool() -> httpx2.Client:
    """Return the process's pool for consent and tokens, which waits less long."""
    return http_pool(read_seconds=min(_TOKEN_SECONDS, settings.XERO_TIMEOUT_SECONDS))
