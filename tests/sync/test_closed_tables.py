"""Codes, actions and decisions are closed tables: nothing without its row, no row without its writer.

The sources are read: whatever stands in a table is written somewhere, and nothing is written that
stands in none. Wait keys have the same in tests/mapping/test_wait_keys.py.
"""

import ast
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest

import tallystick
from tallystick.mapping.problems import MappingCode
from tallystick.sync.links.attempt_actions import ACTION_WORDS, AttemptAction
from tallystick.sync.links.problems import PROBLEMS, DecisionName, ProblemCode
from tallystick.sync.reports.offered_decisions import DECISIONS
from tallystick.xero.catalogue.codes import RefusalCode

SOURCE = Path(tallystick.__file__).parent
#: Where the tables stand: what is mentioned there is no use.
TABLES = {
    SOURCE / "mapping/problems.py",
    SOURCE / "sync/links/problems.py",
    SOURCE / "sync/links/attempt_actions.py",
    SOURCE / "xero/catalogue/codes.py",
}
CODES = (MappingCode, ProblemCode, RefusalCode)
#: What takes a code or an action, by the keyword or the place that it comes in.
TAKES = {
    "Problem": ("code", 0),
    "question": ("code", None),
    "apply_verdicts": ("action", None),
    "settle": ("action", None),
    "new_attempt": ("action", None),
    "note_decision": ("action", None),
    "mark_sending": ("action", None),
    "BatchPurpose": ("action", 1),
    "Attempt": ("action", None),
}


@cache
def trees() -> tuple[tuple[Path, ast.Module], ...]:
    files = [file for file in sorted(SOURCE.rglob("*.py")) if "migrations" not in file.parts]
    return tuple((file, ast.parse(file.read_text(encoding="utf-8"))) for file in files)


def mentions(table: type[StrEnum], *, also: Path | None = None) -> set[str]:
    """Return the members of the enum that are mentioned outside of the tables."""
    return {
        node.attr
        for file, tree in trees()
        if file not in TABLES or file == also
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == table.__name__
    }


def literals() -> Iterator[str]:
    """Yield the places that hand over a code or an action as a text of their own."""
    for file, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            keyword, place = TAKES.get(name, ("", None))
            given = [word.value for word in node.keywords if word.arg == keyword]
            given += node.args[place : place + 1] if place is not None else []
            if any(isinstance(value, ast.Constant) and value.value for value in given):
                yield f"{file.relative_to(SOURCE)}:{node.lineno}"


def test_every_code_has_its_row_and_no_row_is_of_another():
    codes = [code for table in CODES for code in table]

    assert len(codes) == len({code.value for code in codes}), "Two tables share a code."
    assert set(PROBLEMS) == set(codes)


def test_every_problem_is_titled_in_a_sentence_of_its_own():
    assert all(row.title and not row.title.endswith(".") for row in PROBLEMS.values())


@pytest.mark.parametrize("table", [*CODES, AttemptAction, DecisionName])
def test_every_member_is_written_somewhere(table):
    # Which decisions a problem offers is said in the table of problems itself.
    also = SOURCE / "sync/links/problems.py" if table is DecisionName else None

    assert mentions(table, also=also) >= {member.name for member in table}


def test_every_action_has_its_words_and_no_two_have_the_same():
    assert set(ACTION_WORDS) == set(AttemptAction)
    assert len(set(ACTION_WORDS.values())) == len(AttemptAction)


def test_every_decision_has_its_row():
    assert set(DECISIONS) == set(DecisionName)
    assert {one for row in PROBLEMS.values() for one in row.decisions} <= set(DECISIONS)


def test_nobody_writes_a_code_or_an_action_as_a_text_of_their_own():
    assert list(literals()) == []
