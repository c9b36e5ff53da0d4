"""Runs a piece of the product in a process of its own, which a failpoint may kill."""

import os
import subprocess
import sys

from databases import database_url
from xero_sandbox.server import Running

_BEFORE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tallystick.settings"
import django
django.setup()
"""


def start_process(
    code: str, xero: Running, *arguments: object, **environment: str
) -> "subprocess.Popen[bytes]":
    """Run the code on the test's database and sandbox; `sys.argv[1:]` holds the arguments."""
    own = {
        "DATABASE_URL": database_url(),
        "XERO_CLIENT_ID": xero.options.client_id,
        "XERO_CLIENT_SECRET": xero.options.client_secret,
        "XERO_IDENTITY_URL": xero.url,
        "XERO_API_URL": xero.url,
    }
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", _BEFORE + code, *map(str, arguments)],
        env=os.environ | own | environment,
    )
