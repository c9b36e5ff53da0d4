"""Commands that keep running: demo, up, web, worker, sandbox."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from tallystick import postgres
from tallystick.cli.exits import Exit, Stop
from tallystick.cli.keeping import keep_database
from tallystick.cli.ports import first_free, require_free
from tallystick.cli.prepare import make_data_dir, prepare
from tallystick.cli.processes import Program, signals_to_end
from tallystick.cli.together import only_one, own_command, run_together, sandbox_command

_PORT = 8000
_SANDBOX_PORT = 4010

Host = Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for every one.")]
Threads = Annotated[
    int | None,
    typer.Option(min=1, max=200, help="Organisations served at once; TALLYSTICK_WORKER_THREADS."),
]


def web(
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = _PORT,
    threads: Annotated[
        int, typer.Option(min=1, max=500, help="Requests answered at the same time.")
    ] = 16,
) -> None:
    """Serve the pages until told to stop. Needs an up-to-date database (tallystick migrate)."""
    from tallystick.cli.webserver import serve

    require_free(host, port)
    address = _public_url(port)
    prepare()
    keep_database()
    print(f"Serving {address} from {host}, port {port}", file=sys.stderr, flush=True)
    serve(host=host, port=port, threads=threads)


def worker(threads: Threads = None) -> None:
    """Send and fetch in the background until told to stop; run as many of these as you like.

    On SIGTERM or Ctrl-C it finishes its current step and leaves. Killed outright, another worker
    takes over within seconds; nothing is lost or doubled.
    """
    prepare()
    from django.conf import settings

    from tallystick.connections.services import judge_stored_tokens
    from tallystick.sync.rounds.worker import run_worker

    judge_stored_tokens()
    keep_database()
    run_worker(threads=threads or settings.WORKER_THREADS, stop=signals_to_end())


def sandbox(
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = _SANDBOX_PORT,
    data: Annotated[
        Path | None, typer.Option(help="Folder of its state.", show_default="DATA/sandbox")
    ] = None,
    limits: Annotated[
        bool, typer.Option("--limits/--no-limits", help="Keep to Xero's limits of calls.")
    ] = True,
) -> None:
    """Run the stand-in Xero, to try things out without a real organisation."""
    require_free(host, port)
    folder = data or make_data_dir(postgres.default_data_dir()) / "sandbox"
    command = sandbox_command(host=host, port=port, data=folder, limits=limits)
    os.execv(command[0], command)  # noqa: S606 - our own words


def up(
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = _PORT,
    threads: Threads = None,
    email: Annotated[str, typer.Option(help="First start: who signs in as owner.")] = "",
    workspace: Annotated[str, typer.Option(help="First start: your business's name.")] = "",
    currency: Annotated[str, typer.Option(help="First start: its currency, such as GBP.")] = "",
    timezone: Annotated[str, typer.Option(help="First start: such as Europe/London.")] = "UTC",
) -> None:
    """Run everything on this machine against real Xero: pages, worker and database.

    The first start makes the first workspace and its owner, and prints the password once.
    """
    from tallystick.cli.upkeep import first_owner

    require_free(host, port)
    address = _public_url(port)
    if sys.stderr.isatty():
        os.environ.setdefault("TALLYSTICK_LOG_FORMAT", "console")
    data_dir = make_data_dir(postgres.default_data_dir())
    with only_one(data_dir, what="Tallystick") as note:
        note(address)
        prepare(migrations="apply")
        sign_in = first_owner(
            email=email, workspace=workspace, currency=currency, timezone=timezone
        )
        more = ["--threads", str(threads)] if threads else []
        programs = [
            Program("web", own_command("web", "--host", host, "--port", str(port)), os.environ),
            Program("worker", own_command("worker", *more), os.environ),
        ]
        run_together(
            programs,
            answers_at=[(port, "/")],
            greet=lambda: print(f"Tallystick is at {address}\n{sign_in}".strip(), flush=True),
        )


def demo(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, show_default="8000 or the next free one")
    ] = None,
    sandbox_port: Annotated[
        int | None, typer.Option(min=1, max=65535, show_default="4010 or the next free one")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Folder of its data.", show_default="DATA/demo", readable=False),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw the old demo data away.")] = False,
) -> None:
    """Try everything on this machine, with sample data and a stand-in Xero; nothing goes out.

    The data is kept for the next start. Ctrl-C stops all of it.
    """
    from tallystick.cli.demo import Demo, folder_for

    folder = folder_for(data)
    with only_one(folder, what="The demo") as note:
        chosen, sandbox_at = ports_of_demo(port, sandbox_port)
        trial = Demo(folder=folder, asked_for=data, port=chosen, sandbox_port=sandbox_at)
        note(trial.address)
        if fresh:
            trial.forget()
        trial.run()


def ports_of_demo(port: int | None, sandbox_port: int | None) -> tuple[int, int]:
    """Return the ports of the pages and of the stand-in; raises Stop where they cannot be these."""
    if port is not None and port == sandbox_port:
        raise Stop(
            f"Pages and stand-in need a port each, and both were given {port}. Leave --sandbox-port out, "
            "and a free one is taken.",
            code=Exit.USAGE,
        )
    if port is not None:
        require_free("localhost", port)
    if sandbox_port is not None:
        require_free("localhost", sandbox_port, option="--sandbox-port")
    chosen = port or first_free("localhost", _PORT, besides=sandbox_port)
    return chosen, sandbox_port or first_free("localhost", _SANDBOX_PORT, besides=chosen)


def _public_url(port: int) -> str:
    """Return where people reach us; unless it is set, that is this machine and this port."""
    url = os.environ.get("TALLYSTICK_PUBLIC_URL") or f"http://localhost:{port}"
    os.environ["TALLYSTICK_PUBLIC_URL"] = url
    return url
