"""A workspace bound to books in a real stand-in Xero over real HTTP, and the tools to watch both."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Model, QuerySet

from consenting import UK, connect
from databases import database_url
from factories import (
    line,
    make_document,
    make_party,
    make_tax_code,
    make_workspace,
    owner_of,
)
from kept_rows import KeptRows, bring_back, keep_rows
from killed_rounds import run_round
from plain_http import plain_http
from tallystick.books.documents import cancel_documents
from tallystick.books.models import Document, Party
from tallystick.connections import installation
from tallystick.connections.models import Organisation, ScopePress
from tallystick.mapping.models import Direction
from tallystick.mapping.services import (
    choose_account,
    choose_method_account,
    choose_sales_account,
    choose_tax_type,
)
from tallystick.mirror.models import Account
from tallystick.sync.acts.changing_rules import save_policy
from tallystick.sync.acts.retrying import retry_links
from tallystick.sync.acts.sync_now import sync_now
from tallystick.sync.models import Attempt, Batch, Lane, Link, Reading
from tallystick.sync.rounds.jobs import due_organisations
from tallystick.sync.rounds.push_round import drain_lane
from tallystick.workspaces.models import User, Workspace

_GONE = {"DELETED", "VOIDED"}
_MATCH = ("method", "path", "query", "contains", "nth", "times")
#: More than any story needs; so many without an end are a fault.
_ROUNDS = 8


@dataclass
class Sandbox:
    """The control side of a running stand-in Xero."""

    url: str

    def get(self, path: str, **query: str) -> Any:
        answer = plain_http.get(f"{self.url}{path}", params=query)
        return answer.raise_for_status().json()

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = plain_http.post(f"{self.url}{path}", json=body or {})
        return answer.json() if answer.raise_for_status().content else None

    def fault(self, action: str, **fault: Any) -> int:
        """Make matching requests misbehave; `match` keys are those of `_MATCH`."""
        match = {key: fault.pop(key) for key in _MATCH if key in fault}
        found = self.post("/_sandbox/faults", {"match": match, "action": action, **fault})
        return int(found["id"])

    def remove_fault(self, fault: int) -> None:
        plain_http.delete(f"{self.url}/_sandbox/faults/{fault}").raise_for_status()

    def is_holding(self, fault: int) -> bool:
        """Tell whether a request hangs at the fault just now."""
        faults = self.get("/_sandbox/faults")["faults"]
        return any(one["id"] == fault and one["holding"] for one in faults)

    def wait_until_holding(self, fault: int, seconds: float = 10) -> None:
        deadline = time.monotonic() + seconds
        while not self.is_holding(fault):
            assert time.monotonic() < deadline, "No request came to be held."
            time.sleep(0.02)

    def release(self, fault: int) -> None:
        self.post(f"/_sandbox/faults/{fault}/release")

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
            drain_lane(self.organisation.pk)

    @contextmanager
    def round_in_thread(self) -> Iterator[None]:
        """Work one round meanwhile, and wait for its end."""
        with self.in_thread(self.drain):
            yield

    @contextmanager
    def in_thread(self, act: Callable[[], object]) -> Iterator[threading.Thread]:
        """Do it meanwhile, and wait for its end."""

        def do_and_close() -> None:
            try:
                act()
            finally:
                connection.close()

        thread = threading.Thread(target=do_and_close)
        thread.start()
        try:
            yield thread
        finally:
            thread.join()

    def work(self) -> None:
        """Work rounds for as long as something is due."""
        for _ in range(_ROUNDS):
            drain_lane(self.organisation.pk)
            if self.organisation.pk not in due_organisations():
                return
        raise AssertionError(f"After {_ROUNDS} rounds there still is something due.")

    def come_through(self, *, dead_key: bool = False) -> None:
        """Work until all is over, whatever breaks off; with `dead_key` each time minutes later."""
        for _ in range(_ROUNDS):
            self.let_lease_end()
            if dead_key:
                self.let_key_die()
            self.work()
            if not Lane.objects.exclude(blocked_until=None).exists():
                return
        raise AssertionError("The lane is still blocked.")

    def sync_now(self) -> None:
        """Press Sync now, a while after it was pressed last."""
        ScopePress.objects.all().delete()
        sync_now(workspace=self.workspace, actor=self.owner)

    def choose_everything(self) -> None:
        """Map VAT20 on purchases too, choose account 300 for them, and the bank for payments."""
        chosen = {"organisation": self.organisation, "actor": self.owner}
        vat = self.workspace.tax_codes.get(code="VAT20")
        bank = self.account("090").xero_id
        choose_tax_type(tax_code=vat, tax_type="INPUT2", direction=Direction.PURCHASES, **chosen)
        choose_account(direction=Direction.PURCHASES, charge="", code="300", **chosen)
        choose_method_account(method="", account_id=bank, **chosen)

    def account(self, code: str) -> Account:
        return self.organisation.accounts.get(code=code)

    def policy(self, kind: str, **values: Any) -> None:
        """Set how records of the kind go to Xero; what is not named is as by default."""
        save_policy(organisation=self.organisation, kind=kind, actor=self.owner, **values)

    def submit(self, number: str, party: Party | None = None, **given: Any) -> Document:
        """Submit an invoice, or another kind; without lines given it comes to 14.94 GBP."""
        party = party or self.workspace.parties.first() or make_party(self.workspace, number="C1")
        given.setdefault("lines", [line(tax_code="VAT20", quantity="3", unit_price="4.15")])
        given.setdefault("currency", "GBP")
        return make_document(self.workspace, party=party, number=number, submitted=True, **given)

    def cancel(self, *documents: Document) -> None:
        cancel_documents(
            workspace=self.workspace,
            document_ids=[document.pk for document in documents],
            actor=self.owner,
        )

    def retry(self, *records: Model) -> int:
        """Press Retry on documents, payments, allocations."""
        links = [self.link(record).pk for record in records]
        return retry_links(workspace=self.workspace, actor=self.owner, link_ids=links)

    def invoices(self) -> list[dict[str, Any]]:
        """The invoices and bills that the organisation holds, by the sandbox's own account."""
        return self._held("invoices")

    def credit_notes(self) -> list[dict[str, Any]]:
        return self._held("credit_notes")

    def payments(self) -> list[dict[str, Any]]:
        """The payments and refunds that stand."""
        return [one for one in self._held("payments") if one["status"] != "DELETED"]

    def allocations(self) -> list[dict[str, Any]]:
        return self._held("allocations")

    def _held(self, sort: str) -> list[dict[str, Any]]:
        answer = plain_http.get(
            f"{self.sandbox.url}/_sandbox/{sort}",
            params={"organisation": str(self.organisation.tenant_id)},
        ).raise_for_status()
        return [json.loads(line) for line in answer.text.splitlines()]

    def live(self) -> list[dict[str, Any]]:
        """The invoices and bills that are neither deleted nor voided."""
        return [invoice for invoice in self.invoices() if invoice["status"] not in _GONE]

    def copy(self, document: Document) -> dict[str, Any]:
        """The document's copy, by the sandbox's own account."""
        xero_id = str(self.link(document).xero_id)
        return next(one for one in self.copies() if one["id"] == xero_id)

    def copies(self) -> list[dict[str, Any]]:
        """Every document that the organisation holds, of whatever kind and status."""
        return self.invoices() + self.credit_notes()

    def link(self, record: Model) -> Link:
        """The link of a document, party, payment or allocation."""
        return self.links_of(record).get()

    def links_of(self, record: Model) -> QuerySet[Link]:
        name = str(record._meta.model_name)
        return Link.objects.filter(**{name: record}, organisation=self.organisation)

    def problem(self, record: Model) -> dict[str, Any]:
        """Why the record is failed or held."""
        problem: dict[str, Any] | None = self.link(record).problem
        assert problem is not None, f"Nothing is wrong with {record}."
        return problem

    def requests(self, path: str) -> list[dict[str, Any]]:
        """Every request that the sandbox has served at the path."""
        rows: list[dict[str, Any]] = self.sandbox.get("/_sandbox/requests")["requests"]
        return [row for row in rows if row["path"] == path]

    def states(self) -> Counter[str]:
        links = Link.objects.filter(organisation=self.organisation, document__isnull=False)
        return Counter(links.values_list("state", flat=True))

    def log(self, record: Model) -> list[tuple[str, str]]:
        attempts = Attempt.objects.filter(link__in=self.links_of(record)).order_by("pk")
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
        end = run_round(self.environment(), self.organisation.pk, failpoint)
        assert end in (0, -signal.SIGKILL)
        return end == -signal.SIGKILL

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
        hosts = {f"XERO_{host}_URL": self.sandbox.url for host in ("LOGIN", "IDENTITY", "API")}
        client = {"XERO_CLIENT_ID": "sandbox-client", "XERO_CLIENT_SECRET": "sandbox-secret"}
        return {**os.environ, "DATABASE_URL": database_url(), **hosts, **client, **more}


_ONE_ROUND = """
import sys, os
os.environ["DJANGO_SETTINGS_MODULE"] = "tallystick.settings"
import django
django.setup()
from tallystick.sync.rounds.push_round import drain_lane
drain_lane(int(sys.argv[1]))
"""


def close_pools() -> None:
    """Close this process's connections to Xero; what asks next opens others."""
    for pool in (installation.api_pool, installation.token_pool):
        pool().close()
        pool.cache_clear()


def use_sandbox(url: str, settings: Any) -> Sandbox:
    """Point this process at a sandbox for the length of a test."""
    for host in ("LOGIN", "IDENTITY", "API"):
        setattr(settings, f"XERO_{host}_URL", url)
    let_forms_lead_to(url, settings)
    settings.XERO_CLIENT_ID, settings.XERO_CLIENT_SECRET = "sandbox-client", "sandbox-secret"
    return Sandbox(url)


def let_forms_lead_to(url: str, settings: Any) -> None:
    """Write the policy as settings that name this address of the consent page make it."""
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    led_to = {**directives, "form-action": ["'self'", url]}
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": led_to}


#: So long that many tests share one journey, so short that nothing grows old meanwhile.
_KEPT_SECONDS = 100
_SNAPSHOT = "connected"


@dataclass(frozen=True)
class _Kept:
    """Books that have been connected, as they were then; the stand-in has a snapshot of its side."""

    until: float  #: of time.monotonic()
    rows: KeptRows
    books: Books


_kept: dict[str, _Kept] = {}


def connected_books(sandbox: Sandbox) -> Books:
    """Connect a new workspace, read its lists, map VAT20 to OUTPUT2 and choose account 200.

    That is some hundred calls and statements, and a thousand tests begin with it. So it is done by
    the whole journey once in a while, and otherwise both sides are brought back as they were then.
    """
    if User.objects.exists():  # not the first thing that the test does
        return _connected_anew(sandbox)
    kept = _kept.get(sandbox.url)
    if kept is None or time.monotonic() > kept.until:
        until = time.monotonic() + _KEPT_SECONDS
        books = _connected_anew(sandbox)
        sandbox.post(f"/_sandbox/snapshots/{_SNAPSHOT}")
        _kept[sandbox.url] = _Kept(until, keep_rows(), books)
        return books
    bring_back(kept.rows)
    sandbox.post(f"/_sandbox/snapshots/{_SNAPSHOT}/restore")
    return Books(
        sandbox,
        Workspace.objects.get(pk=kept.books.workspace.pk),
        User.objects.get(pk=kept.books.owner.pk),
        Organisation.objects.get(pk=kept.books.organisation.pk),
    )


def _connected_anew(sandbox: Sandbox) -> Books:
    workspace = make_workspace(currency="GBP")
    owner = owner_of(workspace)
    organisation = connect(workspace, owner, tenant_id=UK).organisation
    assert organisation is not None
    # What is due must not hang on the hour at which a test runs: it is read when a test asks.
    Reading.objects.update(is_by_hand=True, due_at=None)
    books = Books(sandbox, workspace, owner, organisation)
    books.drain()
    organisation.refresh_from_db()
    vat = make_tax_code(workspace, "VAT20", "20")
    choose_tax_type(organisation=organisation, tax_code=vat, tax_type="OUTPUT2", actor=books.owner)
    choose_sales_account(organisation=organisation, code="200", actor=books.owner)
    return books
