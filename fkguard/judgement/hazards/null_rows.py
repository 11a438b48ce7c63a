"""A column becomes NOT NULL over rows that have no value in it."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import NULLS
from ...schema.events import AddColumn
from .base import Case, Hazard
from .text import operations, sql, wording


class NullRows(Hazard):
    id = "E317"
    slug = "null_rows"
    title = "A column becomes NOT NULL over rows that have no value in it."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == NULLS and case.rows > 0

    def message(self, case: Case) -> str:
        if isinstance(case.event, AddColumn):
            verb = "has" if case.rows == 1 else "have"
            return (
                f"{wording.subject(case.event)} fails: it is NOT NULL and has no "
                f"default, and {wording.rows(case)} of the table {verb} no value for "
                "it."
            )
        verb = "has" if case.rows == 1 else "have"
        return (
            f"Altering {wording.column(case)} to NOT NULL fails: {wording.rows(case)} "
            f"{verb} NULL there{wording.sample(case)}."
        )

    def why(self, case: Case) -> str:
        if isinstance(case.event, AddColumn):
            return wording.refusal(case)
        return (
            f"{wording.refusal(case)} Django fills in a default only where the field "
            "has one."
        )

    def instead(self, case: Case) -> str:
        if isinstance(case.event, AddColumn):
            return operations.lines(
                "# One of these. In the AddField, a default for the rows:",
                "# the field with default=..., and preserve_default=False",
                "# Or in three steps:",
                "# AddField: the field with null=True",
                "# RunPython: give each row a value",
                "# AlterField: the field without null=True",
            )
        builder, table = sql.statements_of(case), case.consequence.table
        column = case.constraint.columns[0]
        update = (
            f"UPDATE {builder.quote(table)} SET {builder.name(column)} = ... "
            f"WHERE {builder.is_null(column)}"
        )
        return operations.lines(
            "# One of these. In a migration before this one, give the rows a value:",
            operations.run_sql(update),
            "# Or in the AlterField, a default for them:",
            "# the field with default=..., and preserve_default=False",
        )
