import re
import socket
import threading

import httpx2
import pytest

from tallystick.xero import (
    AccessTokenExpired,
    BadRequest,
    Hosts,
    NeedsPerson,
    NotAllowed,
    NotConnected,
    NotFound,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    ScopeMissing,
    ServerFailed,
    TryLater,
    UnexpectedAnswer,
    XeroClient,
    XeroUnavailable,
    http_pool,
    seal_create_invoices,
)

WRITE = seal_create_invoices([])
NOT_JSON = "<html>not json</html>"


def read(client: XeroClient) -> None:
    client.accounts()


def write(client: XeroClient) -> None:
    client.send(WRITE, "key")


def problem(status: int, detail: str, key: str = "Detail") -> httpx2.Response:
    return httpx2.Response(status, json={"Type": None, "Status": status, key: detail})


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("minute", "minute"),
        ("Minute limit", "minute"),
        ("day", "day"),
        ("DayLimit", "day"),
        ("appminute", "appminute"),
        ("App Minute Limit", "appminute"),
        ("concurrent", "concurrent"),
        ("surprise", "unknown"),
    ],
)
def test_a_used_up_limit_says_which_and_how_long_to_wait(client_answering, header, expected):
    headers = {"X-Rate-Limit-Problem": header, "Retry-After": "26", "Xero-Correlation-Id": "c"}
    client = client_answering(httpx2.Response(429, headers=headers))

    with pytest.raises(RateLimited) as caught:
        write(client)

    assert caught.value.problem == expected
    assert caught.value.retry_after_seconds == 26
    assert caught.value.correlation_id == "c"
    assert caught.value.request == "PUT Invoices"
    # How long is told where it is shown: a text that is kept would grow old.
    assert str(caught.value).endswith("It goes on by itself.")


def test_a_limit_without_a_waiting_time_says_none(client_answering):
    client = client_answering(httpx2.Response(429, headers={"X-Rate-Limit-Problem": "concurrent"}))

    with pytest.raises(RateLimited) as caught:
        read(client)

    assert caught.value.retry_after_seconds is None


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (problem(401, "TokenExpired: token expired at 08/12/2022 07:00:40"), AccessTokenExpired),
        (problem(401, "TokenInvalidSignature"), AccessTokenExpired),
        (httpx2.Response(401, html=NOT_JSON), AccessTokenExpired),
        (problem(401, "AuthorizationUnsuccessful"), ScopeMissing),
        (problem(401, "AuthorizationUnsuccessful", key="detail"), ScopeMissing),
        (problem(403, "AuthenticationUnsuccessful"), NotConnected),
        (problem(403, "The user's role does not allow this"), NotAllowed),
        (httpx2.Response(403), NotAllowed),
        (httpx2.Response(404, html=NOT_JSON), NotFound),
        (httpx2.Response(400, html=NOT_JSON), BadRequest),
        (httpx2.Response(414), BadRequest),
        (httpx2.Response(302, headers={"Location": "https://elsewhere.test"}), UnexpectedAnswer),
        (httpx2.Response(412), UnexpectedAnswer),
    ],
)
@pytest.mark.parametrize("act", [read, write])
def test_each_refusal_is_the_error_that_says_what_to_do(
    client_answering, calls, answer, expected, act
):
    with pytest.raises(expected) as caught:
        act(client_answering(answer))

    assert type(caught.value) is expected
    assert [call.error for call in calls] == [expected.__name__]
    assert [call.status for call in calls] == [answer.status_code]


@pytest.mark.parametrize(
    ("answer", "after_reading", "after_writing"),
    [
        (httpx2.Response(503, text=NOT_JSON), XeroUnavailable, XeroUnavailable),
        (httpx2.Response(500, text=NOT_JSON), XeroUnavailable, ServerFailed),
        (httpx2.Response(502), XeroUnavailable, OutcomeUnknown),
        (httpx2.Response(504), XeroUnavailable, OutcomeUnknown),
        (httpx2.Response(408), XeroUnavailable, OutcomeUnknown),
        (httpx2.Response(200, text=NOT_JSON), UnexpectedAnswer, OutcomeUnknown),
        (httpx2.Response(200, content=b'{"Invoices":[{"Total'), UnexpectedAnswer, OutcomeUnknown),
        (httpx2.Response(200, content=b'{"Invoices":[{"Url":"\xff"}]}'), None, OutcomeUnknown),
        (httpx2.Response(200, json={"Invoices": None}), UnexpectedAnswer, OutcomeUnknown),
        (httpx2.Response(200, content=b'{"x":' + b"[" * 9999), UnexpectedAnswer, OutcomeUnknown),
        (httpx2.Response(200), UnexpectedAnswer, OutcomeUnknown),
    ],
)
def test_after_a_write_without_a_clear_answer_the_outcome_is_unknown(
    client_answering, answer, after_reading, after_writing
):
    for act, expected in ((read, after_reading or UnexpectedAnswer), (write, after_writing)):
        with pytest.raises(expected) as caught:
            act(client_answering(answer))

        assert type(caught.value) is expected


@pytest.mark.parametrize(
    ("failure", "after_reading", "after_writing"),
    [
        (httpx2.ConnectError, NotSent, NotSent),
        (httpx2.ConnectTimeout, NotSent, NotSent),
        (httpx2.PoolTimeout, NotSent, NotSent),
        (httpx2.ReadTimeout, XeroUnavailable, OutcomeUnknown),
        (httpx2.WriteTimeout, XeroUnavailable, OutcomeUnknown),
        (httpx2.ReadError, XeroUnavailable, OutcomeUnknown),
        (httpx2.RemoteProtocolError, XeroUnavailable, OutcomeUnknown),
        (httpx2.DecodingError, XeroUnavailable, OutcomeUnknown),
    ],
)
def test_a_silent_network_tells_not_sent_from_unknown(
    client_answering, calls, failure, after_reading, after_writing
):
    def fail(request: httpx2.Request) -> httpx2.Response:
        raise failure("no", request=request)

    for act, expected in ((read, after_reading), (write, after_writing)):
        with pytest.raises(TryLater) as caught:
            act(client_answering(fail))

        assert type(caught.value) is expected
        # What a person reads holds no name of a class; the API's log keeps both.
        assert not re.search(r"Error|Timeout|Exception", str(caught.value))
        assert calls.pop().error == f"{expected.__name__}: {failure.__name__}"
        assert calls == []


@pytest.mark.parametrize(
    "answer",
    [
        problem(401, "TokenExpired"),
        httpx2.Response(400, text=NOT_JSON),
        httpx2.Response(429),
        httpx2.Response(500),
        None,
    ],
)
def test_no_error_holds_a_secret_or_leads_to_one(client_answering, answer):
    def respond(request: httpx2.Request) -> httpx2.Response:
        if answer is None:
            raise httpx2.ReadTimeout("no", request=request)
        return answer

    with pytest.raises(Exception) as caught:  # noqa: PT011 - any error of the room
        client_answering(respond).contacts_by_name("Very Private Ltd")

    told = f"{caught.value!r} {caught.value.__dict__}"
    assert "secret" not in told
    assert "Private" not in told
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def test_a_person_is_told_where_to_go(client_answering):
    with pytest.raises(NeedsPerson, match=r"Settings, Integrations.*kept"):
        read(client_answering(problem(403, "AuthenticationUnsuccessful")))


def test_a_closed_port_means_that_nothing_was_sent():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        hosts = Hosts.all_at(f"http://127.0.0.1:{unused.getsockname()[1]}")
        with http_pool() as http, pytest.raises(NotSent):
            write(XeroClient(http, hosts, "token", "tenant"))


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", b"nonsense\r\n\r\n"]
)
def test_a_connection_cut_after_sending_leaves_the_outcome_unknown(answer):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer_and_hang_up() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=answer_and_hang_up)
        thread.start()
        hosts = Hosts.all_at(f"http://127.0.0.1:{server.getsockname()[1]}")
        with http_pool() as http, pytest.raises(OutcomeUnknown):
            write(XeroClient(http, hosts, "token", "tenant"))
        thread.join()


def test_an_answer_that_does_not_come_in_time_leaves_the_outcome_unknown():
    with socket.create_server(("127.0.0.1", 0)) as server:
        hosts = Hosts.all_at(f"http://127.0.0.1:{server.getsockname()[1]}")
        with http_pool(read_seconds=0.05) as http, pytest.raises(OutcomeUnknown):
            write(XeroClient(http, hosts, "token", "tenant"))
