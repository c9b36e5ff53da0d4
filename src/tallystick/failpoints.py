"""Named places where a test or a person can kill the process exactly there.

`TALLYSTICK_FAILPOINT=create_invoices.seal.after_commit` kills with SIGKILL the first time the
worker gets there, the same with `:3` behind it the third time. `TALLYSTICK_FAILPOINT_SIGNAL=SIGSTOP`
freezes the process there instead, until it gets SIGCONT. Unset (always, in production) a failpoint
costs a dict look-up.
"""

import os
import signal

_hits = 0


def failpoint(name: str) -> None:
    """Die here, as if the power went, when the environment asks for it."""
    global _hits
    wanted, _, nth = os.environ.get("TALLYSTICK_FAILPOINT", "").partition(":")
    if wanted != name:
        return
    _hits += 1
    if _hits == int(nth or 1):
        wanted_signal = os.environ.get("TALLYSTICK_FAILPOINT_SIGNAL", "SIGKILL")
        os.kill(os.getpid(), signal.Signals[wanted_signal])
