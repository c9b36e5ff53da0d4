"""The faults of the stand-in Xero: they come in spells, each for one request of those that come.

Which faults a spell brings, how many, and the how manyth request each of them strikes, follows
from the seed and the number of the spell.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from chaos.shaken_machine import LATEST_SECONDS

_API, _TOKENS = "/api.xro/2.0/*", "/connect/token"
_LISTS = "re:/api\\.xro/2\\.0/(Invoices|CreditNotes|Payments|Contacts)"
#: Other programs, such as a bookkeeper's, have good days.
_OURS = "Tallystick*"
#: How many of a hundred requests meet a fault, in the spells there are; calm ones let work get done.
_SEVERITIES = (8, 20, 35, 50, 65)
#: So many of a hundred spells have a certain fault that befalls what renews the access.
_TOKEN_SPELLS = 25


@dataclass(frozen=True)
class FaultKind:
    """A fault as the stand-in takes it, and its share among the faults of a spell."""

    name: str
    action: str
    share: float
    more: dict[str, Any] = field(default_factory=dict)
    path: str = _API
    #: None: of all methods.
    method: str | None = None
    #: Where it strikes few requests, one of so many is struck.
    among: int | None = None


def _limit(problem: str, seconds: int) -> dict[str, Any]:
    headers = {"Retry-After": str(seconds), "X-Rate-Limit-Problem": problem}
    return {"status": 429, "headers": headers}


_KINDS = (
    FaultKind("cut_before", "cut_before", 1),
    FaultKind("cut_after", "cut_after", 2),
    FaultKind("refused", "refuse", 0.5),
    FaultKind("half_answer", "half", 1),
    FaultKind("garbage", "garbage", 1),
    FaultKind("page_instead", "content_type", 0.3),
    FaultKind("status_500", "status", 1.2, {"status": 500}),
    FaultKind("status_500_after", "status_after", 0.8, {"status": 500}),
    FaultKind("status_503", "status", 1.5, {"status": 503, "headers": {"Retry-After": "1"}}),
    FaultKind("limit_minute", "status", 2, _limit("minute", 1)),
    FaultKind("limit_day", "status", 0.3, _limit("day", 20)),
    FaultKind("limit_concurrent", "status", 0.5, {"status": 429}),
    FaultKind("slow", "slow", 0.4, {"seconds": 0.5}),
    FaultKind("too_late", "delay", 0.15, {"seconds": LATEST_SECONDS - 1}),
    FaultKind("token_expired", "expire_token", 0.3),
    # Of lists alone, as they are read for what has changed.
    FaultKind("list_cut", "half", 0.6, path=_LISTS, method="GET", among=6),
    FaultKind("list_garbled", "garbage", 0.4, path=_LISTS, method="GET", among=6),
    FaultKind("list_500", "status", 0.6, {"status": 500}, _LISTS, "GET", 6),
    FaultKind("page_shifts", "touch", 0.8, {"resource": "Invoices"}, _LISTS, "GET", 6),
)
_TOKEN_KINDS = (
    FaultKind("token_answer_lost", "cut_after", 1, path=_TOKENS),
    FaultKind("token_503", "status", 1, {"status": 503}, path=_TOKENS),
)
TOKEN_FAULTS = {kind.name for kind in _TOKEN_KINDS}


class FaultSchedule:
    """Makes the spells, and counts whom they struck."""

    def __init__(
        self, sandbox: str, seed: int, *, requests: int, touched: Sequence[str] = ()
    ) -> None:
        """`requests` is how many of each spell's may be struck; more are served without a fault.

        `touched` are ids of invoices that change while pages are read.
        """
        self._length = requests
        self._faults = f"{sandbox}/_sandbox/faults"
        self._requests = f"{sandbox}/_sandbox/requests"
        self._seed = seed
        self._touched = list(touched)
        self._http = httpx2.Client(timeout=60)
        self._names: dict[str, str] = {}
        self._seen_until = 0
        self.served = 0
        self.struck: Counter[str] = Counter()
        #: How many faults there have been or are to come, in the spells so far.
        self.planned = 0

    def begin_spell(self, spell: int) -> None:
        """Let the next spell begin; what has not struck by now never will."""
        # The word is a part of the seed: with another one, a seed would not replay its runs.
        draw = random.Random(f"{self._seed} weather {spell}")  # noqa: S311 - no secret
        self.clear()
        count = round(self._length * draw.choice(_SEVERITIES) / 100)
        kinds = draw.sample(_KINDS, round(len(_KINDS) * 0.75))
        shares = [kind.share for kind in kinds]
        for nth in sorted(draw.sample(range(1, self._length + 1), count)):
            self._send_for(draw.choices(kinds, shares)[0], nth)
        for kind in _TOKEN_KINDS:
            if draw.randrange(100) < _TOKEN_SPELLS:
                self._send_for(kind, 1)

    def to_come(self) -> set[str]:
        """Return the names of those that have not struck yet."""
        faults = self._http.get(self._faults).raise_for_status().json()["faults"]
        return {self._names[str(fault["id"])] for fault in faults if not fault["hits"]}

    def clear(self) -> None:
        """Let no fault strike any more."""
        self._http.delete(self._faults).raise_for_status()

    def _send_for(self, kind: FaultKind, nth: int) -> None:
        match = {"path": kind.path, "nth": nth % kind.among + 1 if kind.among else nth}
        match |= {"user_agent": _OURS} | ({"method": kind.method} if kind.method else {})
        body = {"match": match, "action": kind.action, **kind.more}
        if kind.action == "touch":
            body["ids"] = self._touched
        made = self._http.post(self._faults, json=body).raise_for_status().json()
        self._names[str(made["id"])] = kind.name
        self.planned += 1

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
