"""Our stylesheet and script, each as one file under an address that changes with its content.

Component files stay small and apart; the browser asks once and never again until they change.
"""

import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.contrib.staticfiles import finders

_STATIC = Path(__file__).parent / "static" / "web"
#: Names every layer before any file fills one, so the order of the files says nothing.
_LAYERS = "@layer reset, base, components, utilities;\n"


@dataclass(frozen=True, slots=True)
class StaticAsset:
    body: bytes
    packed: bytes
    digest: str
    content_type: str


@cache
def asset(name: str) -> StaticAsset:
    """Return `app.css` or `app.js`; raises KeyError for anything else."""
    text, content_type = {"app.css": _styles, "app.js": _script}[name]()
    body = text.encode()
    return StaticAsset(
        body=body,
        packed=gzip.compress(body, mtime=0),
        digest=sha256(body).hexdigest()[:12],
        content_type=content_type,
    )


def _styles() -> tuple[str, str]:
    parts = [path.read_text() for path in sorted((_STATIC / "css").glob("*.css"))]
    return _LAYERS + "\n".join(parts), "text/css; charset=utf-8"


def _script() -> tuple[str, str]:
    htmx = finders.find("django_htmx/htmx-2.min.js")
    if not htmx:
        raise FileNotFoundError("django_htmx/htmx-2.min.js is not among the static files.")
    ours = [path.read_text() for path in sorted((_STATIC / "js").glob("*.js"))]
    return "\n".join([Path(htmx).read_text(), *ours]), "text/javascript; charset=utf-8"
