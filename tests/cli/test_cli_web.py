"""The real web server: who holds back holds nobody up, large files go through, and it stops."""

import contextlib

from cli_web import Start, token_of, try_to_sign_in, visitor

from factories import make_workspace, owner_of
from tallystick.importing.models import Upload
from tallystick.workspaces.devices import Device
from tallystick.workspaces.sign_in import sign_in

HALF_SENT = (
    b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc",
    b"GET /sign-in/ HTTP/1.1\r\nHost: local",
    b"",
)
MEGABYTE = 1_000_000


def test_two_hundred_who_hold_back_keep_nobody_from_the_pages(web: Start):
    workspace = make_workspace()
    server = web()
    with contextlib.ExitStack() as held, visitor(server.url) as client:
        for number in range(200):
            held.enter_context(server.hold(HALF_SENT[number % len(HALF_SENT)]))

        signed_in = try_to_sign_in(client, owner_of(workspace).email)
        page = client.get(f"/w/{workspace.slug}/")

    assert signed_in.status_code == 302
    assert page.status_code == 200


def test_a_large_file_comes_in_without_being_held_in_memory(web: Start, tmp_path):
    workspace = make_workspace()
    server = web()
    path = tmp_path / "large.csv"
    path.write_bytes(b"number,party_name\n" + b"x" * 40 * MEGABYTE + b"\n")
    address = f"/w/{workspace.slug}/import/"
    with visitor(server.url) as client, path.open("rb") as file:
        try_to_sign_in(client, owner_of(workspace).email)
        token = token_of(client.get(address))
        before = server.memory_kilobytes()

        answer = client.post(
            address,
            data={"csrfmiddlewaretoken": token, "format": ""},
            files={"file": ("large.csv", file, "text/csv")},
        )

    assert answer.status_code == 302
    assert Upload.objects.get().file_name == "large.csv"
    assert server.memory_kilobytes() - before < 20_000


def test_wrong_passwords_count_in_every_process_and_after_every_start(web: Start):
    email = owner_of(make_workspace()).email
    for _ in range(10):  # by this process
        sign_in(email=email, password="wrong", address="127.0.0.1", device=Device())
    server = web()

    with visitor(server.url) as client:
        refused = try_to_sign_in(client, email)

    assert refused.status_code == 429
    assert "try again in 5 minutes" in refused.text


def test_told_to_stop_it_ends_well(web: Start):
    server = web("--host", "localhost")
    held = server.hold(HALF_SENT[0])

    code = server.stop()

    assert code == 0
    held.close()
