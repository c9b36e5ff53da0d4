"""A run of chaos, step by step: acts and breakages, then rest, then the comparison."""

import random
import sys
import threading
import time
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

from machine import wait_until

from chaos.checker import Difference, XeroBooks
from chaos.document_data import document_lines
from chaos.engine_state import (
    ask_for_check,
    cut_back_offs_short,
    is_at_rest,
    is_checked,
    let_access_be_renewed,
    second_copies,
)
from chaos.fault_schedule import TOKEN_FAULTS, FaultSchedule
from chaos.foreigners import first_invoices
from chaos.link_checker import check_links
from chaos.mirror_checker import Mirrors, catch_up
from chaos.model import Model
from chaos.shaken_machine import BREAKAGES, ShakenMachine
from chaos.workload import draw_operation
from chaos.workspaces import open_workspaces

_STEPS_BETWEEN_BREAKAGES = 40
_STEPS_OF_A_SPELL = 25
#: So many of a spell's requests may be struck; about as many are made in that time.
_REQUESTS_OF_A_BOOK = 4
#: So long takes each step at least: the engine is to be at work meanwhile.
_STEP_SECONDS = 0.15
#: Longer than any pause before a next try.
_REST_SECONDS = 3700
_PATIENCE_SECONDS = 180
#: Every question is answered after so many of them, or never will be.
_MOST_ANSWERS = 12


class Run:
    """One run: what happens in which step, and what is known of it."""

    def __init__(
        self,
        machine: ShakenMachine,
        seed: int,
        *,
        books: int,
        documents: int,
        faults: int,
        data: Path,
    ) -> None:
        """`books` is how many workspaces there are; `documents` and `faults` are at least."""
        self._machine, self._seed = machine, seed
        self._documents_wanted, self._faults_wanted = documents, faults
        new_lines = document_lines(data, self._draw("data"))
        self._teams = open_workspaces(machine, books, new_lines, seed)
        touched = [
            ident
            for team in self._teams
            for ident in first_invoices(machine.sandbox, team.foreigner.organisation)
        ]
        requests = books * _REQUESTS_OF_A_BOOK
        self._schedule = FaultSchedule(machine.sandbox, seed, requests=requests, touched=touched)
        self.operations: Counter[str] = Counter()

    def go(self) -> None:
        """Act and break until there are documents and faults enough."""
        breakages: list[str] = []
        step = 0
        began = time.monotonic()
        while not self._is_enough(step):
            ends = time.monotonic() + _STEP_SECONDS
            draw = self._draw(f"step {step}")
            if step % _STEPS_OF_A_SPELL == 0:
                self._let_all_strike()
                self._schedule.begin_spell(step // _STEPS_OF_A_SPELL)
                _tell(
                    f"{time.monotonic() - began:.0f} s: step {step}, {self._documents()} documents, "
                    f"{self._schedule.count()} of {self._schedule.served} requests struck, "
                    f"{self._machine.faults.total()} breakages, {dict(self._machine.ended_alone)}"
                )
            if step % _STEPS_BETWEEN_BREAKAGES == _STEPS_BETWEEN_BREAKAGES - 1:
                breakages = breakages or draw.sample(BREAKAGES, len(BREAKAGES))
                self._break(breakages.pop(), draw)
            self._machine.surely(cut_back_offs_short)
            self._operate(step, draw)
            self._machine.look_after()
            time.sleep(max(0.0, ends - time.monotonic()))
            step += 1
        self._let_all_strike()
        _tell(f"{step:,} steps: {dict(self.operations)}")

    def come_to_rest(self) -> None:
        """Let the faults stop and everything come to its end, with all questions answered."""
        self._schedule.clear()
        self._machine.thaw(everything=True)
        self._machine.pass_time(_REST_SECONDS)
        draw = self._draw("rest")
        self._until_nothing_is_asked(draw)
        _tell("all is answered")
        for team in self._teams:
            removed = [one for one in team.clerk.model.live() if one.removed]
            if removed:
                team.clerk.withdraw(removed)
        self._until_nothing_is_asked(draw)
        self._check()
        self._until_nothing_is_asked(draw)
        _tell("all that Xero has is read once more")
        for team in self._teams:
            catch_up(self._machine, team.clerk.organisation)
        self._until_nothing_is_asked(draw)

    def compared(self) -> dict[str, Any]:
        """Hold both sides against what this run has done, and return its result."""
        found = Difference()
        answered: Counter[str] = Counter()
        mirrors = Mirrors()
        for team in self._teams:
            clerk = team.clerk
            books = XeroBooks.of(self._machine.sandbox, str(clerk.organisation.tenant_id))
            books.compare(clerk.model, clerk.prefix, found)
            check_links(clerk.organisation, clerk.model, books, found)
            mirrors.compare(self._machine.sandbox, clerk.organisation)
            for sentence in team.answers.unexplained:
                found.wrong(sentence)
            answered += team.answers.answered
        for sentence in self._machine.deadlocks:
            found.wrong(sentence)
        for request in self._machine.invalid_requests():
            found.invalid(request)
        for sentence in (*found.said[:50], *mirrors.said[:50]):
            _tell(sentence)
        self._schedule.count()
        faults = self._schedule.struck + self._machine.faults
        models = [team.clerk.model for team in self._teams]
        return {
            "seed": self._seed,
            "documents": sum(len(one.documents) for one in models),
            "payments": sum(len(one.payments) for one in models),
            "allocations": sum(len(one.allocations) for one in models),
            "history": sha256("".join(map(Model.fingerprint, models)).encode()).hexdigest(),
            "fault_count": faults.total(),
            "faults": dict(sorted(faults.items())),
            "missing": found.missing,
            "doubled": found.doubled,
            "ghosts": found.ghosts,
            "cents_off": found.cents_off,
            "wrong_state": found.wrong_state,
            "invalid_requests": found.invalid_requests,
            **mirrors.figures(),
            "questions": dict(sorted(answered.items())),
            "second_copies_removed": second_copies(),
            "restarted": dict(self._machine.ended_alone),
        }

    def _is_enough(self, step: int) -> bool:
        if step % _STEPS_OF_A_SPELL or self._documents() < self._documents_wanted:
            return False
        return self._schedule.planned >= self._faults_wanted

    def _documents(self) -> int:
        return sum(len(team.clerk.model.documents) for team in self._teams)

    def _operate(self, step: int, draw: random.Random) -> None:
        is_enough = self._documents() >= self._documents_wanted
        name = draw_operation(draw, is_enough=is_enough)
        team = draw.choice(self._teams)
        if getattr(team, name)(draw, step):
            self.operations[name] += 1

    def _let_all_strike(self) -> None:
        """Keep the engine at work until every fault of the spell has met its request."""

        def have_struck() -> bool:
            left = self._schedule.to_come()
            if left & TOKEN_FAULTS:
                self._machine.surely(let_access_be_renewed)
            if left:
                self._machine.surely(ask_for_check)
                self._machine.surely(cut_back_offs_short)
                self._reconnect()
                self._machine.look_after()
            return not left

        wait_until(have_struck, "the faults of the spell to strike", seconds=_PATIENCE_SECONDS)

    def _break(self, what: str, draw: random.Random) -> None:
        if what == "kill_web":
            # Its end comes while it submits documents.
            ending = threading.Timer(draw.uniform(0, 0.1), self._machine.restart_web)
            ending.start()
            draw.choice(self._teams).submit_by_page(draw)
            ending.join()
        else:
            self._machine.strike(what, draw)
        if what == "pass_time":
            self._reconnect()

    def _reconnect(self) -> None:
        """A person connects again what lost its access: the newest token was lost for too long."""
        for team in self._teams:
            if team.reconnect():
                self.operations["reconnect"] += 1

    def _until_nothing_is_asked(self, draw: random.Random) -> None:
        for _ in range(_MOST_ANSWERS):
            if not self._await_rest() or not sum(
                team.answers.answer_all(draw) for team in self._teams
            ):
                return

    def _await_rest(self) -> bool:
        def rests() -> bool:
            self._machine.look_after()
            # An access whose newest token was lost fails only when it is to be renewed.
            self._reconnect()
            return is_at_rest()

        try:
            wait_until(rests, "the engine to come to rest", seconds=_PATIENCE_SECONDS)
        except TimeoutError as error:
            _tell(str(error))
            return False
        return True

    def _check(self) -> None:
        """Let everything that Xero has be held against the links once more."""
        ask_for_check()
        wait_until(is_checked, "the last check", seconds=_PATIENCE_SECONDS)

    def _draw(self, what: str) -> random.Random:
        """Return the dice of one step; no other step's acts change how they fall."""
        return random.Random(f"{self._seed} {what}")  # noqa: S311 - no secret


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
