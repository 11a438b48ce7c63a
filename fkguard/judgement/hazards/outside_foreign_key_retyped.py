"""A column changes its type under a foreign key that Django does not drop (H13)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import FAILS
from ...schema.constraints import ForeignKey
from ...schema.events import AlterColumn
from .base import Case, Hazard
from .text import operations, wording


class OutsideForeignKeyRetyped(Hazard):
    id = "E203"
    slug = "outside_foreign_key_retyped"
    title = "A column referenced by an undeclared foreign key changes its type."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return (
            isinstance(case.event, AlterColumn)
            and isinstance(case.constraint, ForeignKey)
            and case.consequence.kind == FAILS
        )

    def message(self, case: Case) -> str:
        event = case.event
        assert isinstance(event, AlterColumn)
        to = f" to {event.new.type}" if event.type_changes and event.new.type else ""
        what = wording.located(case)
        return f"Altering {wording.column(case)}{to} fails because of {what}."

    def why(self, case: Case) -> str:
        return (
            f"{wording.refusal(case)} Django only drops and recreates the foreign keys "
            "that the state declares."
        )

    def instead(self, case: Case) -> str:
        constraint = case.constraint
        assert isinstance(constraint, ForeignKey)
        event = case.event
        assert isinstance(event, AlterColumn)
        other = (
            f"{wording.shown(constraint.to_table)}.{', '.join(constraint.to_columns)}"
            if case.consequence.table == event.table
            and event.old.column in constraint.columns
            else f"{wording.shown(case.consequence.table)}."
            f"{', '.join(constraint.columns)}"
        )
        return operations.lines(
            operations.run_sql_to_drop(case),
            operations.alter_field(case),
            f"# RunSQL: give {other} the same type",
            operations.run_sql_to_add(operations.after(case)),
        )
