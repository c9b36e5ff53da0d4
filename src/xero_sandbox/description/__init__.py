"""Xero's interface description, as far as a request can be held against it, and who does so.

`xero_openapi.json` is made by `scripts/description.py` from two files of Xero-OpenAPI, whose
versions it names; their licence (MIT) lies beside it.
"""
