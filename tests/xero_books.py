"""A workspace bound to books in a real stand-in Xero over real HTTP, and the tools to watch both."""

import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2
from django.conf import settings
from django.db.models import F

from consenting import UK, connect
from factories import (
    line,
    make_document,
    make_party,
    make_tax_code,
    make_workspace,
    owner_of,
)
from tallystick.books.documents import cancel_documents
from tallystick.books.models import Document, Party
from tallystick.connections.models import Organisation
from tallystick.mapping.services import choose_sales_account, choose_tax_type
from tallystick.sync.models import Attempt, Batch, Lane, Link
from tallystick.sync.push.round import drain
from tallystick.sync.queue import retry
from tallystick.workspaces.models import User, Workspace


@dataclass
class Sandbox:
    """The control side of a running stand-in Xero."""

    url: str

    def get(self, path: str, **query: str) -> Any:
        return httpx2.get(f"{self.url}{path}", params=query).raise_for_status().json()

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = httpx2.post(f"{self.url}{path}", json=body or {}, timeout=30).raise_for_status()
        return answer.json() if answer.content else None

    def fault(self, action: str, **fault: Any) -> int:
        """Make matching requests misbehave; `match` keys are method, path, nth, times."""
        match = {key: fault.pop(key) for key in ("method", "path", "nth", "times") if key in fault}
        found = self.post("/_sandbox/faults", {"match": match, "action": action, **fault})
        return int(found["id"])

    def remove_fault(self, fault: int) -> None:
        httpx2.delete(f"{self.url}/_sandbox/faults/{fault}").raise_for_status()

    def is_holding(self, fault: int) -> bool:
        """Tell whether a request hangs at the fault just now."""
        faults = self.get("/_sandbox/faults")["faults"]
        return any(one["id"] == fault and one["holding"] for one in faults)

    def advance(self, seconds: int) -> None:
        self.post("/_sandbox/clock", {"advance_seconds": seconds})

    def calls(self) -> Counter[str]:
        """Count the requests to the accounting API so far, such as {"PUT Invoices": 1}."""
        rows = self.get("/_sandbox/requests")["requests"]
        prefix = "/api.xro/2.0/"
        return Counter(
            f"{row['method']} {row['path'].removeprefix(prefix)}"
            for row in rows
            if row["path"].startswith(prefix)
        )


@dataclass
class Books:
    """One workspace, connected and mapped, with the books it is bound to."""

    sandbox: Sandbox
    workspace: Workspace
    owner: User
    organisation: Organisation

    def drain(self, rounds: int = 1) -> None:
        """Work rounds here and now, as a worker would."""
        for _ in range(rounds):
            drain(self.organisation.pk)

    def submit(self, number: str, party: Party | None = None, **given: Any) -> Document:
        """Submit an invoice of one line; it comes to 14.94 GBP where the test gives no lines."""
        party = party or self.workspace.parties.first() or make_party(self.workspace, number="C1")
        given.setdefault("lines", [line(tax_code="VAT20", quantity="3", unit_price="4.15")])
        return make_document(
            self.workspace, party=party, number=number, currency="GBP", submitted=True, **given
        )

    def cancel(self, *documents: Document) -> None:
        cancel_documents(
            workspace=self.workspace,
            document_ids=[document.pk for document in documents],
            actor=self.owner,
        )

    def retry(self, *documents: Document) -> int:
        links = [self.link(document).pk for document in documents]
        return retry(workspace=self.workspace, actor=self.owner, link_ids=links)

    def invoices(self) -> list[dict[str, Any]]:
        """What the organisation holds now, by the sandbox's own account."""
        answer = httpx2.get(
            f"{self.sandbox.url}/_sandbox/invoices",
            params={"organisation": str(self.organisation.tenant_id)},
            timeout=60,
        ).raise_for_status()
        return [httpx2.Response(200, text=line).json() for line in answer.text.splitlines()]

    def live(self) -> list[dict[str, Any]]:
        gone = {"DELETED", "VOIDED"}
        return [invoice for invoice in self.invoices() if invoice["status"] not in gone]

    def link(self, document: Document) -> Link:
        return Link.objects.get(document=document, organisation=self.organisation)

    def requests(self, path: str) -> list[dict[str, Any]]:
        """Every request that the sandbox has served at the path."""
        rows: list[dict[str, Any]] = self.sandbox.get("/_sandbox/requests")["requests"]
        return [row for row in rows if row["path"] == path]

    def states(self) -> Counter[str]:
        links = Link.objects.filter(organisation=self.organisation, document__isnull=False)
        return Counter(links.values_list("state", flat=True))

    def log(self, document: Document) -> list[tuple[str, str]]:
        attempts = Attempt.objects.filter(link__document=document).order_by("pk")
        return list(attempts.values_list("action", "outcome"))

    def let_lease_end(self) -> None:
        """Let the time pass after which a dead worker's lane is free, and back-offs are over."""
        Lane.objects.update(leased_until=None, blocked_until=None)

    def let_key_die(self) -> None:
        """Let ten minutes pass, for us and in Xero: no Idempotency-Key lives that long."""
        self.sandbox.advance(600)
        Batch.objects.update(sealed_at=F("sealed_at") - timedelta(minutes=10))

    def worker_dies_at(self, failpoint: str) -> bool:
        """Run one round in a process of its own that is killed at the failpoint, if it gets there."""
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", _ONE_ROUND, str(self.organisation.pk)],
            env=self.environment(TALLYSTICK_FAILPOINT=failpoint),
            capture_output=True,
            timeout=60,
            check=False,
        )
        if done.returncode not in (0, -9):
            raise AssertionError(done.stderr.decode())
        return done.returncode == -9

    def paused_worker(self, failpoint: str, **more: str) -> subprocess.Popen[bytes]:
        """Start one round in a process of its own that freezes (SIGSTOP) at the failpoint."""
        environment = self.environment(
            TALLYSTICK_FAILPOINT=failpoint, TALLYSTICK_FAILPOINT_SIGNAL="SIGSTOP", **more
        )
        worker = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", _ONE_ROUND, str(self.organisation.pk)],
            env=environment,
        )
        os.waitid(os.P_PID, worker.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        return worker

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of a real process that works on the test's database and sandbox."""
        database = settings.DATABASES["default"]["NAME"]
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()
        hosts = {f"XERO_{host}_URL": self.sandbox.url for host in ("LOGIN", "IDENTITY", "API")}
        client = {"XERO_CLIENT_ID": "sandbox-client", "XERO_CLIENT_SECRET": "sandbox-secret"}
        return {**os.environ, "DATABASE_URL": url, **hosts, **client, **more}


_ONE_ROUND = """
import sys, os
os.environ["DJANGO_SETTINGS_MODULE"] = "tallystick.settings"
import django
django.setup()
from tallystick.sync.push.round import drain
from tallystick.sync.queue import retry
drain(int(sys.argv[1]))
"""


def use_sandbox(url: str, settings: Any) -> Sandbox:
    """Point this process at a sandbox for the length of a test."""
    for host in ("LOGIN", "IDENTITY", "API"):
        setattr(settings, f"XERO_{host}_URL", url)
    settings.XERO_CLIENT_ID, settings.XERO_CLIENT_SECRET = "sandbox-client", "sandbox-secret"
    return Sandbox(url)


def connected_books(sandbox: Sandbox) -> Books:
    """Connect a new workspace, read its lists, map VAT20 to OUTPUT2 and choose account 200."""
    workspace = make_workspace(currency="GBP")
    owner = owner_of(workspace)
    organisation = connect(workspace, owner, tenant_id=UK).organisation
    assert organisation is not None
    books = Books(sandbox, workspace, owner, organisation)
    books.drain()
    organisation.refresh_from_db()
    vat = make_tax_code(workspace, "VAT20", "20")
    choose_tax_type(organisation=organisation, tax_code=vat, tax_type="OUTPUT2", actor=books.owner)
    choose_sales_account(organisation=organisation, code="200", actor=books.owner)
    return books
