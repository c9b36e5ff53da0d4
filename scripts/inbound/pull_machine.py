"""A machine whose pages take Xero's webhooks, and what a run asks of its tables."""

import secrets
from importlib.util import find_spec

import httpx2
from chaos.shaken_machine import ShakenMachine

#: The stand-in signs with it, and our pages verify with it.
SIGNING_KEY = secrets.token_urlsafe(48)
CLIENT = "sandbox-client"


class PullMachine(ShakenMachine):
    """One worker, pages and the stand-in; the worker is killed on the way."""

    def __init__(self) -> None:
        super().__init__(workers=1)

    def register_webhook(self) -> bool:
        """Let the stand-in deliver to our pages; False where they do not take deliveries yet."""
        if find_spec("tallystick.sync.webhooks.registration") is None:
            return False
        from tallystick.sync.webhooks.registration import PATH

        wanted = {"url": self.web + PATH, "client_id": CLIENT, "signing_key": SIGNING_KEY}
        address = f"{self.sandbox}/_sandbox/webhooks"
        hook = httpx2.post(address, json=wanted, timeout=60).raise_for_status().json()
        if hook["status"] != "OK":
            raise RuntimeError(f"The pages did not pass the intent to receive: {hook}")
        return True

    def deliver(self, **how: bool | int) -> None:
        """Change how deliveries go out: held, lost, doubled, reordered, late."""
        address = f"{self.sandbox}/_sandbox/webhooks/delivery"
        httpx2.post(address, json=how, timeout=60).raise_for_status()

    def events(self) -> list[dict[str, str]]:
        """Return every event of the stand-in's, waiting, sent or lost."""
        address = f"{self.sandbox}/_sandbox/webhooks/{CLIENT}/events"
        found: list[dict[str, str]] = httpx2.get(address, timeout=60).json().get("events", [])
        return found

    def _environment(self) -> dict[str, str]:
        return super()._environment() | {
            "XERO_WEBHOOK_KEYS": SIGNING_KEY,
            "XERO_TIMEOUT_SECONDS": "30",  # of a page of 1,000, on a machine that is busy
        }
