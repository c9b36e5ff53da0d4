"""Xero's limits: concurrent, minute, day and app-wide minute, in fixed windows (facts 2).

Counters are in memory: a restarted sandbox starts with full windows.
"""

from __future__ import annotations

import math
import threading
import zlib
from dataclasses import dataclass, field
from typing import Literal

from xero_sandbox.settings import Limits

MINUTE, DAY = 60, 86_400


@dataclass
class Window:
    """A fixed window; each organisation's starts at a moment of its own."""

    seconds: int
    shift: int
    index: int = -1
    used: int = 0

    def turn(self, now: float) -> None:
        index = int((now + self.shift) // self.seconds)
        if index != self.index:
            self.index, self.used = index, 0

    def seconds_left(self, now: float) -> int:
        return max(1, math.ceil((self.index + 1) * self.seconds - self.shift - now))


@dataclass
class Usage:
    minute: Window
    day: Window
    running: int = 0


@dataclass(frozen=True)
class Verdict:
    """Whether a call may go on, and the headers that go on its answer either way."""

    allowed: bool
    headers: dict[str, str] = field(default_factory=dict)


def worded(problem: str, style: str) -> str:
    """Return `X-Rate-Limit-Problem` in one of the ways in which it has been seen (facts 2)."""
    words = "app minute" if problem == "appminute" else problem
    if style == "Minute limit":
        return f"{words} limit".capitalize()
    return f"{words} limit".title().replace(" ", "") if style == "MinuteLimit" else problem


class Meter:
    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._lock = threading.Lock()
        self._usage: dict[tuple[str, str], Usage] = {}
        self._apps: dict[str, Window] = {}

    def enter(self, client_id: str, tenant_id: str, *, now: float) -> Verdict:
        """Count a call in. Each allowed call must be followed by one `leave`."""
        with self._lock:
            usage, app = self._windows(client_id, tenant_id, now)
            problem = self._problem(usage, app) if self.limits.on else None
            if problem is None:
                for window in (usage.minute, usage.day, app):
                    window.used += 1
                usage.running += 1
                return Verdict(True, self._remaining(usage, app))
            headers = self._remaining(usage, app) | {"X-Rate-Limit-Problem": problem}
            windows = {"minute": usage.minute, "day": usage.day, "appminute": app}
            if problem in windows:  # Retry-After is not promised for `concurrent`
                headers["Retry-After"] = str(windows[problem].seconds_left(now))
            return Verdict(False, headers)

    def leave(self, client_id: str, tenant_id: str) -> None:
        with self._lock:
            usage = self._usage.get((client_id, tenant_id))
            if usage and usage.running:
                usage.running -= 1

    def forget(self) -> None:
        """Open fresh windows; calls in progress stay counted."""
        with self._lock:
            self._apps.clear()
            for usage in self._usage.values():
                usage.minute.used = usage.day.used = 0

    def _windows(self, client_id: str, tenant_id: str, now: float) -> tuple[Usage, Window]:
        key = (client_id, tenant_id)
        if key not in self._usage:
            shift = zlib.crc32(tenant_id.encode())
            self._usage[key] = Usage(Window(MINUTE, shift % MINUTE), Window(DAY, shift % DAY))
        usage = self._usage[key]
        app = self._apps.setdefault(client_id, Window(MINUTE, 0))
        for window in (usage.minute, usage.day, app):
            window.turn(now)
        return usage, app

    def _problem(
        self, usage: Usage, app: Window
    ) -> Literal["concurrent", "day", "minute", "appminute"] | None:
        if usage.running >= self.limits.concurrent:
            return "concurrent"
        if usage.day.used >= self.limits.day:
            return "day"
        if usage.minute.used >= self.limits.minute:
            return "minute"
        return "appminute" if app.used >= self.limits.app_minute else None

    def _remaining(self, usage: Usage, app: Window) -> dict[str, str]:
        limits = self.limits
        if not limits.on:
            left = (limits.day, limits.minute, limits.app_minute)
        else:
            left = (
                limits.day - usage.day.used,
                limits.minute - usage.minute.used,
                limits.app_minute - app.used,
            )
        names = ("X-DayLimit-Remaining", "X-MinLimit-Remaining", "X-AppMinLimit-Remaining")
        return {name: str(max(0, count)) for name, count in zip(names, left, strict=True)}
