"""Ports: is one free, which one is, and does our server answer on it yet?"""

import errno
import http.client
import socket
from typing import Any

from tallystick.cli.exits import Stop

_TRIES = 50

#: One answer of `socket.getaddrinfo`.
_Place = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[Any, ...]]


def require_free(host: str, port: int, *, option: str = "--port") -> None:
    """Raise Stop where another program listens there or the address cannot be ours.

    `option` is the one that chooses another port.
    """
    problem = _problem(host, port)
    if problem is None:
        return
    if problem.errno == errno.EADDRINUSE:
        raise Stop(
            f"Port {port} is in use by another program. End that one, or choose another port "
            f"with {option}, such as {option} {first_free(host, port + 1)}."
        )
    raise Stop(f"Cannot listen on {host}, port {port}: {problem.strerror}. Nothing was started.")


def first_free(host: str, port: int, *, besides: int | None = None) -> int:
    """Return the first free port from `port` upwards but `besides`.

    Raises Stop where 50 in a row are taken.
    """
    for candidate in range(port, min(port + _TRIES, 65536)):
        if candidate != besides and _problem(host, candidate) is None:
            return candidate
    raise Stop(f"No free port from {port} upwards. Choose one with --port.")


def answers(port: int, path: str) -> bool:
    """Say whether a server on this machine answers there, without an error of its own."""
    connection = http.client.HTTPConnection("localhost", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _problem(host: str, port: int) -> OSError | None:
    """Try to listen there; return what is in the way.

    "localhost" may lead to IPv6 and IPv4, and a browser tries both: neither may be another's. One
    of them may be missing on this machine.
    """
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as unknown:
        raise Stop(
            f"This machine knows no address {host!r}: choose another with --host, such as 127.0.0.1, or "
            "0.0.0.0 for every one. Nothing was started."
        ) from unknown
    problems = [error for place in places if (error := _try_to_listen(place))]
    taken = [error for error in problems if error.errno == errno.EADDRINUSE]
    if taken:
        return taken[0]
    return problems[0] if len(problems) == len(places) else None


def _try_to_listen(place: _Place) -> OSError | None:
    family, kind, _, _, address = place
    try:
        with socket.socket(family, kind) as probe:
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            # What ended a moment ago may have left connections in TIME_WAIT; they do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        return error
    return None
