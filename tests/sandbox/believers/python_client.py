"""Xero's own Python client, unchanged but for its host."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
from interface import ACCOUNTING, offered, read
from xero_python.accounting import AccountingApi
from xero_python.api_client import ApiClient
from xero_python.api_client.configuration import Configuration
from xero_python.api_client.oauth2 import OAuth2Token
from xero_python.identity import IdentityApi

from xero_sandbox.identity.scopes import GRANULAR

CLIENT = ("sandbox-client", "sandbox-secret")
CALLBACK = "http://localhost:8000/callback"
SCOPES = list(GRANULAR)


@dataclass
class Believer:
    """An app built on xero-python: its client, and where it keeps its token."""

    http: httpx2.Client  #: what the person's browser and the app's own token exchange use
    token: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client = ApiClient(
            Configuration(oauth2_token=OAuth2Token(*CLIENT)),
            oauth2_token_getter=lambda: self.token,
            oauth2_token_saver=self._keep,
        )
        host = str(self.http.base_url).rstrip("/")
        self.accounting = AccountingApi(self.client, base_url=f"{host}/api.xro/2.0")
        self.identity = IdentityApi(self.client, base_url=host)

    def _keep(self, token: dict[str, Any]) -> None:
        self.token = token

    def sign_in(self, organisation: str, scopes: list[str] = SCOPES) -> None:
        """Press Allow on the consent page and exchange the code, as a web app would."""
        query = {
            "response_type": "code",
            "client_id": CLIENT[0],
            "redirect_uri": CALLBACK,
            "scope": " ".join(scopes),
            "state": "s",
        }
        page = f"/identity/connect/authorize?{urlencode(query)}"
        assert self.http.get(page).status_code == 200
        back = self.http.post(page, data={"organisation": organisation, "decision": "allow"})
        [code] = parse_qs(urlsplit(back.headers["Location"]).query)["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        answer = self.http.post("/connect/token", data=form, auth=CLIENT)
        assert answer.status_code == 200, answer.text
        self._keep(answer.json() | {"scope": answer.json()["scope"].split()})


@contextmanager
def signed_in(
    http: httpx2.Client, organisation: str, scopes: list[str] = SCOPES
) -> Iterator[Believer]:
    app = Believer(http)
    app.sign_in(organisation, scopes)
    try:
        yield app
    finally:
        # The client never closes its connections, and warnings of that must not strike others.
        app.client.rest_client.pool_manager.clear()
        del app
        gc.collect()


def offered_calls() -> set[str]:
    """What the client calls the operations that the stand-in offers."""
    operations = offered(read("xero_accounting.yaml"), ACCOUNTING)
    words = re.compile("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
    return {words.sub("_", one.id).lower() for one in operations}
