"""Showing what the books refuse at the field it concerns."""

from collections.abc import Mapping

from django.forms import Form

from tallystick.books.errors import InvalidRecord


def show_problems(
    form: Form, refused: InvalidRecord, *, lines: Mapping[int, Form] | None = None
) -> None:
    """Put each problem at its field; `lines` are the forms of the lines, counted from 1."""
    for problem in refused.problems:
        place = (lines or {}).get(problem.line or 0, form)
        if problem.field in place.fields:
            place.add_error(problem.field, problem.message)
        else:
            said = problem.message if problem.line is None else str(problem)
            form.add_error(None, said[:1].upper() + said[1:])


def show_column_problems(form: Form, refused: InvalidRecord) -> None:
    """Put each problem of a column mapping at the select of its column, or at its name."""
    for problem in refused.problems:
        field = f"column-{problem.field}"
        form.add_error(field if field in form.fields else problem.field, problem.message)
