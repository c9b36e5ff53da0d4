"""Measure the reading of tables: `python bench/tables.py [--lines N] [--rows N]`.

Prints one JSON line a measure, `{"measure": ..., "value": ..., "unit": ..., "budget": ...}`, and
ends with 1 if a budget is not kept. Each is taken in a process of its own: lines a second of
processor time, children's included, and the most memory any process had. The csv module alone,
which only parts the cells, is what the CSVs stand beside.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from tallystick.importing.tables.table import open_table

HEADER = "number,party_name,issued_on,item_code,description,quantity,unit_price,tax_code"
COLUMNS = "ABCDEFGH"
FEWEST_A_SECOND = 300_000  #: Of a CSV; an import as a whole does 20,000.
MOST_SECONDS, MOST_MEGABYTES = 10, 300  #: Of an XLSX of 100,000 rows.
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def record(number: int) -> list[str]:
    """Return the cells of one line; the figures stand at 0, 5 and 6."""
    return [
        *(str(number), f"Café {number % 999}", "2026-11-02", "TEA", f"Tea number {number % 77}"),
        *(str(number % 9 + 1), f"{number % 1000 / 100}", "VAT20"),
    ]


def write_csv(path: Path, lines: int) -> None:
    encoding = "cp1252" if path.stem == "windows-1252" else "utf-8"
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding=encoding, newline="") as out:
        out.write(f"{HEADER}\n")
        csv.writer(out).writerows(map(record, range(lines)))


def write_xlsx(path: Path, lines: int) -> None:
    def relation(key: str, kind: str, target: str) -> str:
        body = f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        return f'<Relationships xmlns="{_PACKAGE}">{body}</Relationships>'

    def cell(place: int, text: str, line: int) -> str:
        name = f"{COLUMNS[place]}{line}"
        if line > 1 and place in (0, 5, 6):
            return f'<c r="{name}"><v>{text}</v></c>'
        return f'<c r="{name}" t="inlineStr"><is><t>{text}</t></is></c>'

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", relation("r1", "officeDocument", "xl/workbook.xml"))
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels", relation("r1", "worksheet", "worksheets/sheet1.xml")
        )
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for line in range(1, lines + 2):
                cells = HEADER.split(",") if line == 1 else record(line)
                written = "".join(cell(place, text, line) for place, text in enumerate(cells))
                sheet.write(f'<row r="{line}">{written}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")


def with_csv_module(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def with_tables(path: Path) -> int:
    with open_table(path) as table:
        return sum(1 for row in table.rows() if row.problem is None)


WAYS: dict[str, Callable[[Path], int]] = {"csv module": with_csv_module, "tables": with_tables}


def measure(way: str, path: Path) -> None:
    """Read the file and print lines, seconds of processor and by the clock, and megabytes."""
    started, before = time.perf_counter(), time.process_time()
    lines = WAYS[way](path)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = time.process_time() - before + children.ru_utime + children.ru_stime
    most = max(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, children.ru_maxrss)
    print(json.dumps([lines, seconds, time.perf_counter() - started, most / 1024]))


class Bench:
    def __init__(self) -> None:
        self.kept = True

    def tell(self, name: str, value: float, unit: str, budget: float, *, is_least: bool) -> None:
        kept = value >= budget if is_least else value <= budget
        self.kept = self.kept and kept
        entry = {"measure": name, "value": round(value, 1), "unit": unit, "budget": budget}
        print(json.dumps(entry), flush=True)

    def read(self, way: str, path: Path, lines: int) -> None:
        command = [sys.executable, __file__, "--measure", way, str(path)]
        found = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
        read, processor, clock, megabytes = json.loads(found.stdout)
        if read != lines:
            sys.exit(f"{way} read {read} of the {lines} lines of {path.name}")
        name = f"{path.name}, {way}"
        is_workbook = path.suffix == ".xlsx"
        least = 0 if is_workbook else FEWEST_A_SECOND
        self.tell(name, lines / processor, "lines a core-second", least, is_least=True)
        self.tell(name, clock, "s", MOST_SECONDS, is_least=False)
        self.tell(name, megabytes, "MB", MOST_MEGABYTES, is_least=False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=500_000, help="of each CSV")
    parser.add_argument("--rows", type=int, default=100_000, help="of the workbook")
    parser.add_argument("--measure", nargs=2, metavar=("WAY", "FILE"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        measure(asked.measure[0], Path(asked.measure[1]))
        return 0
    bench = Bench()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("utf-8.csv", "windows-1252.csv", "packed.csv.gz"):
            write_csv(Path(folder, name), asked.lines)
        write_xlsx(Path(folder, "workbook.xlsx"), asked.rows)
        bench.read("csv module", Path(folder, "utf-8.csv"), asked.lines)
        for name in ("utf-8.csv", "windows-1252.csv", "packed.csv.gz"):
            bench.read("tables", Path(folder, name), asked.lines)
        bench.read("tables", Path(folder, "workbook.xlsx"), asked.rows)
    return 0 if bench.kept else 1


if __name__ == "__main__":
    sys.exit(main())
