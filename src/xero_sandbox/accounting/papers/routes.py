"""Routes of what belongs to a document."""

from xero_sandbox.accounting.papers import attachments, history, sending

ROUTES = (*attachments.routes(), *history.routes(), *sending.ROUTES)
