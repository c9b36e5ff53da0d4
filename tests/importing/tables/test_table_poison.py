"""Files that are made to hurt, or are no tables: refused in words, in bounded time and memory."""

import contextlib
import gzip
import io
import tracemalloc

import pytest

from tallystick.importing.errors import NotATable
from tallystick.importing.tables.encodings import Encoding
from tallystick.importing.tables.table import Layout, open_table


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


def rows(content):
    return list(open_table(io.BytesIO(content)).rows())


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
        list(open_table(io.BufferedReader(source)).rows())

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert source.most < most_read
    assert peak < 30_000_000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (",".join(f"c{n}" for n in range(16_000)).encode(), "16,000 columns; at most 500"),
        (b'"' + b"h" * 10_000_000 + b'",b', "longer than 200,000 characters"),
        (b"a," * 90_000, "at most 500"),
        (b"a,b," + b"c" * 201 + b"\n1,2,3", "column 3 is longer than 200"),
        (b"a,b\0,c,d,e,f,g,h", "header cannot be read. Line 1 holds NUL"),
        (b"\n" * 2_000_000 + b"a,b\n1,2", "first 10,000 lines are blank"),
        (b"BZh91AY&SY", "packed with bzip2. Unpack it"),
        (gzip.compress(gzip.compress(b"a,b\n1,2\n", mtime=0), mtime=0), "packed twice. Unpack it"),
        (gzip.compress(b"PK\x03\x04rest of it", mtime=0), "packed workbook or archive. Unpack it"),
        (gzip.compress(b"a,b\n" * 9, mtime=0)[:20], "breaks off"),
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"%PDF-1.7\n", "is a PDF, not a table. Export the table itself"),
        (b"\x89PNG\r\n\x1a\n", "is a picture"),
        (b"\xff\xd8\xff\xe0", "is a picture"),
        (b"\xef\xbb\xbf\n<HTML><table>", "is a web page, whatever its name ends in.*Save as, CSV"),
        (b"<?xml version='1.0'?><Workbook>", "is an XML document"),
        (b'[{"number": 1}]', "is JSON"),
        (bytes(range(32)) * 9 + bytes(99), "no text"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content, said):
    seen = []

    with pytest.raises(NotATable, match=said):
        open_table(io.BytesIO(content), look=seen.append)

    # Where only the header is amiss, another line may be it: they are shown.
    assert bool(seen) == said.startswith(("16,000", "at most", "column", "header cannot"))


@pytest.mark.parametrize("encoding", Encoding)
def test_whatever_encoding_is_chosen_for_whatever_bytes_it_ends_in_rows_or_words(encoding):
    samples = [
        bytes(range(256)) * 8,
        b"a,b\n1,2\n",
        b"\n\n",
        b"x\xd8\x00,\x81\n1,\xdc\n",
        b"\xff\xfe1",
    ]
    for content in samples:
        with (
            contextlib.suppress(NotATable),
            open_table(io.BytesIO(content), Layout(encoding=encoding)) as table,
        ):
            assert all(row.cells or row.problem for row in table.rows())


def test_a_packed_file_made_to_burst_is_refused_soon():
    packed = io.BytesIO()
    with gzip.open(packed, "wb", compresslevel=6) as file:
        file.write(b"a,b\n")
        for _ in range(80):
            file.write((b"1" * 999 + b"\n") * 1_000)

    with pytest.raises(NotATable, match=r"grows beyond 5[0-9] MB when it is unpacked"):
        open_table(packed)
    with pytest.raises(NotATable, match=r"grows beyond 5[0-9] MB when it is unpacked"):
        list(open_table(packed, Layout(encoding="utf-8")).rows())


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n" + b"\n" * 300_000,
        b"a,b\n" + b",\n" * 300_000,
        b"a,b\n" + b'"x,1\n' * 300_000,
        b"a,b\n1," + b'"' * 500_000 + b"\n",
        b"a,b\n" + b"," * 900_000 + b"\n",
    ],
)
def test_odd_files_are_read_to_their_end_without_a_row_to_use(content):
    assert all(row.problem for row in rows(content))
