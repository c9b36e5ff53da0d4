"""Whose a document is: by number, name and e-mail address, and what contradicts what is known."""

import pytest

from tallystick.books.models import Document, Party
from tallystick.importing.meaning.mapping import Mapping
from tallystick.importing.report import Cause

HEADER = "number,party_number,party_name,email,issued_on,description,quantity,unit_price"


@pytest.fixture
def sell(simple):
    """Import an invoice for each number, name and e-mail address."""

    def sell(*customers, **options):
        rows = (f"I-{n},{who},2026-11-01,Mug,1,10" for n, who in enumerate(customers, start=1))
        return simple(*rows, header=HEADER, **options)

    return sell


@pytest.fixture
def zed(workspace):
    return Party.objects.create(workspace=workspace, number="C9", name="Zed", email="Z@zed.nz")


def parties():
    return dict(Document.objects.order_by("number").values_list("number", "party__name"))


@pytest.mark.parametrize("first", ["", "a@ann.nz"])
def test_one_name_with_two_addresses_is_asked_about_with_both_answers(sell, first):
    report = sell(f",Ann,{first}", ",Ann,a@ann.nz", ",ANN,b@ann.nz", ",Ann,A@ANN.NZ")

    assert [(each.document, each.cause) for each in report.not_made] == [("I-3", Cause.PARTY)]
    [question] = report.questions
    assert (question.key, question.blocks) == ("party", False)
    assert [choice.value for choice in question.choices] == ["name", "email"]


@pytest.mark.parametrize(("answer", "count"), [("name", 1), ("email", 2)])
def test_either_answer_about_two_addresses_ends_the_question(sell, answer, count):
    rows = (",Ann,a@ann.nz", ",Ann,b@ann.nz")
    sell(*rows)

    report = sell(*rows, answers={"party": answer})

    assert (report.not_made, report.questions) == ([], [])
    assert Party.objects.count() == count
    assert sell(*rows, answers={"party": answer}).already_here == 2


def test_one_number_with_another_name_and_address_is_asked_about(sell, zed):
    rows = ("C9,Quinn,q@quinn.nz", "N1,Bob,b@bob.nz", "N1,Carol,c@carol.nz")

    report = sell(*rows)

    assert [(each.document, each.cause) for each in report.not_made] == [
        ("I-1", Cause.PARTY),
        ("I-3", Cause.PARTY),
    ]
    assert "number C9 is that of Zed (Z@zed.nz) here, and of Quinn (q@quinn.nz)" in (
        report.not_made[0].reason
    )
    assert [question.key for question in report.questions] == ["party_number"]
    answered = sell(*rows, answers={"party_number": "number"})
    assert (answered.not_made, answered.questions) == ([], [])
    assert parties() == {"I-1": "Zed", "I-2": "Bob", "I-3": "Bob"}


@pytest.mark.parametrize("who", ["C9,Zed Limited,z@zed.nz", "C9,ZED,new@zed.nz", "C9,Zed Ltd,"])
def test_a_number_decides_where_name_or_address_is_the_same_or_not_told(sell, zed, who):
    assert sell(who).not_made == []
    assert parties() == {"I-1": "Zed"}


def test_an_address_without_a_name_is_a_customer_and_not_the_walk_in_one(sell, zed):
    sell(",,z@ZED.nz", ",,new@shop.nz", ",,NEW@shop.nz", ",,")

    assert parties() == {
        "I-1": "Zed",
        "I-2": "new@shop.nz",
        "I-3": "new@shop.nz",
        "I-4": "Walk-in customer",
    }


def test_where_addresses_tell_customers_apart_one_known_by_a_number_is_found(run, zed):
    mapping = Mapping(
        name="by mail",
        title="By mail",
        is_own=True,
        columns={
            "number": "No",
            "party_name": "Who",
            "email": "Mail",
            "issued_on": "Day",
            "description": "Item",
            "line_amount": "Sum",
        },
        party_by="email",
    )
    rows = ("1,Zed,z@zed.nz,2026-11-01,Mug,10", "2,Zed,other@zed.nz,2026-11-01,Mug,10")

    run("\n".join(["No,Who,Mail,Day,Item,Sum", *rows]), tried=mapping)

    assert dict(Document.objects.values_list("number", "party__number")) == {
        "1": "C9",
        "2": "other@zed.nz",
    }
