"""Every refusal has a base, a code of its own and says what to do; the sources are read for it."""

import ast
import importlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import tallystick
from tallystick.act_refused import ActRefused

SOURCE = Path(tallystick.__file__).parent


def refusals() -> list[type[ActRefused]]:
    """Return every class of refusal in the product."""
    for file in sorted(SOURCE.rglob("*.py")):
        if "ActRefused" in file.read_text(encoding="utf-8"):
            parts = file.relative_to(SOURCE.parent).with_suffix("").parts
            importlib.import_module(".".join(parts))
    return list(below(ActRefused))


def below(base: type[ActRefused]) -> Iterator[type[ActRefused]]:
    for one in base.__subclasses__():
        yield one
        yield from below(one)


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Yield every place where one is raised with words, and where that is."""
    names = {one.__name__ for one in refusals()}
    for file in sorted(SOURCE.rglob("*.py")):
        if "xero" in file.relative_to(SOURCE).parts:
            continue  # Its errors are about calls, and bear some of the same names.
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            raised = node.exc if isinstance(node, ast.Raise) else None
            if isinstance(raised, ast.Call) and getattr(raised.func, "id", "") in names:
                yield f"{file.relative_to(SOURCE)}:{node.lineno}", raised


def test_every_refusal_that_is_raised_has_a_code_of_its_own():
    codes = Counter(one.__dict__["code"] for one in refusals() if "code" in one.__dict__)

    assert len(codes) > 10
    assert [code for code, count in codes.items() if count > 1] == []
    assert [one.__name__ for one in refusals() if not hasattr(one, "code")] == ["BooksError"]


def test_every_refusal_says_what_to_do():
    own_words = {one.__name__ for one in refusals() if "__init__" in one.__dict__}
    silent = [
        place
        for place, call in calls()
        if getattr(call.func, "id", "") not in own_words - {"UnknownFormat", "PolicyRefused"}
        if not any(word.arg == "remedy" for word in call.keywords)
    ]

    # What Django says of a value that cannot be used says what to enter.
    assert {place.partition(":")[0] for place in silent} <= {"workspaces/services.py"}


def test_the_text_is_what_happened_and_what_to_do():
    class NotDone(ActRefused):
        code = "not_done_in_a_test"

    assert str(NotDone("It was not done.", remedy="Do it.")) == "It was not done. Do it."
    assert str(NotDone(remedy="Do it.")) == "Do it."
    kept = NotDone.of_text("It was not done. Do it. Or leave it.")
    assert (kept.message, kept.remedy) == ("It was not done.", "Do it. Or leave it.")
