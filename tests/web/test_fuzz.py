"""Whatever is sent to any address of the pages: an answer in words, soon, never a 500.

`make fuzz` plays many rounds of the same; what it finds gets a test of its own.
"""

import logging
import os
from pathlib import Path

import pytest

import tallystick.web
from factories import PASSWORD
from proofs import WHOLE
from tallystick.web.request_values import path_in
from web.fuzz_values import PLACES
from web.fuzz_world import make_world
from web.fuzzing import Fuzz

SEED = os.environ.get("FUZZ_SEED", "1")
#: Each round has another value at each place; a part of one does for every change.
ROUNDS = float(os.environ.get("FUZZ_ROUNDS", "0.2" if WHOLE else "0.08"))

#: Paths of this site all the same, odd as they are.
OURS = (
    "/%0d%0aLocation: //evil.example".replace(" ", "%20"),
    "/..//evil.example",
    "/ok?next=//evil.example",
)


@pytest.fixture(autouse=True)
def _quiet():
    """Thousands of refusals are not worth a line each."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_no_input_ends_in_a_500_a_long_wait_or_somewhere_else(db, settings, tmp_path, capsys):
    settings.DATA_DIR = tmp_path
    fuzz = Fuzz(make_world(), seed=SEED)

    for left in range(int(ROUNDS), -1, -1):
        fuzz.play(share=1.0 if left else ROUNDS % 1)

    with capsys.disabled():
        print(f"\n{fuzz.count:,} requests to {len(fuzz.routes)} routes, seed {SEED}")
    assert not fuzz.faults, "\n".join(dict.fromkeys(fuzz.faults))


def test_no_template_asks_the_address_for_its_names(browser, workspace):
    """`?items=1` would stand before the method `items`."""
    folder = Path(tallystick.web.__file__).parent / "templates"
    asking = [one.name for one in folder.rglob("*.html") if "request.GET." in one.read_text()]

    answer = browser.get(f"/w/{workspace.slug}/payments/?items=1&method=card&q=x&period=this-year")

    assert asking == []
    assert answer.status_code == 200
    assert '<input type="hidden" name="method" value="card">' in answer.text
    assert '<input type="hidden" name="q"' not in answer.text.partition('name="period"')[0]


@pytest.mark.parametrize("value", ["a\0b", "\0"])
def test_what_no_record_can_hold_is_refused_in_words(browser, workspace, value):
    """PostgreSQL stores no NUL; nobody types one."""
    address = f"/w/{workspace.slug}/search/"

    answers = [
        browser.get(address, {"q": value}),
        browser.get(address, {value: "q"}),
        browser.post(f"/w/{workspace.slug}/decide/", {"act": "approve", "next": value}),
        browser.get(address, headers={"Cookie": f'tallystick_session="{value}"'}),
    ]
    browser.cookies["tallystick_session"] = value
    answers.append(browser.get(address))

    assert [answer.status_code for answer in answers[:3]] == [400] * 3
    assert answers[-1].status_code == 400
    assert all("Nothing was changed" in answer.text for answer in answers[:3])


@pytest.mark.parametrize("address", [one for one in PLACES if one not in OURS])
def test_a_way_on_that_is_no_path_of_ours_is_nothing(address):
    assert path_in(address) == ""


def test_a_way_on_is_a_path_with_its_query():
    for address in (*OURS, "/", "/w/a/sales/invoices/?state=failed&q=a%20b#payments"):
        assert path_in(address) == address


@pytest.mark.parametrize("act", ["sign-in", "theme", "retry", "decide"])
def test_every_redirect_reads_its_way_on_alike(browser, client, workspace, owner, act):
    """Signing in, the theme, a retry, a decision: nowhere but here."""
    form = {"email": owner.email, "password": PASSWORD, "next": "/\\evil.example", "act": "approve"}
    address = f"/w/{workspace.slug}/sync-log/retry/" if act == "retry" else f"/{act}/"
    address = f"/w/{workspace.slug}/decide/" if act == "decide" else address

    answer = (client if act == "sign-in" else browser).post(address, form)

    assert answer.status_code == 302
    assert "evil" not in answer.headers["Location"]


def test_a_button_s_address_opened_by_hand_says_so(browser, workspace):
    answer = browser.get(f"/w/{workspace.slug}/decide/")

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert "This address is for pressing buttons only" in answer.text


def test_another_name_for_this_server_is_refused_in_words(client):
    answer = client.get("/sign-in/", headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert "cannot be read" in answer.text


def test_an_empty_choice_that_is_not_on_offer_is_refused_at_its_field(
    browser, workspace, organisation, lists
):
    answer = browser.post(f"/w/{workspace.slug}/settings/accounts/", {"rounding": ""})

    assert answer.status_code == 422
    assert "Choose one from the list." in answer.text
