"""A check constraint is created over rows that break it."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import BROKEN
from ...schema.constraints import Check
from ...schema.events import AddConstraint, AlterColumn
from .base import Case, Hazard
from .text import operations, sql, wording


class RowsBreakingCheck(Hazard):
    id = "E318"
    slug = "rows_breaking_check"
    title = "A check constraint is created over rows that break it."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == BROKEN and case.rows > 0

    def message(self, case: Case) -> str:
        verb = "breaks" if case.rows == 1 else "break"
        what = (
            "it"
            if isinstance(case.event, AddConstraint)
            else f"CHECK ({_expression(case)})"
        )
        return (
            f"{wording.subject(case.event)} fails: {wording.rows(case)} {verb} "
            f"{what}{wording.sample(case)}."
        )

    def why(self, case: Case) -> str:
        return wording.refusal(case)

    def instead(self, case: Case) -> str:
        builder = sql.statements_of(case)
        table = builder.quote(case.consequence.table)
        return operations.lines(
            "# In a migration before this one: change or delete these rows, with",
            "# RunPython or RunSQL.",
            f"# SELECT * FROM {table} WHERE {builder.fails(_expression(case))}",
        )


def _expression(case: Case) -> str:
    """Return the condition in the server's SQL."""
    check, event = case.constraint, case.event
    if isinstance(event, AddConstraint):
        check = event.in_sql() or check
    assert isinstance(check, Check)
    if isinstance(event, AlterColumn):
        return check.expression.replace("__column__", event.old.column)
    return check.expression
