"""The real web server and a real worker: what Xero delivers is answered, and stands here soon."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from cli_commands import Run, command, eventually
from cli_web import Start, visitor

from plain_http import plain_http
from tallystick.background.models import workers_alive
from tallystick.cli.exits import Exit
from tallystick.sync.models import WebhookDelivery, WebhookEvent
from tallystick.sync.webhooks.registration import PATH
from webhook_bodies import KEY, OTHER_KEY, body, signed
from xero_books import Books


def test_a_change_in_xero_stands_on_the_document_within_ten_seconds(books: Books, web: Start):
    document = books.submit("INV-1")
    books.work()
    server = web(XERO_WEBHOOK_KEYS=f"{OTHER_KEY},{KEY}")
    wanted = {"url": f"{server.url}{PATH}", "signing_key": KEY}
    hook = books.sandbox.post("/_sandbox/webhooks", wanted)
    assert (hook["status"], hook["report"]) == ("OK", "")

    with worker(books):
        assert eventually(workers_alive, seconds=60)
        tenant, copy = books.organisation.tenant_id, books.link(document).xero_id
        pressed = plain_http.post(f"{books.sandbox.url}/org/{tenant}/invoices/{copy}/approve")
        began = time.monotonic()
        assert pressed.status_code in (200, 303), pressed.text
        assert eventually(lambda: books.link(document).xero_status == "AUTHORISED", seconds=30)
        took = time.monotonic() - began

    assert took < 10
    assert WebhookEvent.objects.filter(end="fetched").count() == 1
    assert books.sandbox.calls()["GET Invoices"] >= 1


def test_the_web_server_takes_deliveries_and_nothing_else(web: Start):
    server = web(XERO_WEBHOOK_KEYS=KEY)
    with visitor(server.url) as client:
        for raw, headers, status in (
            (body(), signed(body()), 200),
            (body(), signed(body(), OTHER_KEY), 401),
            (b"\0" * 100, signed(b"\0" * 100), 200),
            (b"x" * 6_000_000, {}, 413),
        ):
            answer = client.post(PATH, content=raw, headers=headers)
            assert (answer.status_code, answer.content) == (status, b"")
            assert "Set-Cookie" not in answer.headers
            assert "Vary" not in answer.headers
        assert client.get(PATH).status_code == 405

        took = []
        for _ in range(50):
            began = time.monotonic()
            assert client.post(PATH, content=body(), headers=signed(body())).status_code == 200
            took.append(time.monotonic() - began)

    assert sorted(took)[25] < 0.5
    assert WebhookDelivery.objects.count() == 52


def test_a_key_that_is_cut_off_is_refused_at_the_start_and_not_shown(run: Run, migrated_database):
    ended = run("webhooks", **migrated_database, XERO_WEBHOOK_KEYS=f"{KEY}, cut-off-key")

    assert ended.returncode == Exit.NOT_SET_UP
    assert "XERO_WEBHOOK_KEYS must hold webhook keys as Xero shows them" in ended.stderr
    assert "cut-off-key" not in ended.stderr
    assert KEY not in ended.stderr


@contextmanager
def worker(books: Books) -> Iterator[None]:
    """A worker as a process of its own."""
    process = subprocess.Popen(command("worker"), env=books.environment(XERO_WEBHOOK_KEYS=KEY))
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)
