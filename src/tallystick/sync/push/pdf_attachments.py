"""The PDF of each document beside its copy in Xero, where that is switched on."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from tallystick import xero
from tallystick.mapping.problems import DOCUMENT, Problem
from tallystick.sync.engine.batches import BatchPurpose, PlannedWriting, Refused
from tallystick.sync.engine.due_work import PDFS
from tallystick.sync.engine.hands import RoundHands
from tallystick.sync.links.attempt_actions import AttemptAction
from tallystick.sync.links.problems import ProblemCode
from tallystick.sync.links.pushed_records import PushedDocument, id_in_xero
from tallystick.sync.links.record_kinds import ENDPOINT_WORDS, ENDPOINTS, Endpoint
from tallystick.sync.links.transitions import LinkVerdict, XeroCopy
from tallystick.sync.models import Link

#: Xero takes one file a call: so many in one round.
_PDFS_A_ROUND = 50


def attach_due(hands: RoundHands) -> None:
    """Put the PDFs that are wanted beside their documents; a file of the same name is replaced."""
    links = hands.as_now(Link.objects.loaded_in_order(list(hands.due(PDFS, _PDFS_A_ROUND))))
    for endpoint, purpose in ATTACH.items():
        of_endpoint = [link for link in links if PushedDocument.of(link).endpoint == endpoint]
        hands.send(PlannedWriting(purpose, of_endpoint, sealed_pdf))


def sealed_pdf(links: Sequence[Link]) -> xero.Sealed:
    """Return what puts the document's PDF beside its copy."""
    # Here, for few workers need it, and it takes longer to load than all the rest of the engine.
    from tallystick.books.pdf import document_pdf

    one = PushedDocument.of(links[0])
    return xero.seal_attachment(
        one.endpoint,
        str(one.link.xero_id),
        f"{one.document.number}.pdf",
        document_pdf(one.document),
        "application/pdf",
    )


def _read(links: Sequence[Link], answer: xero.Answer) -> list[LinkVerdict]:
    return [LinkVerdict(links[0].pk, "Its PDF was attached in Xero.", copy=_as_it_is(links[0]))]


def _refuse(link: Link, refused: Refused) -> LinkVerdict:
    return _without(link, f"Its PDF was not attached in Xero: {refused}")


def _look(client: xero.XeroClient, links: Sequence[Link]) -> list[LinkVerdict]:
    """Xero has broken off for as long as we could repeat the request: a person is told."""
    return [
        _without(link, "Its PDF may not be attached in Xero: no clear answer came.")
        for link in links
    ]


def _without(link: Link, message: str) -> LinkVerdict:
    remedy = "The document itself is in Xero. Press Retry, and its PDF is sent again."
    problem = Problem(ProblemCode.NOT_ATTACHED, f"{link.document}: {message}", remedy, DOCUMENT)
    return LinkVerdict(link.pk, message, copy=_as_it_is(link), problem=problem)


def _as_it_is(link: Link) -> XeroCopy:
    return XeroCopy(id_in_xero(link), link.xero_number, link.xero_status)


ATTACH: Mapping[Endpoint, BatchPurpose] = MappingProxyType(
    {
        endpoint: BatchPurpose(
            f"attach_{ENDPOINT_WORDS[endpoint]}",
            AttemptAction.ATTACH,
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
