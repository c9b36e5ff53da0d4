"""Every bad day beside a run of its own: faults, deaths and jumps of time, until it is told to end."""

import random
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from chaos.consent import reconnect
from chaos.engine_state import cut_back_offs_short
from chaos.fault_schedule import FaultSchedule
from chaos.shaken_machine import BREAKAGES, ShakenMachine
from tallystick.connections.models import Organisation
from tallystick.sync.acts.retrying import retry_links
from tallystick.sync.models import Link, LinkState
from tallystick.workspaces.models import User

_STEP_SECONDS = 0.1
_SPELL_SECONDS = 12
_REQUESTS_OF_A_SPELL = 60
_BREAKAGE_SECONDS = 20


class FaultInjector:
    """Shakes the machine while the block runs; the machine's books must be in use here."""

    def __init__(self, machine: ShakenMachine, seed: int, person: str) -> None:
        """`person` is the e-mail address of whoever presses Retry and connects again."""
        self._machine = machine
        # The word is a part of the seed: with another one, a seed would not replay its faults.
        self._dice = random.Random(f"{seed} storm")  # noqa: S311 - no secret
        self._schedule = FaultSchedule(machine.sandbox, seed, requests=_REQUESTS_OF_A_SPELL)
        self._actor = User.objects.get(email=person)
        self._over = threading.Event()
        self._thread = ThreadPoolExecutor(1, "faults")

    def __enter__(self) -> Self:
        self._injecting = self._thread.submit(self._inject)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.shutdown()
        self._schedule.clear()
        self._machine.thaw(everything=True)
        self._machine.look_after()
        if error is None:
            self._injecting.result()

    @property
    def faults(self) -> Counter[str]:
        """What has befallen the run so far, by kind."""
        self._schedule.count()
        return self._schedule.struck + self._machine.faults

    def press_retry(self) -> None:
        """Do what a person does with what stands still."""
        if self._injecting.done():
            self._injecting.result()
        for organisation in self._machine.surely(self._organisations):
            self._machine.surely(lambda one=organisation: self._retry(one))  # type: ignore[misc]

    def _connect_again(self) -> None:
        """Go to Xero's consent page if the newest token was lost for too long."""
        for organisation in self._machine.surely(self._organisations):
            if reconnect(self._machine, organisation, self._actor):
                print("connected again", file=sys.stderr, flush=True)

    def _retry(self, organisation: Organisation) -> None:
        stopped = Link.objects.filter(
            organisation=organisation, state__in=[LinkState.FAILED, LinkState.HELD]
        )
        link_ids = list(stopped.values_list("pk", flat=True))
        retry_links(workspace=organisation.workspace, actor=self._actor, link_ids=link_ids)

    def _organisations(self) -> list[Organisation]:
        return list(Organisation.objects.select_related("workspace"))

    def _inject(self) -> None:
        from django.db import connection

        spell, next_spell, next_breakage = 0, 0.0, time.monotonic() + _BREAKAGE_SECONDS
        breakages: list[str] = []
        try:
            while not self._over.wait(_STEP_SECONDS):
                if time.monotonic() >= next_spell:
                    self._schedule.begin_spell(spell)
                    self._connect_again()
                    spell, next_spell = spell + 1, time.monotonic() + _SPELL_SECONDS
                    print(f"{self.faults.total()} faults so far", file=sys.stderr, flush=True)
                if time.monotonic() >= next_breakage:
                    breakages = breakages or self._dice.sample(BREAKAGES, len(BREAKAGES))
                    self._machine.strike(breakages.pop(), self._dice)
                    next_breakage = time.monotonic() + _BREAKAGE_SECONDS
                self._machine.look_after()
                self._machine.surely(cut_back_offs_short)
        finally:
            connection.close()
