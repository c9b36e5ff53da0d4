"""Files that are made to hurt, or damaged: refused in words, in time and memory that are bounded."""

import gzip
import io
import tracemalloc

import pytest
from tallystick.importing.read import Table

from tallystick.books.models import Document, Party, Payment
from tallystick.importing.documents import staging, tally
from tallystick.importing.errors import ImportRefused, NotATable
from tallystick.importing.run import Lists

SIMPLE = "number,party_name,issued_on,item_code,description,quantity,unit_price"
GOOD = "1,Cafe,2026-11-02,TEA,Tea,1,5.00"


class Endless(io.RawIOBase):
    """Two gigabytes that begin with `head` and go on with one byte for ever; counts what is read."""

    SIZE = 2_000_000_000

    def __init__(self, head: bytes, body: bytes = b"x") -> None:
        self.head, self.body, self.at, self.most = head, body, 0, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = (0, self.at, self.SIZE)[whence] + offset
        return self.at

    def tell(self) -> int:
        return self.at

    def readinto(self, buffer) -> int:
        size = min(len(buffer), self.SIZE - self.at)
        buffer[:size] = (self.head[self.at :] + self.body * size)[:size]
        self.at += size
        self.most = max(self.most, self.at)
        return size


@pytest.mark.parametrize(
    ("head", "said", "most_read"),
    [
        (b"", "first line is longer than 200,000", 1_100_000),
        (b"a,b\n1,2\n", "Line 3 does not end within 16,000,000", 17_100_000),
        (b'a,b\n1,"', "Line 2 does not end within 16,000,000", 17_100_000),
    ],
)
def test_a_line_of_two_gigabytes_is_refused_after_its_beginning(head, said, most_read):
    source = Endless(head)
    tracemalloc.start()

    with pytest.raises(NotATable, match=said):
        list(Table(io.BufferedReader(source)).rows())

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert source.most < most_read
    assert peak < 30_000_000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (",".join(f"c{n}" for n in range(16_000)), "16,000 columns; at most 500"),
        ('"' + "h" * 10_000_000 + '",b', "longer than 200,000 characters"),
        ("a," * 90_000, "at most 500"),
        ("a,b," + "c" * 201, "column 3 is longer than 200"),
        ("a,b\0,c,d,e,f,g,h", "column 2 holds NUL"),
        (b"Gr\xf6\xdfe,b\n1,2", "column 1 is not in UTF-8"),
        ("\n" * 2_000_000 + "a,b\n1,2", "first 10,000 lines are blank"),
        (b"BZh91AY&SY", "packed with bzip2. Unpack it"),
        (gzip.compress(gzip.compress(b"a,b\n1,2\n", mtime=0), mtime=0), "packed twice. Unpack it"),
    ],
)
def test_a_header_that_cannot_be_one_is_refused_in_words(content, said):
    with pytest.raises(NotATable, match=said):
        Table(io.BytesIO(content if isinstance(content, bytes) else content.encode()))


def test_a_packed_file_made_to_burst_is_refused_soon():
    packed = io.BytesIO()
    with gzip.open(packed, "wb", compresslevel=6) as file:
        file.write(b"a,b\n")
        for _ in range(80):
            file.write((b"1" * 999 + b"\n") * 1_000)
    packed.seek(0)

    with pytest.raises(NotATable, match=r"grows beyond 5[0-9] MB when it is unpacked"):
        list(Table(packed).rows())


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n" + "\n" * 300_000,
        "a,b\n" + ",\n" * 300_000,
        "a,b\n" + '"x,1\n' * 300_000,
        "a,b\n1," + '"' * 500_000 + "\n",
        "a,b\n" + "," * 900_000 + "\n",
    ],
)
def test_odd_files_are_read_to_their_end_without_a_row_to_use(content):
    assert all(row.problem for row in Table(io.BytesIO(content.encode())).rows())


def test_a_nul_in_the_middle_of_a_cell_in_row_100_000_is_told_with_its_line(simple):
    rows = [f"{n // 500},Cafe,2026-11-02,TEA,Tea,1,5.00" for n in range(100_000)]
    rows[99_998] = rows[99_998].replace("Tea", "T\0a")

    report = simple(*rows, header=SIMPLE, dry_run=True)

    [bad] = report.bad_rows
    assert (bad.line, report.documents) == (100_000, 199)
    assert "NUL" in bad.reason


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("unit_price", "9" * 100_000, "too long"),
        ("quantity", " " * 100_000 + "1", "too long"),
        ("issued_on", "2026-11-02 " + "x" * 100_000, "nothing else into the cell"),
        ("tracking", "A: B" + " " * 100_000, "Shorten it to 1000"),
        ("number", "n" * 100_000, "Shorten it to 255"),
        ("description", "d" * 100_000, "Shorten it to 4,000"),
        ("tax_code", "5% " + "t" * 100_000, "rate is not known"),
        ("currency_rate", "1e1000000", "plain number"),
        ("quantity", "1e1000000", "plain number"),
    ],
)
def test_a_cell_that_is_far_too_long_or_large_costs_its_row_only(simple, column, value, said):
    header = f"{SIMPLE},tax_code,tracking,currency_rate"
    cells = dict(zip(header.split(","), [*GOOD.split(","), "", "", ""], strict=True))
    bad = ",".join((cells | {"number": "2", column: value}).values())

    report = simple(f"{GOOD},,,", bad, header=header)

    assert Document.objects.get().number == "1"
    assert any(said in row.reason for row in report.bad_rows)


def test_payments_on_a_number_that_is_far_too_long_are_told(run, workspace):
    report = run("number,paid_on,amount\n" + "n" * 100_000 + ",2026-11-02,5\n")

    assert "Shorten it to 255" in report.bad_rows[0].reason
    assert not Payment.objects.exists()


def test_far_too_many_lines_of_one_document_leave_it_out_and_say_so(simple, run, monkeypatch):
    monkeypatch.setattr(staging, "MOST_LINES", 3)

    report = simple(GOOD, *[GOOD.replace("1,", "2,", 1)] * 4, header=SIMPLE)
    payments = run("\n".join(["number,paid_on,amount", *["1,2026-11-02,1"] * 4]))

    assert Document.objects.get().number == "1"
    assert report.not_made_count == 1
    assert report.bad_rows[0].line == 3
    assert "4 lines bear this number" in report.bad_rows[0].reason
    assert "4 payments bear this number" in payments.bad_rows[0].reason


def test_as_many_customers_as_documents_are_told_apart(simple):
    rows = [f"{n},Customer {n},2026-11-02,TEA,Tea,1,5.00" for n in range(20_000)]

    report = simple(*rows, header=SIMPLE, dry_run=True)

    assert (report.documents, report.new_parties) == (20_000, 20_000)
    assert not Party.objects.exists()


def test_the_list_of_bad_rows_ends_somewhere_and_says_so(simple, monkeypatch):
    monkeypatch.setattr(tally, "LISTED", 3)
    listed = io.StringIO()

    report = simple(*["x"] * 9, header=SIMPLE, lists=Lists(listed))

    assert report.bad_row_count == 9
    assert listed.getvalue().splitlines()[-1].endswith("More follow. Correct these first.")
    assert len(listed.getvalue().splitlines()) == 4


@pytest.mark.django_db(transaction=True)
def test_a_refused_file_leaves_the_database_as_it_was(run):
    with pytest.raises(ImportRefused):
        run(f"{SIMPLE}\n{GOOD}\n2,{'x' * 17_000_000}")

    assert not Document.objects.exists()
