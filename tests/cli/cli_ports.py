"""Ports for servers of the tests."""

import os

from tallystick.cli.ports import first_free


def free_port(first: int) -> int:
    """Return a free port of this machine from `first` on.

    Workers of one test run look in places of their own: what is free for two is taken by one of
    them a moment later.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return first_free("127.0.0.1", first + 1000 * worker)
