"""The table that requests are judged by is what the script makes of Xero's description."""

import runpy
from pathlib import Path

from interface import FOLDER, needs_description

SCRIPT = runpy.run_path(str(Path(__file__).parents[3] / "scripts" / "description.py"))


@needs_description
def test_the_table_is_what_the_script_makes_of_the_description():
    table: Path = SCRIPT["TABLE"]

    made = SCRIPT["table_text"](FOLDER)

    assert table.read_text(encoding="utf-8") == made, "make description"
