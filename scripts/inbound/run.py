"""A run, step by step: ours is sent, theirs is read while the worker dies, hands change it, compared."""

import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
from chaos.clerk import Clerk
from chaos.consent import connect
from chaos.document_data import document_lines
from chaos.engine_state import cut_back_offs_short
from chaos.mirror_checker import catch_up
from chaos.workspaces import fill
from machine import wait_until

from inbound.given_books import Sizes, give_books
from inbound.hands import Hands
from inbound.mirror_comparison import Compared, compare_mirror, stale_links
from inbound.pull_machine import PullMachine
from inbound.pull_state import (
    complaints,
    is_at_rest,
    is_whole,
    is_worked_on,
    pause,
    rounds_begun,
    rows_here,
)
from tallystick.books.models import Kind
from tallystick.connections.models import Organisation
from tallystick.sync.acts.changing_rules import save_policy
from tallystick.sync.models import Link
from tallystick.workspaces.services import create_user, create_workspace

KILLS = 5
_PERSON, _PASSWORD = "olivia@example.com", "everything comes home"
_ACTS_OF_A_SPELL = 20
_ACT_SECONDS = 0.05
#: So long takes each page of the first import at least, so that the worker dies within one, too.
_PAGE_SECONDS = 0.6
#: So long may something take that is under way.
_PATIENCE_SECONDS = 600
_LISTS = ("Contacts", "Items", "Invoices", "CreditNotes", "Payments", "Overpayments", "Prepayments")


class Run:
    """One run on a fresh machine whose tables are in use here."""

    def __init__(
        self,
        machine: PullMachine,
        seed: int,
        data: Path | None,
        sizes: Sizes,
        *,
        ours: int,
        acts: int,
    ) -> None:
        """`ours` is how many documents are sent from here, `acts` how many are done in Xero."""
        self._machine, self._seed, self._sizes, self._data = machine, seed, sizes, data
        self._ours, self._acts = ours, acts
        self._began = time.monotonic()
        self.kills = 0
        self._killed_round = -1
        self._organisation = self._made()

    def go(self) -> dict[str, Any]:
        """Do it all, and return the run's line."""
        self._read_all_first()
        refetched = self._refetched_pages()
        self._tell(f"all is here: {rows_here(self._organisation):,} records, {self.kills} kills")
        hooked = self._machine.register_webhook()
        hands = self._let_hands_act(hooked=hooked)
        fresh = self._await_events()
        self._catch_up()
        return self._result(hands, refetched, fresh)

    def _made(self) -> Organisation:
        """Give Xero its books, connect a workspace to them, and submit what is ours."""
        machine = self._machine
        wanted = {"country": "UK", "name": "A Year"}
        made = httpx2.post(f"{machine.sandbox}/_sandbox/organisations", json=wanted, timeout=60)
        tenant = made.raise_for_status().json()["id"]
        give_books(machine.sandbox, tenant, self._data, self._seed, self._sizes)
        self._tell("Xero has its books")
        actor = create_user(_PERSON, _PASSWORD, "Olivia")
        workspace = create_workspace(
            name="A Year", currency="GBP", timezone="Europe/London", owner=actor
        )
        organisation = connect(workspace, actor, tenant)
        pause(organisation)  # until what is ours has been sent
        machine.start_all()
        wait_until(lambda: Organisation.objects.exclude(read_at=None).exists(), "Xero's lists")
        organisation.refresh_from_db()
        fill(organisation, actor, ("DRAFT", "ask", ""))
        for kind in (Kind.SALES_INVOICE, Kind.SALES_CREDIT_NOTE):
            save_policy(
                organisation=organisation,
                kind=kind,
                actor=actor,
                sent_as="AUTHORISED",
                number_prefix="",
            )
        draw = self._draw("ours")
        lines = document_lines(Path("none"), draw)
        clerk = Clerk(machine, workspace, actor, organisation, lines)
        for _ in range(0, self._ours, 10):
            clerk.submit(draw, 10)
        return organisation

    def _read_all_first(self) -> None:
        """Wait until all is here; kill the worker at random moments before."""
        self._await(lambda: is_at_rest(self._organisation), "ours to be sent")
        self._tell("ours is in Xero; the first import begins")
        draw, there = self._draw("kills"), self._records_there()
        slowly = {"match": {"method": "GET", "query": "*page=*"}, "action": "delay"}
        faults = f"{self._machine.sandbox}/_sandbox/faults"
        httpx2.post(faults, json=slowly | {"seconds": _PAGE_SECONDS}).raise_for_status()
        pause(self._organisation, paused=False)
        for moment in sorted(draw.uniform(0, 0.9) * there for _ in range(KILLS)):
            self._await(lambda m=moment: rows_here(self._organisation) >= m, "records")  # type: ignore[misc]
            self._await(self._is_at_work, "a worker at work")
            time.sleep(draw.uniform(0, 1.5))  # anywhere within a page
            self._kill(f"at {rows_here(self._organisation):,} of {there:,} records")
        self._await(lambda: is_whole(self._organisation), "the first import")
        httpx2.delete(faults).raise_for_status()
        self._await(lambda: is_at_rest(self._organisation), "the first import to end")

    def _let_hands_act(self, *, hooked: bool) -> Hands:
        draw = self._draw("hands")
        links = Link.objects.filter(organisation=self._organisation, document__isnull=False)
        linked = [str(one) for one in links.exclude(xero_id=None).values_list("xero_id", flat=True)]
        self._tell(f"{len(linked)} documents of ours are in Xero; hands set to work")
        tenant = str(self._organisation.tenant_id)
        hands = Hands(self._machine.sandbox, tenant, draw, sorted(linked))
        for number in range(self._acts):
            if hooked and number % _ACTS_OF_A_SPELL == 0:
                self._machine.deliver(
                    held=draw.random() < 0.25,
                    lose=draw.choice((0, 0, 10, 40)),
                    duplicate=draw.choice((0, 20, 60)),
                    reorder=draw.choice((0, 30, 100)),
                    delay_seconds=draw.choice((0, 0, 1, 4)),
                )
            hands.act()
            self._machine.measure()
            time.sleep(_ACT_SECONDS)
        if hooked:
            self._machine.deliver(held=False, lose=0, duplicate=0, reorder=0, delay_seconds=0)
        self._tell(f"done: {dict(hands.acts)}; refused: {dict(hands.refused)}")
        return hands

    def _await_events(self) -> int:
        """Wait until all deliveries have gone; return how many links do not say what Xero has then.

        What was lost on the way is among them.
        """
        self._await(
            lambda: not any(one["state"] == "WAITING" for one in self._machine.events()),
            "deliveries",
        )
        self._await(lambda: is_at_rest(self._organisation), "what the deliveries told of")
        return len(stale_links(self._machine.sandbox, self._organisation))

    def _catch_up(self) -> None:
        """Read what no webhook told of; then let nights pass for what moves no date."""
        catch_up(self._machine, self._organisation)
        self._tell("all has come to rest")

    def _result(self, hands: Hands, refetched: int, fresh: int) -> dict[str, Any]:
        compared = compare_mirror(self._machine.sandbox, self._organisation)
        stale = stale_links(self._machine.sandbox, self._organisation)
        invalid = self._machine.invalid_requests()
        self._machine.measure()
        wrong = [f"{sort} {text}" for sort, one in compared.items() for text in one.told[:10]]
        for text in (*wrong, *stale[:20], *invalid[:20], *complaints(self._organisation)):
            self._tell(text)
        events = self._machine.events()
        return {
            **{name: _sum(compared, name) for name in ("expected", "found", "missing", "extra")},
            "differing": _sum(compared, "differing"),
            "stale": len(stale),
            "refetched_pages": refetched,
            "calls": self._calls(),
            "kills": self.kills,
            "events": len(events),
            "lost_events": sum(one["state"] == "LOST" for one in events),
            "stale_before_refresh": fresh,
            "acts": hands.acts.total(),
            "linked": Link.objects.filter(organisation=self._organisation)
            .exclude(xero_id=None)
            .count(),
            "by_kind": {sort: one.expected for sort, one in compared.items() if one.expected},
            "invalid_requests": len(invalid),
            "complaints": len(complaints(self._organisation)),
            "seed": self._seed,
            "peak_mb": self._machine.peaks_mb(),
        }

    def _is_at_work(self) -> bool:
        """Tell whether a worker reads that was not killed yet; one just begun would not be missed."""
        is_over = is_whole(self._organisation)
        return is_over or is_worked_on(self._organisation, after=self._killed_round)

    def _kill(self, where: str) -> None:
        self._machine.measure()
        self._killed_round = rounds_begun(self._organisation)
        self._machine.restart_worker(0)
        self.kills += 1
        self._tell(f"killed the worker {where}")

    def _await(self, condition: Any, what: str) -> None:
        def holds() -> bool:
            self._machine.measure()
            self._machine.look_after()
            cut_back_offs_short()
            return bool(condition())

        wait_until(holds, what, seconds=_PATIENCE_SECONDS)

    def _records_there(self) -> int:
        rows = httpx2.get(f"{self._machine.sandbox}/_sandbox/organisations", timeout=60).json()
        [row] = [
            one for one in rows["organisations"] if one["id"] == str(self._organisation.tenant_id)
        ]
        return sum(row.get(name, 0) for name in ("contacts", "invoices", "credits", "payments"))

    def _refetched_pages(self) -> int:
        """Return how many pages of lists were asked for more than once so far."""
        address = f"{self._machine.sandbox}/_sandbox/requests"
        asked: Counter[tuple[str, str]] = Counter()
        query = {"user_agent": "Tallystick", "method": "GET", "limit": "100000"}
        for row in httpx2.get(address, params=query, timeout=60).json()["requests"]:
            if row["path"].rpartition("/")[2] in _LISTS and "order=" in row["query"]:
                asked[row["path"], row["query"]] += 1
        return asked.total() - len(asked)

    def _calls(self) -> dict[str, int]:
        query = {"user_agent": "Tallystick", "kind": "api"}
        address = f"{self._machine.sandbox}/_sandbox/requests/summary"
        rows = httpx2.get(address, params=query, timeout=60).json()["calls"]
        found: Counter[str] = Counter()
        for row in rows:
            found[f"{row['method']} {row['route'].removeprefix('/api.xro/2.0/')}"] += row["calls"]
        return dict(found.most_common())

    def _draw(self, what: str) -> random.Random:
        return random.Random(f"{self._seed} {what}")  # noqa: S311 - no secret

    def _tell(self, text: str) -> None:
        print(f"{time.monotonic() - self._began:5.0f} s  {text}", file=sys.stderr, flush=True)


def _sum(compared: dict[str, Compared], name: str) -> int:
    return sum(getattr(one, name) for one in compared.values())
