"""A field stops being unique, and another unique of its column goes too (H14)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import FAILS
from ...schema.constraints import Unique
from ...schema.events import AlterColumn
from .base import Case, Hazard
from .text import operations, wording


class UnattributedUniqueDropped(Hazard):
    id = "E204"
    slug = "unattributed_unique_dropped"
    title = "An alteration drops a unique index that does not belong to the field."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        event, constraint = case.event, case.constraint
        if (
            not isinstance(event, AlterColumn)
            or not isinstance(constraint, Unique)
            or case.consequence.table != event.table
            or case.consequence.kind not in wording.LOSSES
        ):
            return False
        if not case.backend.rebuilds_tables:
            return True
        # Elsewhere in the table it is the rebuild that loses it.
        old, new = event.old, event.new
        return constraint.columns in {(old.column,), (new.column,)} and (
            (old.unique and not new.unique) or (old.db_index and not new.db_index)
        )

    def message(self, case: Case) -> str:
        return f"{wording.outcome(case)[:-1]}, which does not belong to the field."

    def why(self, case: Case) -> str:
        if case.backend.rebuilds_tables:
            return (
                f"{case.server.describe()} requires a rebuild of the table from the "
                "state, which does not declare this unique constraint."
            )
        if case.consequence.kind == FAILS:
            return (
                "Django drops every unique constraint of the column with DROP "
                f"CONSTRAINT, but this one is only an index. {wording.refusal(case)}"
            )
        return (
            "When a field is no longer unique or indexed, Django drops every unique "
            "constraint or index of this single column, except those that the model's "
            "Meta names."
        )

    def instead(self, case: Case) -> str:
        if case.consequence.kind == FAILS:
            return operations.lines(
                operations.run_sql_to_drop(case),
                operations.alter_field(case),
                operations.run_sql_to_add(case),
            )
        constraint = case.constraint
        keep = ""
        if case.model and constraint.name:
            own = operations.fields_of(case, constraint.columns)
            value = (
                f"models.UniqueConstraint(fields={operations.names(own)}, "
                f"name={operations.text(constraint.name)})"
            )
            add = operations.operation(
                "AddConstraint",
                model_name=operations.text(case.model),
                constraint=value,
            )
            keep = operations.lines("# to keep it, after the alteration:", add)
        return operations.lines(
            "# to drop it, before the alteration:",
            operations.run_sql_to_drop(case),
            keep,
        )
