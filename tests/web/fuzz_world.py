"""A workspace with something on every page, and beside it one whose records nobody here may see."""

import uuid
from dataclasses import dataclass

from factories import (
    line,
    make_allocation,
    make_document,
    make_item,
    make_member,
    make_party,
    make_payment,
    make_tax_code,
    make_template,
    make_user,
    make_workspace,
    owner_of,
)
from tallystick.books.documents import cancel_documents
from tallystick.books.models import Kind
from tallystick.connections.models import Connection, ConnectionStatus, Organisation
from tallystick.importing.meaning.mapping import Mapping
from tallystick.importing.models import Upload, UploadState
from tallystick.importing.saving import save_mapping
from tallystick.sync.models import Attempt, AttemptOutcome, Check, Lane, Link, LinkState, Run
from tallystick.workspaces.models import Role, User, Workspace

#: Stands in the texts of the other workspace; nobody of this one may ever read it.
FOREIGN = "Foreign-Books"


@dataclass(frozen=True)
class World:
    workspace: Workspace
    #: Who asks, by what they are here.
    people: dict[str, User]
    #: Keys of the other workspace's records.
    foreign: list[int]


def make_world() -> World:
    """Make both workspaces; the first has every kind of record in every state there is."""
    workspace = make_workspace("Harbour Goods")
    organisation = _bound(workspace)
    run = Run.objects.create(organisation=organisation, started_by=owner_of(workspace))
    make_item(workspace, tax_code=make_tax_code(workspace).code)
    make_template(workspace)
    party = make_party(workspace)
    for kind in Kind:
        _documents(workspace, kind, run)
    _settled(workspace, party)
    _uploads(workspace)
    Lane.objects.get_or_create(organisation=organisation)
    unknown = [{"number": "X-1", "id": str(uuid.uuid4()), "kind": Kind.SALES_INVOICE.value}]
    Check.objects.create(
        organisation=organisation, looked_at=9, relinked=1, orphans=1, strays=1, unknown=unknown
    )
    other = make_workspace(FOREIGN)
    _bound(other, name=FOREIGN)
    theirs = make_document(other, party=make_party(other, FOREIGN), number=FOREIGN, submitted=True)
    paid = make_payment(theirs, reference=FOREIGN)
    return World(
        workspace,
        {
            "owner": owner_of(workspace),
            "viewer": make_member(workspace, Role.VIEWER),
            "stranger": make_user("Someone Else"),
        },
        [theirs.pk, theirs.party_id, paid.pk],
    )


def _bound(workspace: Workspace, *, name: str = "Demo Company (NZ)") -> Organisation:
    organisation = Organisation.objects.create(
        workspace=workspace, tenant_id=uuid.uuid4(), name=name, country="NZ", currency="NZD"
    )
    Connection.objects.update_or_create(
        workspace=workspace,
        defaults={"organisation": organisation, "status": ConnectionStatus.CONNECTED},
    )
    return organisation


def _documents(workspace: Workspace, kind: Kind, run: Run) -> None:
    """One in each state of its link, and a draft and a cancelled one beside them."""
    make_document(workspace, kind=kind)
    gone = make_document(workspace, kind=kind)
    cancel_documents(workspace=workspace, document_ids=[gone.pk], actor=None)
    for state in LinkState:
        document = make_document(workspace, kind=kind, submitted=True, lines=[line(tax_code="GST")])
        link = Link.objects.get(document=document)
        stopped = state in (LinkState.FAILED, LinkState.HELD)
        link.state = state
        link.run = run
        link.problem = _problem(state) if stopped else None
        link.xero_id = None if stopped else uuid.uuid4()
        link.xero_status = "" if stopped else "DRAFT"
        link.save()
        outcome = AttemptOutcome.FAILED if stopped else AttemptOutcome.DONE
        Attempt.objects.create(
            organisation=run.organisation,
            link=link,
            action="create",
            outcome=outcome,
            message="Told.",
        )


def _problem(state: LinkState) -> dict[str, object]:
    code = "tax_not_mapped" if state == LinkState.FAILED else "differs"
    told = {"code": code, "message": "Not sent.", "remedy": "Choose one.", "screen": "tax-mapping"}
    return told | {"details": {"candidates": []}}


def _settled(workspace: Workspace, party) -> None:
    invoice = make_document(workspace, party=party, submitted=True)
    note = make_document(workspace, party=party, kind=Kind.SALES_CREDIT_NOTE, submitted=True)
    make_payment(invoice, "1.00", method="card")
    make_allocation(note, invoice, "2.00")


def _uploads(workspace: Workspace) -> None:
    report = {"format": "tallystick", "dry_run": True, "created": {"sales_invoice": 1}, "lines": 1}
    owner = owner_of(workspace)
    Upload.objects.create(
        workspace=workspace,
        actor=owner,
        file_name="a.csv",
        state=UploadState.CHECKED,
        report=report,
    )
    header = ["Number", "Who", "Day", "What", "Price", "State"]
    beginning = {
        "records": [[1, header], [2, ["1", "Ada", "2026-11-02", "Tea", "5", "paid"]]],
        "encoding": "utf-8",
        "delimiter": ",",
        "sheet": "",
        "sheets": [],
        "header_line": 1,
    }
    Upload.objects.create(
        workspace=workspace,
        actor=owner,
        file_name="b.csv",
        state=UploadState.REFUSED,
        problem="Which columns?",
        header=header,
        beginning=beginning,
    )
    asked = {"key": "day_order", "text": "Which?", "choices": [["dmy", "Day"], ["mdy", "Month"]]}
    Upload.objects.create(
        workspace=workspace,
        actor=owner,
        file_name="c.xlsx",
        state=UploadState.CHECKED,
        header=header,
        beginning=beginning | {"sheet": "One", "sheets": ["One", "Two"]},
        report=report | {"questions": [asked], "header": header},
    )
    columns = {"number": "Number", "issued_on": "Day", "description": "What", "unit_price": "Price"}
    mapping = Mapping(name="Own", title="Own", columns=columns)
    save_mapping(workspace=workspace, actor=owner, mapping=mapping)
