"""A column goes that views, triggers or foreign keys depend on (H06)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import CASCADES, DANGLING, FAILS
from ...schema.constraints import ForeignKey
from ...schema.events import DropColumn
from .base import Case, Hazard
from .text import operations, wording


class DependentsCascaded(Hazard):
    id = "E106"
    slug = "dependents_cascaded"
    title = "A removed column is used by views, triggers or foreign keys."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        if not isinstance(case.event, DropColumn):
            return False
        if case.consequence.kind == CASCADES or case.consequence.dependents:
            return True
        return (
            isinstance(case.constraint, ForeignKey)
            and case.constraint.to_table == case.event.table
            and case.event.old.column in case.constraint.to_columns
            and case.consequence.kind in wording.LOSSES
        )

    def message(self, case: Case) -> str:
        column, fails = wording.column(case), case.consequence.kind == FAILS
        if case.consequence.dependents:
            what = wording.dependents(case)
            if fails:
                return f"Removing {column} fails: it is used by {what}."
            return f"Removing {column} drops {what} too."
        what = wording.located(case)
        if fails:
            return f"Removing {column} fails: {what} references it."
        if case.consequence.kind == DANGLING:
            return f"Removing {column} breaks {what}, which references it."
        return f"Removing {column} drops {what} too."

    def why(self, case: Case) -> str:
        server = case.server.describe()
        if case.consequence.kind == FAILS:
            return wording.refusal(case)
        if case.consequence.kind == DANGLING:
            if case.backend.finds_tables_late:
                return (
                    f"{server} does not check the foreign key until it is used, and "
                    'then fails with "foreign key mismatch".'
                )
            return (
                f"{server} does not check this while foreign_key_checks is off in this "
                "session."
            )
        return (
            f"Django 5.2 and earlier drop columns with CASCADE, and {server} then "
            "silently drops everything that depends on them."
        )

    def instead(self, case: Case) -> str:
        removal = operations.remove_field(case)
        if case.consequence.dependents:
            after = [
                f"# RunSQL: make {each.name} again without the column"
                for each in case.consequence.dependents
                if each.kind in {"view", "materialized view", "trigger"}
            ]
            return operations.lines(*operations.drop_dependents(case), removal, *after)
        return operations.lines(
            operations.release(case, "to_field another key"), removal
        )
