"""A file imported again with other content, or after what it made was cancelled here."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factories import make_document, make_party, make_payment, make_tax_code
from tallystick.books.documents import (
    amend_document,
    cancel_documents,
    edit_document,
)
from tallystick.books.inputs import DocumentInput, LineInput
from tallystick.books.models import Document, Kind, Party, Status
from tallystick.importing.models import How, Import, SavedMapping
from tallystick.importing.report import Cause
from tallystick.workspaces.models import AuditEntry

HEADER = "number,party_name,issued_on,description,quantity,unit_price,tax_code"
FIRST = [
    "CR-1,Redo Co,2026-11-08,Tea,1,10,VAT20",
    "CR-2,Redo Co,2026-11-08,Tea,1,10,VAT20",
]
SECOND = ["CR-1,Redo Co,2026-11-08,Tea,1,11,VAT20", FIRST[1]]


@pytest.fixture
def bring(simple, workspace):
    """Import rows, with answers as `cancelled="make"`; the dry run must say the same before."""
    make_tax_code(workspace, "VAT20", "20")

    def bring(*rows, header=HEADER, submit=False, **answers):
        given = {"header": header, "submit": submit, "answers": answers}
        planned = simple(*rows, dry_run=True, **given)
        before = contents()
        planned_again = simple(*rows, dry_run=True, **given)
        assert contents() == before
        done = simple(*rows, **given)
        ignored = {"dry_run": 0, "seconds": 0, "submitted": 0}
        assert planned.as_json() | ignored == done.as_json() | ignored
        assert planned_again.as_json() | ignored == done.as_json() | ignored
        return done

    return bring


def contents() -> list[tuple]:
    fields = ("number", "kind", "status", "total", "revision", "party__number")
    return list(Document.objects.order_by("pk").values_list(*fields))


def statuses() -> dict[str, tuple[str, Decimal]]:
    found = Document.objects.order_by("pk").values_list("number", "status", "total")
    return {number: (status, total) for number, status, total in found}


def cancel(*numbers: str) -> None:
    found = Document.objects.filter(number__in=numbers)
    cancel_documents(
        workspace=found[0].workspace, document_ids=[each.pk for each in found], actor=None
    )


def test_what_is_cancelled_here_is_told_as_cancelled_and_counts_as_left_out(bring):
    bring(*FIRST)
    cancel("CR-1", "CR-2")

    report = bring(*SECOND)

    assert (report.documents, report.already_here, report.count(Cause.CANCELLED)) == (0, 0, 2)
    assert report.left_out[Cause.CANCELLED].total == {"NZD": Decimal("25.20")}
    assert report.needs_person
    told = report.not_made[1].reason
    today = Document.objects.latest("pk").cancelled_at
    assert told.startswith("CR-2 was cancelled here on ")
    assert f"{today:%Y}" in told
    assert told.endswith("and is not made anew.")
    [question] = report.questions
    assert (question.key, question.count, question.blocks) == ("cancelled", 2, False)
    assert [choice.value for choice in question.choices] == ["make"]


def test_by_one_answer_all_that_is_cancelled_is_made_anew_once(bring):
    bring(*FIRST)
    cancel("CR-1", "CR-2")

    report = bring(*SECOND, cancelled="make", submit=True)
    again = bring(*SECOND, cancelled="make")
    without = bring(*SECOND)

    assert (report.documents, report.anew, report.submitted) == (2, 2, 2)
    assert report.total == {"NZD": Decimal("25.20")}
    assert not report.needs_person
    assert statuses() == {
        "CR-1": (Status.CANCELLED, Decimal("12.00")),
        "CR-2": (Status.CANCELLED, Decimal("12.00")),
        "CR-1-2": (Status.SUBMITTED, Decimal("13.20")),
        "CR-2-2": (Status.SUBMITTED, Decimal("12.00")),
    }
    assert Document.objects.get(number="CR-1-2").amends.number == "CR-1"
    assert (again.documents, again.already_here) == (0, 2)
    assert (without.documents, without.already_here, without.needs_person) == (0, 2, False)
    assert AuditEntry.objects.filter(message="CR-1-2 was imported in place of CR-1.").exists()
    kept = Import.objects.order_by("pk")[1]
    assert set(kept.records.values_list("how", flat=True)) == {How.REPLACED}


def test_cancelled_twice_it_is_made_a_third_time(bring):
    bring(FIRST[0])
    cancel("CR-1")
    bring(FIRST[0], cancelled="make")
    cancel("CR-1-2")

    told = bring(FIRST[0])
    made = bring(FIRST[0], cancelled="make")

    assert told.not_made[0].reason.startswith("CR-1-2 was cancelled here")
    assert made.documents == 1
    assert statuses()["CR-1-3"][0] == Status.DRAFT


def test_bills_of_two_suppliers_with_one_number_are_made_anew_each(bring):
    header = f"kind,{HEADER}"
    rows = [
        f"bill,B-1,{name},2026-11-08,Tea,1,{price},VAT20" for name, price in (("A", 1), ("B", 2))
    ]
    bring(*rows, header=header)
    cancel("B-1")

    report = bring(*rows, header=header, cancelled="make")

    assert report.anew == 2
    made = Document.objects.exclude(status=Status.CANCELLED)
    assert {(each.party.name, each.total, each.amends.party.name) for each in made} == {
        ("A", Decimal("1.20"), "A"),
        ("B", Decimal("2.40"), "B"),
    }
    assert bring(*rows, header=header).already_here == 2


def test_what_somebody_amended_by_hand_is_what_the_file_meets(bring, workspace):
    bring(*FIRST)
    cancel("CR-1")
    old = Document.objects.get(number="CR-1")
    amend_document(workspace=workspace, actor=None, document_id=old.pk)

    same, other = bring(*FIRST), bring(*SECOND)

    assert (same.already_here, same.documents) == (2, 0)
    assert other.already_here == 1
    assert other.not_made[0].reason == (
        "CR-1-2 is here with other content. Total 12.00 becomes 13.20; tax 2.00 becomes 2.20; "
        "line 1 price 10.00 becomes 11.00; line 1 tax 2.00 becomes 2.20."
    )


def test_what_is_here_otherwise_is_left_alone_and_the_difference_told(bring):
    bring(*FIRST)

    report = bring(*SECOND)

    assert (report.already_here, report.count(Cause.CHANGED), report.acts) == (1, 1, 0)
    assert report.left_out[Cause.CHANGED].total == {"NZD": Decimal("13.20")}
    assert "line 1 price 10.00 becomes 11.00" in report.not_made[0].reason
    assert report.needs_person
    [question] = report.questions
    assert question.key == "changed"
    assert [choice.value for choice in question.choices] == ["leave", "edit", "amend", "credit"]
    assert statuses()["CR-1"][1] == Decimal("12.00")
    assert bring(*SECOND, changed="leave").count(Cause.CHANGED) == 1


@pytest.mark.parametrize("is_submitted", [False, True])
def test_an_edit_puts_the_files_content_in_place(bring, is_submitted):
    bring(*FIRST, submit=is_submitted)

    report = bring(*SECOND, changed="edit")
    again = bring(*SECOND, changed="edit")

    document = Document.objects.get(number="CR-1")
    assert (document.total, document.revision) == (Decimal("13.20"), 2)
    assert (report.acts, report.edited, report.documents, report.already_here) == (1, 1, 0, 1)
    assert report.change == {"NZD": Decimal("1.20")}
    assert report.corrections[0][:3] == ("CR-1", 2, "edit")
    assert "price 10.00 becomes 11.00" in report.corrections[0].changes
    assert not report.needs_person
    assert (again.acts, again.already_here) == (0, 2)
    assert document.status == (Status.SUBMITTED if is_submitted else Status.DRAFT)
    assert Import.objects.order_by("pk")[1].records.get().how == How.EDITED


def test_amending_cancels_what_is_here_and_makes_a_new_one(bring):
    bring(*FIRST, submit=True)

    report = bring(*SECOND, changed="amend", submit=True)
    again = bring(*SECOND, changed="amend")

    assert statuses() == {
        "CR-1": (Status.CANCELLED, Decimal("12.00")),
        "CR-2": (Status.SUBMITTED, Decimal("12.00")),
        "CR-1-2": (Status.SUBMITTED, Decimal("13.20")),
    }
    assert (report.documents, report.submitted) == (1, 1)
    assert report.total == {"NZD": Decimal("13.20")}
    assert report.corrections[0].made == ["CR-1-2"]
    assert (again.acts, again.already_here) == (0, 2)


def test_crediting_keeps_what_is_here_and_makes_a_credit_note_and_a_new_one(bring):
    bring(*FIRST, submit=True)

    report = bring(*SECOND, changed="credit")
    again = bring(*SECOND, changed="credit")
    further = bring(FIRST[0].replace("10", "12"), changed="credit")

    assert statuses() == {
        "CR-1": (Status.SUBMITTED, Decimal("12.00")),
        "CR-2": (Status.SUBMITTED, Decimal("12.00")),
        "CR-1-CN": (Status.DRAFT, Decimal("12.00")),
        "CR-1-2": (Status.DRAFT, Decimal("13.20")),
    }
    note = Document.objects.get(number="CR-1-CN")
    assert note.kind == Kind.SALES_CREDIT_NOTE
    assert note.issued_on >= date(2026, 11, 8)
    assert report.created == {Kind.SALES_CREDIT_NOTE: 1, Kind.SALES_INVOICE: 1}
    assert report.credit_total == {"NZD": Decimal("12.00")}
    assert report.corrections[0].made == ["CR-1-CN", "CR-1-2"]
    assert (again.acts, again.already_here) == (0, 2)
    # The new one is a draft, which is edited, not credited.
    assert "CR-1-2 is not submitted, so there is nothing to credit" in further.not_made[0].reason


@pytest.mark.parametrize(
    ("mode", "row", "told"),
    [
        ("edit", "CR-1,Redo Co,2026-11-08,Tea,1,1,VAT20", "5.00 NZD of it is paid or allocated"),
        ("edit", "CR-1,Other Co,2026-11-08,Tea,1,11,VAT20", "It stays with Redo Co"),
        ("amend", SECOND[0], "Delete these first, then import again: Payment of 5.00 NZD on CR-1."),
    ],
)
def test_what_the_books_refuse_is_left_as_it_is_with_the_reason(bring, mode, row, told):
    bring(*FIRST, submit=True)
    make_payment(Document.objects.get(number="CR-1"), "5.00")

    report = bring(row, changed=mode)

    assert (report.acts, report.count(Cause.CHANGED)) == (0, 1)
    assert report.not_made[0].reason.startswith("CR-1 was left as it is. ")
    assert told in report.not_made[0].reason
    assert statuses()["CR-1"] == (Status.SUBMITTED, Decimal("12.00"))
    assert Party.objects.count() == 1


def test_what_was_changed_here_by_hand_is_changed_by_an_answer_of_its_own_alone(bring, workspace):
    bring(*FIRST)
    document = Document.objects.get(number="CR-1")
    by_hand = DocumentInput(
        party_number=document.party.number,
        issued_on=document.issued_on,
        due_on=document.due_on,
        lines=(LineInput(description="Tea", quantity=Decimal(3), unit_price=Decimal(10)),),
    )
    edit_document(workspace=workspace, actor=None, document_id=document.pk, document=by_hand)

    same = bring(*FIRST)
    silent = bring(*SECOND, changed="edit")

    assert same.already_here == 2
    assert (silent.acts, silent.count(Cause.CHANGED)) == (0, 1)
    assert "It was changed here since it was imported" in silent.not_made[0].reason
    assert [question.key for question in silent.questions] == ["changed_here"]
    assert bring(*SECOND, changed_here="edit").edited == 1
    # What this import left is what the next one takes for unchanged.
    assert bring(FIRST[0], changed="edit").edited == 1


def test_a_document_made_by_hand_with_the_files_content_is_here_already(bring, workspace):
    make_document(
        workspace,
        party=make_party(workspace, "Redo Co"),
        number="CR-1",
        issued_on=date(2026, 11, 8),
    )

    header = "number,party_name,issued_on,description,quantity,unit_price"
    report = bring("CR-1,Redo Co,2026-11-08,Widget,1,10", header=header)

    assert (report.already_here, report.documents) == (1, 0)


def test_an_edit_leaves_what_a_person_keeps_out_of_xero_out(bring):
    bring(*FIRST)
    Document.objects.update(do_not_sync=True)

    bring(*SECOND, changed="edit")

    assert Document.objects.get(number="CR-1").do_not_sync


def test_amending_may_bring_a_new_customer_and_a_new_tax_code(bring):
    bring(*FIRST)

    report = bring("CR-1,New Co,2026-11-08,Tea,1,10,5% (VAT on Income)", changed="amend")

    new = Document.objects.get(number="CR-1-2")
    assert (report.new_parties, new.party.name, new.total) == (1, "New Co", Decimal("10.50"))


def test_a_file_that_cancels_reaches_what_came_in_place(bring, workspace):
    header = f"{HEADER},State"
    columns = {name: name for name in HEADER.split(",")} | {"status": "State"}
    SavedMapping.objects.create(
        workspace=workspace,
        name="Shop",
        definition={"columns": columns, "statuses": {"void": "cancel", "open": "take"}},
    )
    bring(f"{FIRST[0]},open", header=header)
    cancel("CR-1")
    bring(f"{FIRST[0]},open", header=header, cancelled="make")

    report, again = (bring(f"{FIRST[0]},void", header=header) for _ in range(2))

    assert (report.cancelled, again.cancelled, again.already_here) == (1, 0, 1)
    assert statuses()["CR-1-2"][0] == Status.CANCELLED
    total = statuses()["CR-1-2"][1]
    assert report.cancelled_total == {"NZD": total}
    assert [each.changes for each in report.corrections] == [
        f"CR-1-2 is cancelled, as the file says: NZD {total:,.2f}."
    ]


def test_a_look_tells_what_cannot_be_cancelled_for_its_payments(bring, workspace):
    columns = {name: name for name in HEADER.split(",")} | {"status": "State"}
    SavedMapping.objects.create(
        workspace=workspace,
        name="Shop",
        definition={"columns": columns, "statuses": {"void": "cancel", "open": "take"}},
    )
    bring(f"{FIRST[0]},open", header=f"{HEADER},State", submit=True)
    paid = Document.objects.get(number="CR-1")
    make_payment(paid, amount="1.00")

    # `bring` demands that the look says the same as the act.
    report = bring(f"{FIRST[0]},void", header=f"{HEADER},State")

    assert (report.cancelled, report.count(Cause.NOT_HERE)) == (0, 1)
    assert report.left_out[Cause.NOT_HERE].total == {"NZD": paid.total}
    assert "CR-1 stays as it is. Delete these first" in report.not_made[0].reason


def test_what_comes_again_as_left_out_is_told_to_stand_here_all_the_same(bring, workspace):
    header = f"{HEADER},State"
    columns = {name: name for name in HEADER.split(",")} | {"status": "State"}
    SavedMapping.objects.create(
        workspace=workspace,
        name="Shop",
        definition={"columns": columns, "statuses": {"void": "leave_out", "open": "take"}},
    )
    bring(*(f"{row},open" for row in FIRST), header=header)
    cancel("CR-2")

    report = bring(*(f"{row},void" for row in FIRST), header=header)

    reasons = {each.document: each.reason for each in report.not_made}
    assert reasons == {
        "CR-1": (
            "It is left out: its status is void. CR-1 is here and stays as it is: cancel it if it "
            "is to go."
        ),
        "CR-2": "It is left out: its status is void.",
    }
    assert statuses()["CR-1"][0] != Status.CANCELLED


_row = st.tuples(
    st.decimals(Decimal("0.25"), Decimal(9), places=2),
    st.decimals(Decimal("0.01"), Decimal(99), places=4),
    st.sampled_from(["", "5", "12.5"]),
    st.sampled_from(["VAT20", "", "ZERO"]),
    st.sampled_from(["", "200"]),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(_row, min_size=1, max_size=4),
    basis=st.sampled_from(["exclusive", "inclusive"]),
)
def test_what_is_edited_to_is_what_would_have_been_made(simple, workspace, rows, basis):
    for code, rate in (("VAT20", "20"), ("ZERO", "0")):
        if not workspace.tax_codes.filter(code=code).exists():
            make_tax_code(workspace, code, rate)
    header = (
        "number,party_name,issued_on,description,quantity,unit_price,discount,tax_code,account_code,"
        "tax_basis"
    )
    texts = [
        f"{{}},Redo Co,2026-11-08,Tea {place},{quantity},{price},{off},{tax},{account},{basis}"
        for place, (quantity, price, off, tax, account) in enumerate(rows)
    ]
    Document.objects.all().delete()
    simple("CR-1,Redo Co,2026-11-08,Old,1,1,,,,exclusive", header=header)

    simple(*(text.format("CR-1") for text in texts), header=header, answers={"changed": "edit"})
    simple(*(text.format("CR-2") for text in texts), header=header)

    edited, made = Document.objects.get(number="CR-1"), Document.objects.get(number="CR-2")
    fields = (
        "total",
        "subtotal",
        "tax",
        "rounding",
        "tax_basis",
        "currency",
        "issued_on",
        "due_on",
    )
    assert [getattr(edited, each) for each in fields] == [getattr(made, each) for each in fields]
    lines = (
        *("position", "item_code", "description", "quantity", "unit_price", "discount"),
        *("tax_code", "tax_level", "tax_is_stated", "account_code", "charge", "tracking"),
        *("amount", "tax"),
    )
    assert list(edited.lines.order_by("position").values(*lines)) == list(
        made.lines.order_by("position").values(*lines)
    )
