"""A stand-in Xero: identity, Accounting API, limits, faults and screens in one process.

It imports nothing of tallystick, so that neither can hide the other's mistakes.
Run it with `xero-sandbox`, or in a test with `xero_sandbox.server.start()`.
"""
