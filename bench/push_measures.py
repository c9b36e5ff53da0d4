"""What is measured, and the budgets of the design that each measure has to keep."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil

from engine_way import BANK, Books, Spent, bring_in, drafts_of, new_workspace, submit
from papers import Paper, papers
from plain_way import PlainWay
from report import Report
from workshop import Disturbance, Workshop

from tallystick.sync.preview.planning import plan_push
from tallystick.workspaces.models import Workspace

_FIRST = 1_000  #: Documents of the first push.
_CUSTOMERS = 200
_SAVES = 100
_REST_SECONDS = 0.3  #: After which a worker that has sent one document is idle again.


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything; what comes out is for 1,000 documents, or for one, in any case."""

    #: Invoices that the plain way sends; of its credit notes and payments a tenth.
    plain: int
    #: Credit notes and payments.
    others: int
    #: Documents of the large push.
    many: int
    idle_seconds: int
    round_trips: int
    #: Rounds of a hundred saves with Xero connected and without.
    save_rounds: int


FULL = Size(plain=1_000, others=1_000, many=5_000, idle_seconds=60, round_trips=20, save_rounds=4)
QUICK = Size(plain=200, others=500, many=1_500, idle_seconds=10, round_trips=20, save_rounds=2)


def measure(shop: Workshop, report: Report, size: Size) -> None:
    """Take all measures, one after the other."""
    invoices = papers("INV", _FIRST, customers=_CUSTOMERS)
    notes = papers("CN", size.others, customers=_CUSTOMERS, kind="sales_credit_note")
    singles = papers("ONE", size.round_trips, customers=_CUSTOMERS)
    many = papers("MANY", size.many, customers=_CUSTOMERS)
    books, plain = Books.connected(shop, "Engine"), _Plain(shop)
    bring_in(books.workspace, invoices)
    bring_in(books.workspace, notes)

    shop.start_ready_worker()
    first = _invoices(report, books, plain, invoices, size)
    _others(report, books, plain, invoices[: size.others], notes, size)
    _idle(report, books, size, lambda: bring_in(books.workspace, [*singles, *many]))
    _round_trip(report, books, plain, singles)
    shop.end("worker")

    shop.start_ready_worker()
    _many(report, books, many, first)
    shop.end("worker")
    _saving(report, books, size)


class _Plain:
    """The plain way with books of its own, and what it takes for one of something."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._tenant_id = shop.new_organisation("Plain")
        self.way = PlainWay(shop.plain_client(self._tenant_id))

    def send(self, act: Callable[[Paper], None], some: Sequence[Paper]) -> Spent:
        """Do it for each of some, and say what that took."""
        calls, cpu = self._shop.calls(self._tenant_id), time.process_time()
        started = time.perf_counter()
        for paper in some:
            act(paper)
        seconds = time.perf_counter() - started
        cpu = time.process_time() - cpu
        calls = self._shop.calls(self._tenant_id) - calls
        return Spent(len(some), calls, seconds, cpu, database_cpu=0, grown=0)


def _invoices(
    report: Report, books: Books, plain: _Plain, invoices: Sequence[Paper], size: Size
) -> Spent:
    """A thousand invoices of two hundred new customers."""
    one_by_one = plain.send(plain.way.send_invoice, _of_known(invoices, size))
    engine = books.push(invoices)
    report.tell(
        "calls for 1,000 invoices of 200 new customers",
        _per_1000(engine, engine.calls),
        "calls",
        baseline=_per_1000(one_by_one, one_by_one.calls),
        at_most=36,
    )
    report.tell(
        "time for 1,000 invoices",
        _per_1000(engine, engine.seconds),
        "s",
        baseline=_per_1000(one_by_one, one_by_one.seconds),
    )
    report.tell(
        "documents a minute on one core, the engine alone",
        _per_minute(engine, engine.worker_cpu),
        "documents/min",
        baseline=_per_minute(one_by_one, one_by_one.worker_cpu),
        at_least=10_000,
    )
    report.tell(
        "documents a minute on one core, PostgreSQL included",
        _per_minute(engine, engine.worker_cpu + engine.database_cpu),
        "documents/min",
        baseline=_per_minute(one_by_one, one_by_one.worker_cpu),
    )
    return engine


def _others(
    report: Report,
    books: Books,
    plain: _Plain,
    invoices: Sequence[Paper],
    notes: Sequence[Paper],
    size: Size,
) -> None:
    """Credit notes of known customers, and a payment for each invoice."""
    some = slice(0, size.plain // 10)
    for what, spent, one_by_one in (
        (
            "credit notes",
            books.push(notes),
            plain.send(plain.way.send_credit_note, _of_known(notes, size)[some]),
        ),
        (
            "payments",
            books.pay(invoices),
            plain.send(
                partial(plain.way.send_payment, account_code=BANK), _of_known(invoices, size)[some]
            ),
        ),
    ):
        report.tell(
            f"calls for 1,000 {what}",
            _per_1000(spent, spent.calls),
            "calls",
            baseline=_per_1000(one_by_one, one_by_one.calls),
        )
        report.tell(
            f"time for 1,000 {what}",
            _per_1000(spent, spent.seconds),
            "s",
            baseline=_per_1000(one_by_one, one_by_one.seconds),
        )


def _idle(report: Report, books: Books, size: Size, meanwhile: Callable[[], None]) -> None:
    """Nothing is submitted for a while; drafts are entered, which are nobody's business yet."""
    calls, until = books.calls(), time.monotonic() + size.idle_seconds
    meanwhile()
    time.sleep(max(0, until - time.monotonic()))
    report.tell(
        f"calls within {size.idle_seconds} s when nothing changed",
        books.calls() - calls,
        "calls",
        at_most=0,
    )


def _round_trip(report: Report, books: Books, plain: _Plain, singles: Sequence[Paper]) -> None:
    """One document at a time, the plain way and ours by turns."""
    ours, theirs, disturbed = [], [], Disturbance()
    for paper, document_id in zip(singles, drafts_of(books.workspace, singles), strict=True):
        theirs.append(plain.send(plain.way.send_invoice, [paper]).seconds * 1000)
        ours.append(books.submit_to_present(document_id) * 1000)
        time.sleep(_REST_SECONDS)
    baseline = statistics.median(theirs)
    report.tell(
        "submit to present in Xero, idle system, median",
        statistics.median(ours),
        "ms",
        baseline=baseline,
        at_most=baseline + 150,
        disturbance=disturbed.share(),
    )


def _many(report: Report, books: Books, many: Sequence[Paper], first: Spent) -> None:
    """Several thousand at once, planned first: neither memory nor cost grows with their number."""
    books.let_wait(many)
    started = time.perf_counter()
    told = plan_push(books.organisation)
    planning = time.perf_counter() - started
    large = books.push_waiting(len(many))
    report.tell(f"planning {len(many):,} documents", planning, "s", baseline=large.seconds)
    report.tell(
        f"calls told by the plan of {len(many):,}", told.call_count, "calls", baseline=large.calls
    )
    report.tell(
        f"documents a minute on one core, {len(many):,} at once",
        _per_minute(large, large.worker_cpu),
        "documents/min",
        baseline=_per_minute(first, first.worker_cpu),
    )
    report.tell(
        f"worker's memory, growth while it sends {len(many):,}",
        large.grown,
        "MB",
        baseline=first.grown,
        at_most=first.grown + 16,
    )


def _saving(report: Report, books: Books, size: Size) -> None:
    """Submitting with Xero connected and without; no worker takes part.

    Of several rounds the one counts that other programs disturbed least.
    """
    bare = new_workspace("Bare")
    some = papers("SAVE", size.save_rounds * _SAVES, customers=_CUSTOMERS)
    drafts = []
    for workspace in (books.workspace, bare):
        bring_in(workspace, some)
        drafts.append(drafts_of(workspace, some))
    rounds = []
    for start in range(0, len(some), _SAVES):
        pairs = list(zip(*(ids[start : start + _SAVES] for ids in drafts), strict=True))
        disturbed = Disturbance()
        taken = _by_turns(pairs, books.workspace, bare)
        rounds.append((disturbed.share(), *taken))
    disturbance, connected, alone = min(rounds)
    for name, share, most in (("median", 0.5, None), ("p99", 0.99, 5)):
        baseline = _at(share, alone)
        report.tell(
            f"time to submit one document while connected, {name}",
            _at(share, connected),
            "ms",
            baseline=baseline,
            at_most=None if most is None else baseline + most,
            disturbance=disturbance,
        )


def _by_turns(
    pairs: Sequence[tuple[int, int]], connected: Workspace, bare: Workspace
) -> tuple[list[float], list[float]]:
    """Submit a document here, then one there; return the milliseconds of each."""
    taken: tuple[list[float], list[float]] = ([], [])
    for pair in pairs:
        for workspace, document_id, into in zip((connected, bare), pair, taken, strict=True):
            started = time.perf_counter()
            submit(workspace, [document_id])
            into.append((time.perf_counter() - started) * 1000)
    return taken


def _of_known(some: Sequence[Paper], size: Size) -> list[Paper]:
    """Return those of the customers whose invoices the plain way sends: five of each."""
    return [one for one in some if int(one.customer[1:]) < size.plain // 5]


def _per_1000(spent: Spent, value: float) -> float:
    return value * 1000 / spent.count


def _per_minute(spent: Spent, seconds: float) -> float:
    return spent.count / seconds * 60


def _at(share: float, values: Sequence[float]) -> float:
    return sorted(values)[ceil(share * len(values)) - 1]
