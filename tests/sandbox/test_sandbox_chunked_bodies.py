"""Bodies of clients that do not say how long they are (RFC 9112, 7.1)."""

import json
import socket

import pytest
from books_client import draft

BODY = json.dumps(draft("CHUNKS")).encode()


def in_chunks(*pieces, end=b"0\r\n\r\n"):
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end


@pytest.fixture
def send(sandbox, books):
    """Send bytes as the body of a request; its status and the bytes behind the head."""

    def sending(body, *, path="/api.xro/2.0/Invoices", method="PUT", more=b"", coding=b"chunked"):
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            f"Authorization: Bearer {books.tokens['access_token']}\r\n"
            f"xero-tenant-id: {books.organisation}\r\nContent-Type: application/json\r\n"
            "Accept: application/json\r\n"
        )
        head = head.encode() + b"Transfer-Encoding: " + coding + b"\r\n" + more + b"\r\n"
        with socket.create_connection(("localhost", sandbox.port), timeout=10) as line:
            line.sendall(head + body)
            answer = b"".join(iter(lambda: line.recv(1 << 16), b""))
        first, _, rest = answer.partition(b"\r\n\r\n")
        return int(first.split()[1]), rest

    return sending


def test_a_client_that_streams_its_body_is_read_and_the_connection_lives_on(http, books):
    pieces = (BODY[at : at + 7] for at in range(0, len(BODY), 7))  # httpx2 sends them in chunks

    answer = books.call("PUT", "Invoices", content=pieces)

    assert answer.status_code == 200, answer.text
    assert answer.request.headers["Transfer-Encoding"] == "chunked"
    assert [one["InvoiceNumber"] for one in books.get("Invoices").json()["Invoices"]] == ["CHUNKS"]


@pytest.mark.parametrize(
    "body",
    [
        in_chunks(BODY),
        in_chunks(BODY[:5], BODY[5:]),
        in_chunks(BODY, end=b"0\r\nDigest: a\r\nMore: b\r\n\r\n"),
        b"%X ; a=b\r\n%s\r\n000\r\n\r\n" % (len(BODY), BODY),
    ],
)
def test_chunks_with_extensions_and_trailers_are_read(send, body):
    status, answer = send(body)

    assert status == 200
    assert json.loads(answer)["Invoices"][0]["InvoiceNumber"] == "CHUNKS"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/_sandbox/clock", 200),
        ("POST", "/connect/token", 400),
        ("PUT", "/api.xro/2.0/Contacts/none/Attachments/a.txt", 404),
    ],
)
def test_every_route_takes_chunks(send, method, path, status):
    assert send(in_chunks(b'{"advance_seconds": 1}'), method=method, path=path)[0] == status


@pytest.mark.parametrize(
    "body",
    [
        b"x\r\n{}\r\n0\r\n\r\n",
        b"-2\r\n{}\r\n0\r\n\r\n",
        b"0x2\r\n{}\r\n0\r\n\r\n",
        b"1\r\n{}\r\n0\r\n\r\n",
        b"\r\n",
        b"2\r\n{}\r\n0\r\n" + b"a: b\r\n" * 200,
        b"f" * 20 + b"\r\n",
        b"9" * 9_000_000,
    ],
)
def test_what_is_not_in_chunks_is_refused_and_done_with(send, books, body):
    assert send(body)[0] == 400
    assert books.get("Invoices").json()["Invoices"] == []


def test_a_body_that_breaks_off_within_its_chunks_writes_nothing(sandbox, books):
    with socket.create_connection(("localhost", sandbox.port), timeout=10) as line:
        line.sendall(b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}")
        line.shutdown(socket.SHUT_WR)
        assert line.recv(100).startswith(b"HTTP/1.1 400 ")


def test_two_lengths_and_other_codings_are_refused(send):
    assert send(in_chunks(BODY), more=b"Content-Length: 5\r\n")[0] == 400
    assert send(in_chunks(BODY), coding=b"gzip, chunked")[0] == 501


def test_chunks_over_the_limit_are_answered_with_a_problem(send, books):
    status, answer = send(in_chunks(*[b" " * 1_000_000] * 30))

    assert status == 413
    assert json.loads(answer)["Detail"] == "The body may have 10000000 bytes."
    assert books.get("Invoices").status_code == 200
