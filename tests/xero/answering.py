"""Answers as Xero gives them, for tests that watch single requests."""

from collections.abc import Callable

import httpx2

ZERO = "00000000-0000-0000-0000-000000000000"


def an_answer(**lists: list[dict]) -> httpx2.Response:
    headers = {
        "X-DayLimit-Remaining": "4321",
        "X-MinLimit-Remaining": "59",
        "X-AppMinLimit-Remaining": "9999",
        "Xero-Correlation-Id": "corr-1",
    }
    return httpx2.Response(200, json={"Id": "x", "Status": "OK"} | lists, headers=headers)


def keeping(requests: list[httpx2.Request], answer: Callable[[httpx2.Request], httpx2.Response]):
    def handle(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        return answer(request)

    return handle
