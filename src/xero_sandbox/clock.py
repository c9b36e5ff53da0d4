"""The sandbox's clock: real time plus an offset that a test may move forward."""

from __future__ import annotations

import threading
import time
from datetime import UTC, date, datetime, timedelta


class Clock:
    def __init__(self, offset_seconds: float = 0.0) -> None:
        self.offset_seconds = offset_seconds
        self._lock = threading.Lock()

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self.offset_seconds

    def now_ms(self) -> int:
        return int(self.now() * 1000)

    def today(self, utc_offset_hours: float) -> date:
        local = datetime.fromtimestamp(self.now(), UTC) + timedelta(hours=utc_offset_hours)
        return local.date()

    def advance(self, seconds: float) -> None:
        with self._lock:
            self.offset_seconds += seconds
