"""Books whose changes the stand-in delivers over real HTTP to the real address of ours."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
from django.db.models import F

from plain_http import plain_http
from tallystick.sync.models import WebhookDelivery, WebhookEvent, WebhookWatch
from tallystick.sync.webhooks.registration import PATH
from tallystick.sync.webhooks.watching import GRACE, watch_deliveries
from webhook_bodies import body, signed
from xero_books import Books

_APP = "sandbox-client"
#: So that a test moves no clock that others read: what it waits for is moved into the past.
_LONG = timedelta(seconds=30)


@dataclass
class Hook:
    """The app's webhook at the stand-in, leading to our address."""

    books: Books
    url: str
    key: str

    def probe(self) -> dict[str, Any]:
        """Have the stand-in send its test, as Xero does before it delivers anything."""
        found: dict[str, Any] = self.books.sandbox.post(f"/_sandbox/webhooks/{_APP}/probe")
        return found

    def manners(self, **manners: Any) -> None:
        """Say how deliveries go out: lose, duplicate, reorder (per cent), held, batch."""
        self.books.sandbox.post("/_sandbox/webhooks/delivery", manners)

    def repeat(self, first: int, last: int) -> None:
        """Have events delivered again, lost ones too."""
        self.books.sandbox.post(f"/_sandbox/webhooks/{_APP}/repeat", {"from": first, "to": last})

    def tell(self, **event: Any) -> None:
        """Have the stand-in tell of something that has not happened."""
        self.books.sandbox.post(f"/_sandbox/webhooks/{_APP}/events", event)

    def noted(self) -> list[dict[str, Any]]:
        """The events that the stand-in has noted for us, oldest first."""
        events: list[dict[str, Any]] = self.books.sandbox.get(f"/_sandbox/webhooks/{_APP}/events")[
            "events"
        ]
        return events

    def settle(self) -> None:
        """Wait until nothing is on its way to us any more."""
        eventually(lambda: all(event["state"] != "WAITING" for event in self.noted()))

    def deliver(self, *events: Any, **numbers: Any) -> httpx2.Response:
        """Deliver by hand what the stand-in would not."""
        raw = body(*events, **numbers)
        # Closed at once, as the stand-in does: else a thread of the server lives as long as we do.
        headers = {
            "Content-Type": "application/json",
            "Connection": "close",
            **signed(raw, self.key),
        }
        return plain_http.post(self.url, content=raw, headers=headers)

    def fetch(self) -> Counter[str]:
        """Let the burst be over, work the lane, and return the calls that this took."""
        self.settle()
        WebhookEvent.objects.update(noticed_at=F("noticed_at") - _LONG)
        before = self.books.sandbox.calls()
        self.books.work()
        return self.books.sandbox.calls() - before

    def watch(self) -> None:
        """Let the time pass after which what has not come is missing, and look."""
        self.settle()
        WebhookDelivery.objects.update(at=F("at") - GRACE)
        WebhookWatch.objects.update(looked_at=F("looked_at") - GRACE)
        watch_deliveries()


def register(books: Books, url: str, settings: Any) -> Hook:
    """Register our address at the stand-in as an operator would at Xero, test and all."""
    address = f"{url}{PATH}"
    hook = books.sandbox.post("/_sandbox/webhooks", {"url": address, "probe": False})
    settings.XERO_WEBHOOK_KEYS = [hook["signing_key"]]
    # The first request of all has the pages loaded, for which a busy machine takes its time.
    assert plain_http.get(address, headers={"Connection": "close"}).status_code == 405
    found = Hook(books, address, hook["signing_key"])
    probed = found.probe()
    assert (probed["status"], probed["report"]) == ("OK", "")
    return found


def eventually(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "It did not come to that in time."
        time.sleep(0.02)
