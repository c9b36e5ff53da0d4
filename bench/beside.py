"""Measure how others fare beside what costs much: `python bench/beside.py [--quick]`.

One person looks at pages, and one submits an invoice and waits until Xero has it: first alone, then
while three files of half a million lines are imported, then while a viewer asks ten times each for
the plan and for the export of a workspace with 200,000 invoices that wait. Each measure's baseline
is the same with nothing beside it, in the same run. One JSON line a measure, as `push.py` prints
them. Four processes' work on two processors slows whoever else is at them; what is shown is that
nobody waits for its end.
"""

from __future__ import annotations

import argparse
import itertools
import re
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx2
from report import Report
from workshop import Workshop

_PAGES = ("workspace-home", "invoice-list", "needs-attention", "sync-log", "payment-list")
_PASSWORD = "correct horse battery staple"  # noqa: S105 - of a machine that is thrown away
_ASKED = 10
#: Nobody may take longer than so many times of what it takes alone.
_MOST_TIMES = 5


def main() -> int:
    """Run it all, and return 1 if a budget was not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    scale = 10 if parser.parse_args().quick else 1
    report = Report()
    with Workshop() as shop:
        shop.set_up()
        shop.start_web()
        _measure(shop, report, waiting=200_000 // scale, lines=500_000 // scale)
    return 0 if report.kept else 1


def _measure(shop: Workshop, report: Report, *, waiting: int, lines: int) -> None:
    from engine_way import Books, bring_in
    from many_waiting import multiply
    from papers import papers

    from tallystick.sync.models import Link

    singles = papers("ONE", 30, customers=5)
    books = Books.connected(shop, "Small")
    bring_in(books.workspace, singles)
    large = Books.connected(shop, "Large")
    first = papers("FIRST", 1, customers=1)
    bring_in(large.workspace, first)
    large.let_wait(first)
    waits = Link.objects.get(organisation=large.organisation, document__isnull=False)
    multiply(waits, waiting, customers=waiting // 10)
    shop.start_ready_worker()

    some = iter(singles)
    alone = _fare(shop, books, some)
    with _imports(lines) as (uploads_left,):
        beside_imports = _fare(shop, books, some)
        report.tell("files still being imported after that", uploads_left(), "files")
    with _asking(shop, large) as (answers, still_open):
        beside_reports = _fare(shop, books, some)
        report.tell("plans and exports still being made after that", still_open(), "tasks")
    for what, beside in (
        ("three imports", beside_imports),
        ("a plan and an export", beside_reports),
    ):
        _tell(report, what, alone, beside)
    slowest = max(answers)
    report.tell("the slowest answer to a request for the plan or the export", slowest, "ms")


class _Fared:
    """What pages and a submitted invoice took, in milliseconds."""

    def __init__(self, pages: list[float], pushes: list[float]) -> None:
        self.pages, self.pushes = sorted(pages), pushes

    @property
    def page_p95(self) -> float:
        return self.pages[int(len(self.pages) * 0.95)]

    @property
    def push(self) -> float:
        return statistics.median(self.pushes)


def _fare(shop: Workshop, books, some: Iterator) -> _Fared:  # type: ignore[no-untyped-def]
    from engine_way import drafts_of

    person = _signed_in(shop, books)
    pages = [_timed(person, books, page) for page in _PAGES * 12]
    pushes = []
    for paper in itertools.islice(some, 10):
        [document_id] = drafts_of(books.workspace, [paper])
        pushes.append(books.submit_to_present(document_id) * 1000)
        time.sleep(0.3)
    return _Fared(pages, pushes)


def _tell(report: Report, what: str, alone: _Fared, beside: _Fared) -> None:
    for measure, value, baseline in (
        (f"pages beside {what}, 95 of 100", beside.page_p95, alone.page_p95),
        (f"submit to present in Xero beside {what}, median", beside.push, alone.push),
    ):
        report.tell(measure, value, "ms", baseline=baseline, at_most=_MOST_TIMES * baseline)


@contextmanager
def _imports(lines: int) -> Iterator[tuple[Callable[[], int]]]:
    """Have three workspaces import a file each for as long as the block lasts, or longer."""
    from engine_way import new_workspace

    from tallystick.background.models import Task
    from tallystick.importing.uploads import receive
    from tallystick.workspaces.models import User

    head = "number,party_name,issued_on,item_code,description,quantity,unit_price\n"
    for place in range(3):
        workspace = new_workspace(f"Files{place}")
        rows = (
            f"{n // 20},Customer {n % 4000 // 20},2026-11-02,T{n % 3000},Tea,{n % 9 + 1},5.25\n".encode()
            for n in range(lines)
        )
        receive(
            workspace=workspace,
            actor=User.objects.get(memberships__workspace=workspace),
            file_name="sales.csv",
            chunks=itertools.chain([head.encode()], rows),
        )
    _until(lambda: Task.objects.filter(state="running").count() == 3)
    yield (lambda: Task.objects.filter(ended_at=None).count(),)
    _until(lambda: not Task.objects.filter(ended_at=None).exists())


@contextmanager
def _asking(shop: Workshop, large) -> Iterator[tuple[list[float], Callable[[], int]]]:  # type: ignore[no-untyped-def]
    """Let a viewer ask ten times each, from ten tabs at once; gives what the answers took, in ms."""
    from tallystick.background.models import Task

    viewer = _signed_in(shop, large)
    answers: list[float] = []
    pages = ("sync-plan", "invoice-export")
    tabs = [
        threading.Thread(target=lambda page=page: answers.append(_timed(viewer, large, page)))
        for page in pages * _ASKED
    ]
    for tab in tabs:
        tab.start()
    yield answers, lambda: Task.objects.filter(ended_at=None).count()
    for tab in tabs:
        tab.join()


def _signed_in(shop: Workshop, books) -> httpx2.Client:  # type: ignore[no-untyped-def]
    books.owner.set_password(_PASSWORD)
    books.owner.save()
    person = httpx2.Client(base_url=shop.web, timeout=120, follow_redirects=True)
    form = person.get("/sign-in/").text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    given = {"csrfmiddlewaretoken": token[1] if token else "", "password": _PASSWORD}
    names = {"username": books.owner.email, "email": books.owner.email}
    person.post("/sign-in/", data=given | names).raise_for_status()
    return person


def _timed(person: httpx2.Client, books, name: str) -> float:  # type: ignore[no-untyped-def]
    """Ask for the page of that name and return how long that took, in milliseconds."""
    from django.urls import reverse

    address = reverse(name, args=[books.workspace.slug])
    started = time.perf_counter()
    person.get(address).raise_for_status()
    return (time.perf_counter() - started) * 1000


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 900
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError("It does not come to an end.")
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
