"""Rounds of the engine in processes of their own, to be killed: forked from one that is ready.

The process that forks has everything loaded, and neither threads nor connections; so a round that
dies costs some milliseconds instead of the second that it takes to start from nothing.
"""

import atexit
import json
import subprocess
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import IO


def run_round(environment: Mapping[str, str], organisation_id: int, failpoint: str) -> int:
    """Work one round that dies at the failpoint, if it gets there; return how the process ended.

    0, or less the number of the signal that killed it.
    """
    wishes, ends = _nursery(tuple(sorted(environment.items())))
    wishes.write(json.dumps([organisation_id, failpoint]) + "\n")
    wishes.flush()
    return int(ends.readline())


@lru_cache(maxsize=1)
def _nursery(environment: tuple[tuple[str, str], ...]) -> tuple[IO[str], IO[str]]:
    """Start the process that forks; it ends with this one, when its input does."""
    nursery = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", _NURSERY],
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    atexit.register(nursery.communicate)
    return nursery.stdin, nursery.stdout


_NURSERY = """
import gc, json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tallystick.settings"
import django
django.setup()
from django.db import connection
from tallystick.connections import installation
from tallystick.sync.rounds.push_round import drain_lane
# What takes long the first time is done here, not in every child. The pools connect there only.
installation.api_pool(), installation.token_pool()
connection.ensure_connection()
connection.close()
gc.freeze()
for line in sys.stdin:
    organisation_id, failpoint = json.loads(line)
    child = os.fork()
    if not child:
        os.environ["TALLYSTICK_FAILPOINT"] = failpoint
        drain_lane(organisation_id)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
