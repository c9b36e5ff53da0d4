"""The web server over the same Django that `prepare` set up."""

import gc

from tallystick.cli.processes import signals_to_end
from tallystick.doors.refusals import Words
from tallystick.doors.server import Doors

#: What is somewhat too large still comes in, so that the page it was sent from says so.
_MORE_BYTES = 20_000_000


def serve(*, host: str, port: int, threads: int) -> None:
    """Serve the pages until SIGTERM or SIGINT; requests under way get ten seconds to end."""
    from django.conf import settings
    from django.db import connections
    from django.utils.module_loading import import_string

    from tallystick.importing.uploads import MOST_MEGABYTES

    connections.close_all()  # this thread works nothing out
    doors = Doors(
        import_string(settings.WSGI_APPLICATION),
        host=host,
        port=port,
        threads=threads,
        largest_body=MOST_MEGABYTES * 1_000_000 + _MORE_BYTES,
        proxies=settings.TRUSTED_PROXIES,
        page_of=_page_of,
    )
    load_for_good()
    doors.serve(signals_to_end())


def load_for_good() -> None:
    """Import what the first request would, and have the garbage collector leave all of it alone.

    It is never garbage, and going through it takes a tenth of a second, in which every few hundredth
    request would stand still.
    """
    from django.urls import get_resolver

    list(get_resolver().url_patterns)
    gc.collect()
    gc.freeze()


def _page_of(words: Words) -> str:
    from django.template.loader import render_to_string

    context = {"title": words.title, "message": words.message}
    return render_to_string("web/pages/error.html", context)
