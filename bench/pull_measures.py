"""The measures of `bench/pulling.py`."""

import base64
import hashlib
import hmac
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from itertools import islice
from typing import Any

import httpx2
from chaos.consent import connect
from chaos.shaken_machine import move_times
from django.db import connection
from django.db.models import Model
from django.db.models.functions import Now
from machine import wait_until
from report import Report
from workshop import Disturbance, Workshop

from tallystick.connections.models import Organisation
from tallystick.mirror.models import MirroredContact, MirroredDocument, MirroredLine
from tallystick.sync import models as sync_models
from tallystick.sync.models import PulledKind, Reading
from tallystick.sync.pull.pulled_kinds import PULLED
from tallystick.sync.rounds.jobs import due_organisations, sweep
from tallystick.sync.rounds.push_round import drain_lane
from tallystick.workspaces.models import User
from tallystick.workspaces.services import create_user, create_workspace

_LINES = 2
_CHUNK = 5_000
_PATIENCE_SECONDS = 3600
#: Beside a page for each thousand: the page that shows that nothing is left, and some that shift.
_PAGES_MORE_OF_INVOICES, _PAGES_MORE_OF_CONTACTS = 5, 1
_MOST_MB = 500
_CALLS_AN_HOUR = 2
_IDS_A_CALL = 40
_EVENTS_A_BODY = 50


@dataclass(frozen=True)
class Sizes:
    """How much there is of everything."""

    invoices: int
    contacts: int
    events: int
    organisations: int


def measure(workshop: Workshop, report: Report, sizes: Sizes, key: str) -> None:
    """Take all measures, one after the other."""
    actor = create_user("olivia@example.com", "a bench has no secrets", "Olivia")
    organisation = _books(workshop, actor, sizes)
    _first_import(workshop, report, organisation, sizes)
    workshop.end("worker")
    if find_spec("tallystick.sync.webhooks.receiving"):
        _deliver([], key)
        _quiet_day(workshop, report, organisation)
        _storm(workshop, report, organisation, sizes.events, key)
    else:
        print("Webhooks are not taken yet: not measured.", file=sys.stderr, flush=True)
    _many_due(workshop, report, actor, sizes.organisations)


def _books(workshop: Workshop, actor: User, sizes: Sizes) -> Organisation:
    """Fill an organisation, and connect a workspace to it."""
    tenant = workshop.new_organisation("Large")
    elements, address = _elements(sizes), f"{workshop.sandbox}/_sandbox/organisations/{tenant}"
    while some := list(islice(elements, _CHUNK)):
        text = "\n".join(map(json.dumps, some))
        httpx2.post(f"{address}/load", content=text, timeout=600).raise_for_status()
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    span = {
        "from": (now - timedelta(days=365)).isoformat(),
        "to": (now - timedelta(hours=1)).isoformat(),
    }
    httpx2.post(f"{address}/spread", json=span, timeout=600).raise_for_status()
    return _connected(actor, tenant, "Large")


def _elements(sizes: Sizes) -> Iterator[dict[str, Any]]:
    for n in range(sizes.contacts):
        yield {"Contacts": {"Name": f"Party {n}", "ContactNumber": f"C{n:06}"}}
    for n in range(sizes.invoices):
        lines = [
            {
                "Description": f"Thing {line} of {n}",
                "Quantity": line + 1,
                "UnitAmount": n % 900 + 1,
                "AccountCode": "200",
                "TaxType": "OUTPUT2",
            }
            for line in range(_LINES)
        ]
        yield {
            "Invoices": {
                "Type": "ACCREC",
                "InvoiceNumber": f"B-{n:07}",
                "Contact": {"ContactNumber": f"C{n % sizes.contacts:06}"},
                "Date": f"2026-{n % 11 + 1:02}-{n % 28 + 1:02}",
                "DueDate": "2027-01-31",
                "Status": "AUTHORISED" if n % 2 else "DRAFT",
                "LineItems": lines,
            }
        }


def _connected(actor: User, tenant: str, name: str) -> Organisation:
    workspace = create_workspace(name=name, currency="GBP", timezone="Europe/London", owner=actor)
    return connect(workspace, actor, tenant)


def _first_import(
    workshop: Workshop, report: Report, organisation: Organisation, sizes: Sizes
) -> None:
    own = Reading.objects.filter(organisation=organisation)
    own.filter(kind__in=list(PULLED)).update(is_paused=True)
    workshop.start_ready_worker()
    lists = own.exclude(kind__in=list(PULLED))
    wait_until(lambda: not lists.filter(whole_at=None).exists(), "Xero's lists")
    disturbance, started = Disturbance(), time.perf_counter()
    own.update(is_paused=False)
    wait_until(
        lambda: not own.filter(whole_at=None, off_at=None).exists(),
        "the first import",
        seconds=_PATIENCE_SECONDS,
    )
    seconds, share = time.perf_counter() - started, disturbance.share()
    calls = _calls(workshop, organisation)
    rows = sum(one._default_manager.count() for one in _MIRRORS)
    most = -(-sizes.invoices // 1000) + _PAGES_MORE_OF_INVOICES
    report.tell("calls for all invoices", calls["Invoices"], "calls", at_most=most)
    most = -(-sizes.contacts // 1000) + _PAGES_MORE_OF_CONTACTS
    report.tell("calls for all contacts", calls["Contacts"], "calls", at_most=most)
    report.tell("most memory of the worker", workshop.worker_peak, "MB", at_most=_MOST_MB)
    report.tell("seconds of the first import", seconds, "s", disturbance=share)
    report.tell("rows that came home", rows / seconds, "rows/s", baseline=rows / _bare_copy())


_MIRRORS: tuple[type[Model], ...] = (MirroredContact, MirroredDocument, MirroredLine)


def _bare_copy() -> float:
    """Return the seconds in which the same rows go into tables without anything on them."""
    seconds = 0.0
    with connection.cursor() as cursor:
        for model in _MIRRORS:
            table = model._meta.db_table
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table})")
            with tempfile.TemporaryFile() as file:
                with cursor.copy(f"COPY {table} TO STDOUT") as source:
                    for part in source:
                        file.write(part)
                file.seek(0)
                started = time.perf_counter()
                with cursor.copy(f"COPY bare_{table} FROM STDIN") as target:
                    while part := file.read(1 << 16):
                        target.write(part)
                seconds += time.perf_counter() - started
            cursor.execute(f"DROP TABLE bare_{table}")
    return seconds


def _calls(workshop: Workshop, organisation: Organisation) -> Counter[str]:
    """Return how many lists of each sort the organisation was asked for so far."""
    query = {"kind": "api", "organisation": str(organisation.tenant_id), "method": "GET"}
    told = workshop.control.get("/_sandbox/requests/summary", params=query)
    rows = told.raise_for_status().json()["calls"]
    return Counter({row["route"].rpartition("/")[2]: row["calls"] for row in rows})


def _quiet_day(workshop: Workshop, report: Report, organisation: Organisation) -> None:
    """Nothing changes, and webhooks are on: first until readings have grown rare, then a day."""
    _pass(workshop, hours=6)
    before = _calls(workshop, organisation).total()
    _pass(workshop, hours=24)
    calls = _calls(workshop, organisation).total() - before
    report.tell("calls an hour with nothing changed", calls / 24, "calls", at_most=_CALLS_AN_HOUR)


def _pass(workshop: Workshop, *, hours: int, step: int = 300) -> None:
    """Move the clock in steps; in each what is due is done, as workers would."""
    for _ in range(hours * 3600 // step):
        _move(workshop, step)
        _work()


def _move(workshop: Workshop, seconds: int) -> None:
    move_times(seconds)
    workshop.control.post("/_sandbox/clock", json={"advance_seconds": seconds}).raise_for_status()


def _work() -> None:
    """Do what a worker does, until nothing is due."""
    sweep()
    while due := due_organisations():
        for organisation_id in due:
            drain_lane(organisation_id)


def _storm(
    workshop: Workshop, report: Report, organisation: Organisation, count: int, key: str
) -> None:
    """As many events as can be, each about another invoice, delivered as fast as they are taken."""
    now = workshop.control.get("/_sandbox/clock").json()["now"][:23]
    invoices = MirroredDocument.objects.filter(organisation=organisation, endpoint="Invoices")
    ids = list(invoices.order_by("pk").values_list("xero_id", flat=True)[:count])
    before = _calls(workshop, organisation)
    for first in range(0, len(ids), _EVENTS_A_BODY):
        events = [
            {
                "resourceUrl": f"{workshop.sandbox}/api.xro/2.0/Invoices/{ident}",
                "resourceId": str(ident),
                "tenantId": str(organisation.tenant_id),
                "tenantType": "ORGANISATION",
                "eventCategory": "INVOICE",
                "eventType": "UPDATE",
                "eventDateUtc": now,
            }
            for ident in ids[first : first + _EVENTS_A_BODY]
        ]
        _deliver(events, key, first=first + 1)
    waiting: Any = sync_models.WebhookEvent.objects.filter(done_at=None)  # type: ignore[attr-defined]
    while waiting.exists():
        _move(workshop, 6)
        _work()
    calls = _calls(workshop, organisation) - before
    most = -(-len(ids) // _IDS_A_CALL)
    report.tell(f"fetches for {len(ids)} events", calls["Invoices"], "calls", at_most=most)


def _deliver(events: list[dict[str, str]], key: str, *, first: int = 0) -> None:
    """Hand a delivery in as the door of the pages does."""
    from tallystick.sync.webhooks.receiving import Receipt, receive

    body = {"events": events, "entropy": "BENCH"}
    body |= {"firstEventSequence": first, "lastEventSequence": max(0, first + len(events) - 1)}
    raw = json.dumps(body).encode()
    signature = base64.b64encode(hmac.digest(key.encode(), raw, hashlib.sha256)).decode()
    if receive(raw, signature) is not Receipt.TAKEN:
        raise RuntimeError("The delivery was not taken.")


def _many_due(workshop: Workshop, report: Report, actor: User, count: int) -> None:
    """All are due at once; workers go from one to the next, and nobody is passed over."""
    organisations = [
        _connected(actor, workshop.new_organisation(f"One of many {n}"), f"One of many {n}")
        for n in range(count)
    ]
    own = Reading.objects.filter(organisation__in=organisations)
    workshop.start_ready_worker()
    wait_until(
        lambda: not own.filter(whole_at=None, off_at=None).exists(),
        "all to be read once",
        seconds=_PATIENCE_SECONDS,
    )
    workshop.end("worker")
    invoices = own.filter(kind=PulledKind.INVOICES)
    invoices.update(due_at=Now(), last_at=None, quiet=0)
    workshop.start_ready_worker()
    started = time.time()
    wait_until(
        lambda: not invoices.filter(last_at=None).exists(),
        "all to be read",
        seconds=_PATIENCE_SECONDS,
    )
    ends = [at.timestamp() - started for at in invoices.values_list("last_at", flat=True) if at]
    mean = sum(ends) / len(ends)
    # Taken one after the other, the last waits twice as long as the mean.
    report.tell(
        "longest wait of one of many", max(ends), "s", baseline=mean, at_most=max(5, mean * 3)
    )
    minutes = Counter(
        at.replace(second=0, microsecond=0) for at in invoices.values_list("due_at", flat=True)
    )
    fair = count / len(minutes)
    report.tell(
        "due in the fullest minute",
        max(minutes.values()),
        "organisations",
        baseline=fair,
        at_most=fair * 3,
    )
    workshop.end("worker")
