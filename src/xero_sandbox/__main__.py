"""`python -m xero_sandbox`: the same as the command `xero-sandbox`."""

import sys

from xero_sandbox.cli import main

sys.exit(main())
