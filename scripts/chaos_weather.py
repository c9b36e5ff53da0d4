"""The stand-in Xero's bad days: spells of faults, each request struck by chance.

Which faults a spell brings and how often follows from the seed and the number of the spell. Each
fault has dice of its own with a seed of its own at the stand-in; which request meets which throw
depends on the order in which requests arrive.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx2
from chaos_machine import LATEST_SECONDS

_API, _TOKENS = "/api.xro/2.0/*", "/connect/token"
#: How many of a hundred requests meet a fault, in the spells there are; calm ones let work get done.
_SEVERITIES = (8, 20, 35, 50, 65)


@dataclass(frozen=True)
class Kind:
    """A fault as the stand-in takes it, and its share among the faults of a spell."""

    name: str
    action: str
    share: float
    more: dict[str, Any] = field(default_factory=dict)
    path: str = _API


def _limit(problem: str, seconds: int) -> dict[str, Any]:
    headers = {"Retry-After": str(seconds), "X-Rate-Limit-Problem": problem}
    return {"status": 429, "headers": headers}


_KINDS = (
    Kind("cut_before", "cut_before", 1),
    Kind("cut_after", "cut_after", 2),
    Kind("refused", "refuse", 0.5),
    Kind("half_answer", "half", 1),
    Kind("garbage", "garbage", 1),
    Kind("page_instead", "content_type", 0.3),
    Kind("status_500", "status", 1.2, {"status": 500}),
    Kind("status_500_after", "status_after", 0.8, {"status": 500}),
    Kind("status_503", "status", 1.5, {"status": 503, "headers": {"Retry-After": "1"}}),
    Kind("limit_minute", "status", 2, _limit("minute", 1)),
    Kind("limit_day", "status", 0.3, _limit("day", 20)),
    Kind("limit_concurrent", "status", 0.5, {"status": 429}),
    Kind("slow", "slow", 0.4, {"seconds": 0.5}),
    Kind("too_late", "delay", 0.15, {"seconds": LATEST_SECONDS - 1}),
    Kind("token_expired", "expire_token", 0.3),
    Kind("token_answer_lost", "cut_after", 2, path=_TOKENS),
    Kind("token_503", "status", 2, {"status": 503}, path=_TOKENS),
)


class Weather:
    """Makes the spells, and counts whom they struck."""

    def __init__(self, sandbox: str, seed: int) -> None:
        self._faults = f"{sandbox}/_sandbox/faults"
        self._requests = f"{sandbox}/_sandbox/requests"
        self._seed = seed
        self._http = httpx2.Client(timeout=60)
        self._names: dict[str, str] = {}
        self._seen_until = 0
        self.served = 0
        self.struck: Counter[str] = Counter()

    def turn(self, spell: int) -> None:
        """Let the next spell begin."""
        draw = random.Random(f"{self._seed} weather {spell}")  # noqa: S311 - no secret
        severity = draw.choice(_SEVERITIES) / 100
        kinds = [kind for kind in _KINDS if draw.random() < 0.75]
        whole = sum(kind.share for kind in kinds if kind.path == _API) or 1
        self.clear()
        for kind in kinds:
            match = {
                "path": kind.path,
                "probability": min(0.6, severity * kind.share / whole),
                "seed": draw.randrange(10**6),
            }
            body = {"match": match, "action": kind.action, **kind.more}
            made = self._http.post(self._faults, json=body).raise_for_status().json()
            self._names[str(made["id"])] = kind.name

    def clear(self) -> None:
        """Let no fault strike any more."""
        self._http.delete(self._faults).raise_for_status()

    def count(self) -> int:
        """Read on in what the stand-in has served, and return how many requests were struck."""
        while True:
            query = {"after": str(self._seen_until), "limit": "5000"}
            answer = self._http.get(self._requests, params=query).raise_for_status()
            rows = answer.json()["requests"]
            self.served += len(rows)
            for row in rows:
                if row["fault"]:
                    self.struck[self._names[row["fault"].partition(" ")[0]]] += 1
            if not rows:
                return self.struck.total()
            self._seen_until = rows[-1]["id"]
