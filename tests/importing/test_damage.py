"""A file damaged at random makes no wrong and no partial document, and what is missing is named.

What is made must be what a plain reader makes of the undamaged file; the plain reader is a few lines
of its own here and shares nothing with the importer.
"""

import csv
import io
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from factories import make_workspace
from tallystick.books.models import Document
from tallystick.importing.errors import ImportRefused
from tallystick.importing.run import import_file

HEADER = ["number", "party_name", "issued_on", "description", "quantity", "unit_price", "total"]
NUMBER = HEADER.index("number")
CENT = Decimal("0.01")

_lines = st.lists(
    st.tuples(
        st.sampled_from(["Tea", 'Mug, "large"', "Café au lait", "Two\nlines", "=1+1"]),
        st.integers(1, 9),
        st.decimals(Decimal("0.01"), Decimal("99.99"), places=2),
    ),
    min_size=1,
    max_size=4,
)
_documents = st.lists(_lines, min_size=2, max_size=6)


def plain(rows: list[list[str]]) -> dict[str, list[tuple[str, Decimal, Decimal]]]:
    """Read rows in the plainest way: number to its lines."""
    found = defaultdict(list)
    for number, _, _, description, quantity, price, _ in rows:
        words = " ".join(description.split())
        found[number].append((words, Decimal(quantity), Decimal(price)))
    return dict(found)


def table(documents, order) -> list[list[str]]:
    """Return the rows of the documents; `order` mixes them or not."""
    rows = []
    for place, lines in enumerate(documents):
        amounts = [(quantity * price).quantize(CENT, ROUND_HALF_UP) for _, quantity, price in lines]
        for description, quantity, price in lines:
            head = [f"D-{place}", f"Kundé {place}", "2026-11-02"]
            rows.append([*head, description, str(quantity), str(price), str(sum(amounts))])
    return [rows[place] for place in order(len(rows))]


def written(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    writer.writerows(rows)
    return out.getvalue().encode()


def check(content: bytes, rows: list[list[str]], *, is_named=True, is_told=True, has_texts=True):
    """Import the damaged content and hold what came of it against the undamaged rows."""
    workspace = make_workspace(currency="GBP")
    try:
        with transaction.atomic():
            report = import_file(
                workspace=workspace, actor=None, source=io.BytesIO(content), dry_run=False
            )
    except ImportRefused:
        assert not Document.objects.in_workspace(workspace).exists()
        return

    right = plain(rows)
    for document in Document.objects.in_workspace(workspace):
        lines = document.lines.order_by("position")
        made = [(each.description, each.quantity, each.unit_price) for each in lines]
        # A sign within a text leaves another text: nobody can tell. Figures must be right.
        assert [line[1:] for line in made] == [line[1:] for line in right[document.number]]
        assert made == right[document.number] or not has_texts
    made_numbers = set(Document.objects.in_workspace(workspace).values_list("number", flat=True))
    missing = right.keys() - made_numbers
    if missing and is_told:
        assert report.needs_person
        assert report.not_made or report.bad_rows
    if is_named:
        assert missing <= {each.document for each in report.not_made}


_settings = settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.generate],  # an import for each example: to make them smaller takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@_settings
@given(documents=_documents, data=st.data())
def test_a_row_that_lost_its_number_takes_along_all_that_it_may_belong_to(
    transactional_db, documents, data
):
    mixed = data.draw(st.booleans())
    order = (lambda n: data.draw(st.permutations(range(n)))) if mixed else range
    rows = table(documents, order)
    lost = data.draw(st.integers(0, len(rows) - 1))
    damaged = [list(row) for row in rows]
    damaged[lost][NUMBER] = data.draw(st.sampled_from(["", "  ", "\u00a0"]))
    if data.draw(st.booleans()):
        damaged[lost][1] = damaged[lost][2] = ""

    number = rows[lost][NUMBER]
    # A document of one row, which lost its number, is known by nothing any more.
    check(written(damaged), rows, is_named=sum(row[NUMBER] == number for row in rows) > 1)


@_settings
@given(documents=_documents, data=st.data())
def test_signs_put_in_or_taken_out_anywhere_make_nothing_wrong(transactional_db, documents, data):
    rows = table(documents, range)
    content = written(rows)
    begin = content.index(b"\n") + 1
    place = data.draw(st.integers(begin, len(content) - 1))
    damage = data.draw(st.sampled_from([b",", b'"', b"\0", b"\xff", b"\n", b",,", b'"\n', b"take"]))
    if damage == b"take":
        # Digits and letters taken out leave another value: nobody can tell.
        places = [at for at in range(begin, len(content)) if content[at : at + 1] in b',"\r\n']
        place = data.draw(st.sampled_from(places))
        content = content[:place] + content[place + 1 :]
    else:
        content = content[:place] + damage + content[place:]

    check(content, rows, is_named=False, has_texts=False)


@_settings
@given(documents=_documents, data=st.data())
def test_a_file_that_was_cut_off_makes_nothing_partial(transactional_db, documents, data):
    # Where it is cut between two documents, nothing shows that there was another.
    rows = table(documents, range)
    content = written(rows)
    begin = content.index(b"\n") + 1

    check(
        content[: data.draw(st.integers(begin, len(content)))], rows, is_named=False, is_told=False
    )


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_row_that_is_gone_is_missed_by_the_total(transactional_db, gone):
    rows = table([[("Tea", 1, Decimal(5)), ("Mug", 2, Decimal(3)), ("Pot", 1, Decimal(9))]], range)

    check(written([row for place, row in enumerate(rows) if place != gone]), rows)
