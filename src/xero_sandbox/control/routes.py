"""Routes of the control interface."""

from xero_sandbox.control import books, dumps, hooks, money, persons, plans, state, traps, watching
from xero_sandbox.routing import Handler, Route


def _control(method: str, path: str, handler: Handler) -> Route:
    return Route(method, f"/_sandbox/{path}", handler, "control")


ROUTES = (
    _control("GET", "health", state.health),
    _control("POST", "reset", state.reset),
    _control("GET", "clock", state.read_clock),
    _control("POST", "clock", state.move_clock),
    _control("GET", "limits", state.read_limits),
    _control("POST", "limits", state.set_limits),
    _control("GET", "switches", state.read_switches),
    _control("POST", "switches", state.set_switches),
    _control("POST", "apps", state.add_app),
    _control("POST", "tokens", state.tokens),
    _control("GET", "organisations", state.organisations),
    _control("POST", "organisations/{id}", state.change),
    _control("POST", "organisations", books.make),
    _control("POST", "organisations/{id}/load", books.load),
    _control("POST", "organisations/{id}/people", persons.change_role),
    _control("POST", "organisations/{id}/touch", traps.touch),
    _control("POST", "organisations/{id}/change_quietly", traps.change_quietly),
    _control("POST", "organisations/{id}/budgets", plans.make_budget),
    _control("POST", "organisations/{id}/reports", plans.publish_report),
    _control("GET", "people", persons.listed),
    _control("POST", "people", persons.add),
    _control("GET", "snapshots", books.kept),
    _control("POST", "snapshots/{name}", books.keep),
    _control("POST", "snapshots/{name}/restore", books.restore),
    _control("DELETE", "snapshots/{name}", books.forget),
    _control("GET", "egress", watching.egress),
    _control("GET", "requests", watching.requests),
    _control("DELETE", "requests", watching.clear_requests),
    _control("GET", "requests/summary", watching.summary),
    _control("GET", "faults", watching.faults),
    _control("POST", "faults", watching.add_fault),
    _control("DELETE", "faults", watching.remove_faults),
    _control("DELETE", "faults/{id}", watching.remove_fault),
    _control("POST", "faults/{id}/release", watching.release_fault),
    _control("GET", "webhooks", hooks.listed),
    _control("POST", "webhooks", hooks.register),
    _control("GET", "webhooks/delivery", hooks.read_delivery),
    _control("POST", "webhooks/delivery", hooks.set_delivery),
    _control("DELETE", "webhooks/{id}", hooks.remove),
    _control("POST", "webhooks/{id}/probe", hooks.probe),
    _control("POST", "webhooks/{id}/repeat", hooks.repeat),
    _control("GET", "webhooks/{id}/events", hooks.events),
    _control("POST", "webhooks/{id}/events", hooks.raise_event),
    _control("GET", "invoices", dumps.invoices),
    _control("GET", "credit_notes", dumps.credit_notes),
    _control("GET", "allocations", dumps.allocations),
    _control("GET", "payments", dumps.payments),
    _control("GET", "bank_transactions", dumps.bank_transactions),
    _control("POST", "rates", money.tell_rates),
    _control("POST", "payments/{id}", money.reconcile),
    _control("POST", "bank_transactions/{id}", money.reconcile_transaction),
    _control("GET", "postings", money.postings),
)
