import pytest

from factories import make_workspace
from tallystick.books import signals

_SIGNALS = {
    "submitted": (signals.documents_submitted, "document_ids"),
    "edited": (signals.documents_edited, "document_ids"),
    "cancelled": (signals.documents_cancelled, "document_ids"),
    "recorded": (signals.payments_recorded, "payment_ids"),
    "deleted": (signals.payments_deleted, "payment_ids"),
    "allocated": (signals.allocations_made, "allocation_ids"),
    "removed": (signals.allocations_removed, "allocation_ids"),
}


@pytest.fixture
def workspace(db):
    return make_workspace()


@pytest.fixture
def announced():
    """Gather what is announced, as (act, primary keys)."""
    heard = []
    listeners = []
    for act, (signal, ids) in _SIGNALS.items():

        def listen(act=act, ids=ids, **said):
            heard.append((act, said[ids]))

        signal.connect(listen)
        listeners.append((signal, listen))
    yield heard
    for signal, listen in listeners:
        signal.disconnect(listen)
