"""Whoever sends or reads next to nothing holds no thread, keeps nobody out, and has to go."""

import socket
import tempfile
from ipaddress import ip_network

import pytest
from doors_front import Application, Front

from disks import Disk
from tallystick.doors import server

PAGE = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
HALF_A_HEAD = b"GET / HTTP/1.1\r\nHost: loc"
THREE_OF_A_THOUSAND = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc"
LARGE_PAGE = b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n"
HELD_PAGE = b"GET /held HTTP/1.1\r\nHost: localhost\r\n\r\n"


def forwarded(words: bytes, client: str) -> bytes:
    return words.replace(b"Host:", f"X-Forwarded-For: {client}\r\nHost:".encode(), 1)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(THREE_OF_A_THOUSAND, id="three of a thousand bytes"),
        pytest.param(HALF_A_HEAD, id="half a head"),
        pytest.param(b"", id="nothing"),
        pytest.param(LARGE_PAGE, id="an answer not read"),
    ],
)
def test_however_many_hold_back_a_page_is_answered(front: Front, words: bytes):
    for _ in range(20):
        front.send(words, room=4096)

    answer = front.answer(front.send(PAGE))

    assert answer.startswith("HTTP/1.1 200 OK")
    assert front.application.most_at_once <= 4


@pytest.mark.parametrize(
    ("words", "seconds", "told"),
    [
        pytest.param(b"", 16, "", id="nothing"),
        pytest.param(HALF_A_HEAD, 16, "", id="half a head"),
        pytest.param(THREE_OF_A_THOUSAND, 21, "The line is too slow", id="half a body"),
        pytest.param(PAGE, 131, "200 OK", id="kept open after an answer"),
    ],
)
def test_what_stands_still_is_closed_with_words_where_somebody_may_read_them(
    front: Front, words: bytes, seconds: int, told: str
):
    one = front.send(words)
    front.settle()

    front.later(seconds / 2)
    stayed = front.is_open(one)
    front.later(seconds)

    assert stayed
    assert told in front.answer(one)
    assert not front.is_open(one)


def test_a_reader_that_stands_still_loses_its_answer(front: Front):
    front.send(LARGE_PAGE, room=4096)
    front.settle_all()

    front.later(15)
    stayed = len(list(front.doors.channels()))
    front.later(31)

    assert stayed == 1
    assert list(front.doors.channels()) == []


def test_a_body_that_creeps_is_given_up_though_it_never_stands_still(front: Front):
    one = front.send(THREE_OF_A_THOUSAND)
    front.later(0)
    one.sendall(b"d")
    front.settle()

    channel = next(front.doors.channels())
    channel.moved_at += 61  # it has just moved again, and so it looked all the time
    front.later(61)

    assert "The line is too slow" in front.answer(one)


def test_the_words_reach_a_sender_that_goes_on_sending(front: Front):
    one = front.send(THREE_OF_A_THOUSAND.replace(b"1000", b"999999999") + b"x" * 500_000)

    answer = front.answer(one)

    assert answer.startswith("HTTP/1.1 413")
    assert "This is too large" in answer


def test_idle_ones_give_way_to_the_next(front: Front, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server, "MOST_CONNECTIONS_OF_ONE", 10)
    held = [front.send(THREE_OF_A_THOUSAND) for _ in range(15)]

    answer = front.answer(front.send(PAGE))

    assert answer.startswith("HTTP/1.1 200 OK")
    assert [front.is_open(one) for one in held] == [False] * 6 + [True] * 9


def test_of_all_whoever_has_most_gives_way(
    application: Application, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 10)
    front = Front(application, ip_network("127.0.0.0/8"), threads=4)
    modest = front.send(forwarded(THREE_OF_A_THOUSAND, "198.51.100.1"))
    greedy = [front.send(forwarded(THREE_OF_A_THOUSAND, "203.0.113.9")) for _ in range(15)]

    assert front.is_open(modest)
    assert sum(front.is_open(one) for one in greedy) == 9
    front.end()


#: With four threads one client has three, and so many more may wait.
FULL = 3 + server.MOST_WAITING_OF_ONE


def test_of_one_client_that_asks_for_too_much_the_oldest_is_told_when_to_try_again(front: Front):
    held = [front.send(HELD_PAGE) for _ in range(FULL)]

    newest = front.send(PAGE)

    answer = front.answer(held[3])
    assert answer.startswith("HTTP/1.1 429")
    assert "Retry-After: 5\r\n" in answer
    assert "Too many requests at once" in answer
    assert front.application.most_at_once == 3
    front.application.let_go.set()
    assert front.answer(newest).startswith("HTTP/1.1 200 OK")
    assert front.answer(held[4]).startswith("HTTP/1.1 200 OK")


def test_behind_a_listed_proxy_each_client_counts_for_itself(application: Application):
    front = Front(application, ip_network("127.0.0.1/32"), threads=4)
    held = [front.send(forwarded(HELD_PAGE, "203.0.113.9")) for _ in range(FULL)]

    other = front.answer(front.send(forwarded(PAGE, "198.51.100.1")))
    front.send(forwarded(PAGE, "203.0.113.9"))

    assert other.startswith("HTTP/1.1 200")
    assert front.answer(held[3]).startswith("HTTP/1.1 429")
    front.end()


def test_a_connection_that_a_proxy_keeps_counts_for_whoever_asks_on_it_now(
    application: Application,
):
    front = Front(application, ip_network("127.0.0.1/32"), threads=4)
    held = [front.send(forwarded(HELD_PAGE, "203.0.113.9")) for _ in range(FULL)]
    kept = front.send(forwarded(PAGE, "198.51.100.1"))
    first = front.answer(kept)

    kept.sendall(forwarded(PAGE, "203.0.113.9"))
    front.settle()

    assert first.startswith("HTTP/1.1 200")
    assert front.answer(held[3]).startswith("HTTP/1.1 429")
    front.end()


def test_an_unlisted_peer_cannot_claim_to_be_others(front: Front):
    held = [front.send(forwarded(HELD_PAGE, f"203.0.113.{n}")) for n in range(FULL)]

    front.send(forwarded(PAGE, "198.51.100.1"))

    assert front.answer(held[3]).startswith("HTTP/1.1 429")


def test_requests_sent_ahead_wait_until_the_answer_before_them_is_taken(front: Front):
    one = front.send(LARGE_PAGE * 3, room=4096)
    front.settle_all()

    begun = front.application.begun
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_000_000)
    answers = front.answers(one, 3)

    assert begun == 1
    assert answers.count("HTTP/1.1 200 OK") == 3


def test_what_is_kept_on_disk_is_bounded(front: Front, monkeypatch: pytest.MonkeyPatch):
    for _ in range(4):
        front.send(LARGE_PAGE, room=4096)
    front.settle_all()
    kept = sum(one.kept_bytes for one in front.doors.channels())

    monkeypatch.setattr(server, "MOST_KEPT_BYTES", kept // 2)
    front.later(0)

    assert 0 < sum(one.kept_bytes for one in front.doors.channels()) <= kept // 2


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(b"GET http://[ HTTP/1.1\r\nHost: localhost\r\n\r\n", id="an address"),
        pytest.param(b"nonsense\r\n\r\n", id="no HTTP"),
        pytest.param(b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", id="a negative length"),
        pytest.param(b"GET / HTTP/1.1\r\nContent-Length: 1e9\r\n\r\n", id="no number"),
        pytest.param(b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", id="an encoding"),
        pytest.param(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", id="a chunk"),
        pytest.param(b"GET / HTTP/1.1\r\nA: " + b"x" * 70_000 + b"\r\n\r\n", id="long headers"),
    ],
)
def test_nonsense_is_refused_in_words(front: Front, words: bytes):
    answer = front.answer(front.send(words))

    assert answer.startswith(("HTTP/1.1 4", "HTTP/1.0 4"))
    assert "Nothing was changed." in answer
    assert front.application.most_at_once == 0


def test_an_answer_under_way_is_finished_when_the_server_is_told_to_stop(front: Front):
    held = front.send(HELD_PAGE)
    idle = front.send(PAGE)
    front.answer(idle)
    front.application.let_go.set()

    front.stop()

    assert front.answer(held).startswith("HTTP/1.1 200 OK")


# The file that Waitress had begun tells once more, when it goes, that it could not be written.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_body_that_the_disk_has_no_room_for_is_refused_in_words(
    front: Front, small_disk: Disk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk.path))
    body = b"x" * 500_000
    whole = (
        f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    )
    small_disk.fill()

    full = front.answer(front.send(whole))
    page = front.answer(front.send(PAGE))
    small_disk.make_room()
    again = front.answer(front.send(whole))

    assert full.startswith("HTTP/1.1 507 ")
    assert "There is no room left on the disk" in full
    assert page.startswith("HTTP/1.1 200 OK")
    assert again.startswith("HTTP/1.1 200 OK")
    assert again.endswith(str(len(body)))
