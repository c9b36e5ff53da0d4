"""Guessing is slowed down by account, by address and by browser, and keeps nobody else out."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.db.models import F
from django.test import Client

from factories import PASSWORD, make_user
from tallystick.workspaces import allowances, hashing
from tallystick.workspaces.allowances import Allowance
from tallystick.workspaces.devices import Device
from tallystick.workspaces.models import UsedAllowance, User
from tallystick.workspaces.sign_in import TooManyTries, sign_in

HOME, ELSEWHERE = "203.0.113.9", "198.51.100.1"
NO_DEVICE = Device()


@pytest.fixture
def ada(db: None) -> User:
    return make_user(email="ada@example.com")


def attempt(email: str, typed: str = "wrong", *, address: str = HOME, device=NO_DEVICE) -> str:
    """Return what came of it."""
    try:
        person = sign_in(email=email, password=typed, address=address, device=device)
    except TooManyTries as later:
        return later.message
    return "in" if person else "wrong"


def told(message: str) -> int:
    """Return the seconds that the message says to wait; a slow machine makes them a little fewer."""
    number, unit = re.search(
        r"Nothing is locked: try again in (\d+) (seconds|minutes)", message
    ).groups()
    return int(number) * (60 if unit == "minutes" else 1)


def let_pass(time: timedelta) -> None:
    UsedAllowance.objects.update(full_at=F("full_at") - time)


@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com"])
def test_after_ten_wrong_passwords_an_address_waits_whether_the_account_exists_or_not(
    ada: User, email: str
):
    outcomes = [attempt(email) for _ in range(12)]

    assert outcomes[:10] == ["wrong"] * 10
    assert told(outcomes[11]) == 300
    assert attempt(email, PASSWORD) == outcomes[11]


def test_the_time_that_is_told_is_true_also_for_whoever_pressed_in_between(ada: User):
    for _ in range(30):
        attempt(ada.email)

    let_pass(timedelta(minutes=5))

    assert attempt(ada.email, PASSWORD) == "in"


def test_whoever_guesses_keeps_nobody_out_who_is_elsewhere(ada: User):
    for _ in range(200):
        attempt(ada.email)

    assert attempt(ada.email, PASSWORD, address=ELSEWHERE) == "in"


def test_guesses_from_everywhere_make_an_account_wait_a_minute_at_most(ada: User):
    outcomes = [attempt(ada.email, address=f"203.0.113.{number}") for number in range(60)]

    assert outcomes[:20] == ["wrong"] * 20
    assert 45 <= told(outcomes[-1]) <= 60
    let_pass(timedelta(minutes=1))
    assert attempt(ada.email, PASSWORD, address=ELSEWHERE) == "in"


def test_a_browser_that_has_signed_in_before_waits_for_no_stranger(ada: User):
    device = Device().remembering(ada.email)
    for number in range(60):
        attempt(ada.email, address=f"203.0.113.{number}")
    for number in range(60):
        attempt(f"{number}@example.com", address=ELSEWHERE)

    assert attempt(ada.email, PASSWORD, address=ELSEWHERE, device=device) == "in"


def test_that_browser_has_its_own_bound(ada: User):
    device = Device().remembering(ada.email)

    outcomes = [attempt(ada.email, device=device) for _ in range(11)]

    assert outcomes[9] == "wrong"
    assert 45 <= told(outcomes[10]) <= 60
    assert "browser" not in outcomes[10]


def test_another_persons_browser_and_a_forged_cookie_are_strangers(ada: User):
    others = Device().remembering("bo@example.com")

    assert not others.knows(ada.email)
    assert not Device.read(others.cookie()[:-1] + "x").knows("bo@example.com")
    assert not Device.read("nonsense").knows(ada.email)
    assert Device.read(others.cookie()).knows("BO@example.com")


def test_one_address_that_tries_many_accounts_waits_and_the_64th_around_it(ada: User):
    outcomes = [attempt(f"{n}@example.com", address=f"2001:db8:1:2::{n}") for n in range(41)]

    assert outcomes[:40] == ["wrong"] * 40
    assert 20 <= told(outcomes[40]) <= 30
    assert attempt("0@example.com", address="2001:db8:1:3::1") == "wrong"


def test_right_passwords_use_nothing_up(ada: User):
    outcomes = {attempt(ada.email, PASSWORD) for _ in range(60)}

    assert outcomes == {"in"}


def test_what_says_nothing_any_more_is_cleared_away(ada: User):
    for number in range(30):
        attempt(f"{number}@example.com")
    let_pass(timedelta(hours=1))

    attempt(ada.email)

    assert UsedAllowance.objects.count() <= 3


def test_a_password_too_many_is_told_at_once_and_the_next_finds_room():
    room = hashing.Room(at_once=1, waiting=0)

    with room.place(), pytest.raises(hashing.Busy), room.place():
        pass

    with room.place():
        pass


def test_passwords_are_worked_out_one_after_the_other():
    room, lock = hashing.Room(at_once=1, waiting=20), threading.Lock()

    def look(_: int) -> bool:
        with room.place():
            alone = lock.acquire(blocking=False)
            lock.release()
        return alone

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(look, range(20)))


def test_where_too_many_sign_in_at_once_no_try_is_used_up(ada: User, monkeypatch):
    full = hashing.Room(at_once=0, waiting=0)
    monkeypatch.setattr(hashing, "STRANGERS", full)

    outcomes = {attempt(ada.email, PASSWORD) for _ in range(20)}

    assert outcomes == {"Many people are signing in at this moment. Try again in a few seconds."}
    monkeypatch.undo()
    assert attempt(ada.email, PASSWORD) == "in"


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_only_so_many_are_let_through():
    bound = Allowance("a test", tries=10, refill=timedelta(minutes=1))

    def ask(_: int) -> bool:
        try:
            return allowances.take([bound]) is None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        let_through = sum(pool.map(ask, range(40)))

    assert let_through == 10


def test_the_page_tells_when_to_try_again_and_knows_its_browser_again(ada: User):
    strangers, own = Client(), Client()
    signed_in = own.post("/sign-in/", {"email": ada.email, "password": PASSWORD})
    own.post("/sign-out/")
    for _ in range(10):
        strangers.post("/sign-in/", {"email": ada.email, "password": "wrong"})

    refused = strangers.post("/sign-in/", {"email": ada.email, "password": PASSWORD})
    let_in = own.post("/sign-in/", {"email": ada.email, "password": PASSWORD})

    assert refused.status_code == 429
    assert 270 <= int(refused["Retry-After"]) <= 300
    assert "try again in 5 minutes" in refused.text
    assert let_in.status_code == 302
    cookie = signed_in.cookies["tallystick_device"]
    assert (cookie["httponly"], cookie["path"], cookie["samesite"]) == (True, "/sign-in/", "Lax")
    assert ada.email not in cookie.value


def test_nobody_can_read_from_the_table_who_was_guessed(ada: User):
    attempt(ada.email)

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(key, ' ') FROM workspaces_usedallowance")
        (keys,) = cursor.fetchone()
    assert "ada" not in keys
    assert HOME not in keys
