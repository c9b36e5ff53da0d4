"""The control interface under `/_sandbox/`: JSON in, JSON out, no sign-in, never faulted."""
