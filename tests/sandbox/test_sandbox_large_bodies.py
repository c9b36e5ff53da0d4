"""Bodies over the limit are refused so that the client reads why (facts 12.2)."""

import json
import socket


def test_a_body_over_the_limit_is_answered_with_a_problem(http, books):
    """More than fits into the buffers on the way, so that the client is still sending."""
    answer = books.call("PUT", "Invoices", content=b" " * 30_000_000)

    assert answer.status_code == 413
    assert answer.json()["Status"] == 413
    assert answer.json()["Title"] == "Payload Too Large"
    assert books.get("Invoices").status_code == 200


def test_a_length_without_a_body_is_refused_at_once(sandbox):
    with socket.create_connection(("localhost", sandbox.port), timeout=10) as line:
        line.sendall(b"PUT /api.xro/2.0/Invoices HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n")
        answer = b"".join(iter(lambda: line.recv(1 << 16), b""))

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413 ")
    assert json.loads(body)["Detail"] == "The body may have 10000000 bytes."
