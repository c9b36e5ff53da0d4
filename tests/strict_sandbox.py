"""Stand-in Xeros for the product's tests: each request of the product is held against Xero's
interface description, and `tests/conftest.py` fails the test that made an invalid one."""

from collections.abc import Iterator
from contextlib import contextmanager

from xero_sandbox.server import Running, start

#: Tests and their helpers call under other names, and as they like.
_OF_THE_PRODUCT = {"user_agent": "Tallystick", "invalid": "true"}
#: Those that run, with the last invalid request that was looked at.
_running: dict[Running, int] = {}
_gathered: list[str] = []


@contextmanager
def strict_sandbox() -> Iterator[Running]:
    """Run a fresh stand-in Xero without limits."""
    with start(strict_requests="note") as running:
        _running[running] = 0
        try:
            yield running
        finally:
            gather()
            del _running[running]


def gather() -> None:
    """Keep what is known of invalid requests; before a reset in the midst of a test, which forgets."""
    for running, last in _running.items():
        for row in running.sandbox.journal.entries(_OF_THE_PRODUCT, after=last, limit=100):
            _running[running] = row["id"]
            _gathered.extend(f"{row['method']} {row['path']}: {one}" for one in row["invalid"])


def invalid_requests() -> list[str]:
    """Return what was wrong with requests of the product since this was asked last."""
    gather()
    found = _gathered.copy()
    _gathered.clear()
    return found
