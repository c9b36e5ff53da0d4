"""The PDF of each document beside its copy in Xero, where that is switched on."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from tallystick import xero
from tallystick.mapping.problems import DOCUMENT, Problem
from tallystick.sync.lane import Held
from tallystick.sync.models import Link, LinkState
from tallystick.sync.push.batches import Purpose, Refused, send_all
from tallystick.sync.push.shapes import ENDPOINTS, RECORDS, Endpoint, document_of, endpoint_of
from tallystick.sync.verdicts import Copy, Verdict

#: Xero takes one file a call: so many in one round.
_AT_ONCE = 50


def attach_due(held: Held, client: xero.XeroClient) -> None:
    """Put the PDFs that are wanted beside their documents; a file of the same name is replaced."""
    wanted = Link.objects.filter(
        organisation=held.organisation, wants_pdf=True, state=LinkState.SYNCED
    )
    links = wanted.order_by("pk").loaded(_AT_ONCE)
    for endpoint, purpose in ATTACH.items():
        of_endpoint = [link for link in links if endpoint_of(link) == endpoint]
        send_all(held, client, purpose, of_endpoint, sealed_pdf)


def sealed_pdf(links: Sequence[Link]) -> xero.Sealed:
    """Return what puts the document's PDF beside its copy."""
    # Here, for few workers need it, and it takes longer to load than all the rest of the engine.
    from tallystick.books.pdf import document_pdf

    document = document_of(links[0])
    return xero.seal_attachment(
        endpoint_of(links[0]),
        str(links[0].xero_id),
        f"{document.number}.pdf",
        document_pdf(document),
        "application/pdf",
    )


def _read(links: Sequence[Link], answer: xero.Answer) -> list[Verdict]:
    return [Verdict(links[0].pk, "Its PDF was attached in Xero.", copy=_as_it_is(links[0]))]


def _refuse(link: Link, refused: Refused) -> Verdict:
    return _without(link, f"Its PDF was not attached in Xero: {refused}")


def _look(client: xero.XeroClient, links: Sequence[Link]) -> list[Verdict]:
    """Xero has broken off for as long as we could repeat the request: a person is told."""
    return [
        _without(link, "Its PDF may not be attached in Xero: no clear answer came.")
        for link in links
    ]


def _without(link: Link, message: str) -> Verdict:
    remedy = "The document itself is in Xero. Press Retry, and its PDF is sent again."
    problem = Problem("not_attached", f"{link.document}: {message}", remedy, DOCUMENT)
    return Verdict(link.pk, message, copy=_as_it_is(link), problem=problem)


def _as_it_is(link: Link) -> Copy:
    return Copy(UUID(str(link.xero_id)), link.xero_number, link.xero_status)


ATTACH: Mapping[Endpoint, Purpose] = MappingProxyType(
    {
        endpoint: Purpose(
            f"attach_{RECORDS[endpoint]}",
            "attach",
            _read,
            _refuse,
            _look,
            size=1,
            others_go_on=True,
            shows=False,
        )
        for endpoint in ENDPOINTS
    }
)
