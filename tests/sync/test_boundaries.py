"""The engine's source read: whatever it writes stands within a boundary with a name of its own.

`test_failpoints.py` kills a worker at each name. So that no place goes without a kill, a name
stands at one place only, and every write is within `committing` or in a function that only ever
runs there.
"""

import ast
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import tallystick

SOURCE = Path(tallystick.__file__).parent
#: What a round writes through.
ENGINE = (
    *(
        f"sync/{room}/{file.name}"
        for room in ("lookup", "push", "reconcile", "pull")
        for file in sorted((SOURCE / "sync" / room).glob("*.py"))
    ),
    "sync/webhooks/told_records.py",
    *("sync/rounds/push_round.py", "sync/rounds/unknown_outcomes.py"),
    *("sync/engine/batches.py", "sync/engine/lane_lease.py", "sync/engine/writing_hands.py"),
    *("sync/links/transitions.py", "sync/links/contents.py"),
    *(f"mirror/{name}.py" for name in ("xero_lists", "upserts", "items", "unread")),
    *("sync/engine/reading_soon.py", "connections/problems.py"),
)
#: By what is written, or begun to be.
WRITES = {
    *(".save", ".delete", ".create", ".update", ".get_or_create", ".update_or_create"),
    *(".bulk_create", ".bulk_update", ".execute", ".atomic", ".defer"),
}
#: What makes a boundary, and which of the two sorts it is.
_BOUNDARIES = {
    **dict.fromkeys(("committing", "commit", "settle"), "commit"),
    **dict.fromkeys(("calling", "ask"), "call"),
}
#: Functions that write outside of a boundary, each with why it may.
FREE = {
    "sync/engine/lane_lease.py:unblock": "forgets earlier failures: at worst the next pause is longer",
    "sync/engine/lane_lease.py:_take": "makes an empty lane: nothing hangs on it",
    "sync/engine/lane_lease.py:_renew": "lengthens a lease: at worst the round stops at its next check",
    "sync/pull/schedule.py:read_by_hand": "a person's choice of a schedule, in its transaction",
    "sync/pull/schedule.py:_give_readings": "before the lane is taken: a row that is there stays",
    "sync/links/contents.py:note_agreed": "a person's decision, in its transaction",
    "sync/reconcile/settlements_there.py:give_way": "a person's decision, in its transaction",
    "sync/pull/schedule.py:allow_again": "before the lane is taken: at worst it is refused again",
    "connections/problems.py:mark_unreadable": "before the lane is taken: at worst done once more",
    "connections/problems.py:_turn": "before the lane is taken: at worst it is done once more",
}
#: Functions that run within a boundary under another name: that boundary, and the name.
BY_ANOTHER_NAME = {
    **dict.fromkeys(
        (
            "sync/reconcile/checked_documents.py:check_documents",
            "sync/reconcile/checked_settlements.py:check_payments",
            "sync/pull/pulled_kinds.py:_judge_credit_notes",
            "sync/pull/pulled_kinds.py:_judge_invoices",
            "sync/pull/pulled_kinds.py:_judge_payments",
        ),
        "pull.page: judge",
    ),
    "sync/pull/followed_contacts.py:follow_contacts": "pull.page: followed_by",
    "sync/pull/followed_items.py:follow_items": "pull.page: followed_by",
    "sync/push/record_changes.py:note_found": "contacts.find, contacts.adopt, items.find: first",
    "sync/pull/cycles.py:take_page": "pull.page: then",
    "sync/pull/cycles.py:take_slice": "pull.page: then",
    "sync/webhooks/told_records.py:_mark": "pull.page: then",
    **{
        f"mirror/xero_lists.py:_save_{name}": "organisation.keep, list.keep: _KEEP"
        for name in ("accounts", "currencies", "facts", "tax_rates", "tracking")
    },
}
#: Other modules that write, each with what the engine takes from there.
ELSEWHERE = {
    "books/documents.py": "`cancel` and `move`, within the boundary of the page that tells of it",
    "books/kept_elsewhere.py": "settlements that are Xero's, within the boundary of their page",
    "books/parties.py": "no write: a number that is free",
    "books/taking_over.py": "values of Xero's, within the boundary of the page that they are of",
    "books/models.py": "no write: a setting of the session for one question",
    "connections/clock.py": "no write: the database's time",
    "connections/models.py": "no write: columns that are not read",
    "sync/links/sync_rules.py": "reads policies, and locks links in order",
    "sync/links/attempt_rows.py": "lines of the log, within the boundary of what they tell",
    "connections/modules.py": "reads what is switched on; a step is noted by who does it",
    "connections/schedules.py": "reads what people have chosen",
    "sync/links/switched_off.py": "`set_aside`, within the boundary modules.aside",
    "sync/links/queueing.py": "`release_waiting`, within the boundary of the verdict that releases",
    "workspaces/audit.py": "`record`, within the boundary of what is recorded",
    "sync/engine/waking.py": "a job: one that is lost is found by the sweep",
}


@dataclass
class Function:
    """What is mentioned in a function: anywhere, and outside of its boundaries.

    As `name`, as `.name` of whatever object, and as `module.name`.
    """

    anywhere: set[str] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)


class Reader(ast.NodeVisitor):
    """Reads a module of the product, function by function; what is in none is under ""."""

    def __init__(self, module: str) -> None:
        self.function, self.is_within = "", False
        self.methods: set[str] = set()
        self.functions: dict[str, Function] = defaultdict(Function)
        self.boundaries: list[str] = []
        self.imported: set[str] = set()
        self.visit(ast.parse((SOURCE / module).read_text(encoding="utf-8")))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        before = self.function
        self.function = before or node.name
        self.functions[self.function]
        self.generic_visit(node)
        self.function = before

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.methods |= {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
        self.generic_visit(node)

    def visit_With(self, node: ast.With) -> None:
        before = self.is_within
        for item in node.items:
            self.visit(item)
            self.is_within |= called(item.context_expr) == "committing"
        for statement in node.body:
            self.visit(statement)
        self.is_within = before

    def visit_Call(self, node: ast.Call) -> None:
        name, before = called(node), self.is_within
        if name in _BOUNDARIES and node.args and is_name_of_step(node.args[0]):
            self.boundaries.append(f"{_BOUNDARIES[name]} {ast.unparse(node.args[0])}")
            # What a round's hands are given to do, they do within the boundary.
            self.is_within |= name in ("commit", "settle")
        self.generic_visit(node)
        self.is_within = before

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._mention(f".{node.attr}")
        if isinstance(node.value, ast.Name):
            self._mention(f"{node.value.id}.{node.attr}")
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        self._mention(node.id)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        place = (node.module or "").removeprefix("tallystick").strip(".").replace(".", "/")
        self.imported |= {f"{place}.py", *(f"{place}/{one.name}.py" for one in node.names)}

    def _mention(self, name: str) -> None:
        self.functions[self.function].anywhere.add(name)
        if not self.is_within:
            self.functions[self.function].outside.add(name)


def is_name_of_step(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant | ast.JoinedStr)


def called(node: ast.AST) -> str:
    """Return the name of the function that is called; empty for whatever is no call."""
    function = node.func if isinstance(node, ast.Call) else None
    return getattr(function, "id", "") or getattr(function, "attr", "")


@pytest.fixture(scope="module")
def readers() -> dict[str, Reader]:
    return {module: Reader(module) for module in ENGINE}


def test_the_name_of_a_boundary_stands_at_one_place(readers: dict[str, Reader]):
    places = Counter(one for reader in readers.values() for one in reader.boundaries)

    assert places
    assert [one for one, count in places.items() if count > 1] == []


def test_the_engine_writes_within_its_boundaries_only(readers: dict[str, Reader]):
    free = [one for one in running_outside(readers) if function_of(readers, one).outside & WRITES]

    assert sorted(free) == sorted(FREE), "Give it a boundary, or tell here why it needs none."


def test_whatever_else_writes_is_told(readers: dict[str, Reader]):
    imported = {module for reader in readers.values() for module in reader.imported}
    others = {
        one for one in imported - {*ENGINE, "sync/engine/steps.py"} if (SOURCE / one).is_file()
    }
    writing = {
        one
        for one in others
        if any(function.anywhere & WRITES for function in Reader(one).functions.values())
    }

    assert writing == set(ELSEWHERE)


def running_outside(readers: dict[str, Reader]) -> set[str]:
    """Return the functions that run outside of boundaries, as `module:name`.

    Those that the engine itself never calls, all that they mention outside of their boundaries,
    and so on.
    """
    found: set[str] = set()
    calls = {
        f"{module}:{name}": [
            {meant for one in mentions for meant in meanings(readers, module, one)}
            for mentions in (function.anywhere, function.outside)
        ]
        for module, reader in readers.items()
        for name, function in reader.functions.items()
    }
    next_ones = calls.keys() - {one for anywhere, _ in calls.values() for one in anywhere}
    while next_ones := next_ones - {*found, *BY_ANOTHER_NAME}:
        found |= next_ones
        next_ones = {meant for one in next_ones for meant in calls[one][1]}
    return found


def meanings(readers: dict[str, Reader], module: str, mention: str) -> list[str]:
    """Return the functions that a mention may mean; of a bare name first the module's own."""
    place, dot, name = mention.rpartition(".")
    if dot and not place:
        return [f"{one}:{name}" for one, reader in readers.items() if name in reader.methods]
    if dot:
        homes = [one for one in readers if one.endswith(f"/{place}.py")]
    else:
        homes = [module] if name in readers[module].functions else list(readers)
    return [f"{one}:{name}" for one in homes if name in readers[one].functions]


def function_of(readers: dict[str, Reader], one: str) -> Function:
    module, _, name = one.partition(":")
    return readers[module].functions[name]
