"""A referenced column changes its type, and a foreign key is not made again (H12)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import DROPPED
from ...schema.constraints import ForeignKey
from ...schema.events import AlterColumn
from .base import Case, Hazard
from .text import operations, sql, wording


class UnconstrainedForeignKeyDropped(Hazard):
    id = "E202"
    slug = "unconstrained_foreign_key_dropped"
    title = "A change of type drops a foreign key that the state does not declare."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return (
            isinstance(case.event, AlterColumn)
            and isinstance(case.constraint, ForeignKey)
            and case.consequence.kind == DROPPED
            and not case.backend.rebuilds_tables
        )

    def message(self, case: Case) -> str:
        return f"{wording.outcome(case)[:-1]}, and does not recreate it."

    def why(self, case: Case) -> str:
        return (
            "Before a change of type, Django drops every foreign key of the columns "
            "that reference it. Afterwards it only recreates those of relations "
            "without db_constraint=False."
        )

    def instead(self, case: Case) -> str:
        then = operations.after(case)
        drop, add = sql.to_drop(then), sql.to_add(then)
        app_label, model = operations.owner(case)
        hint = ""
        if model:
            field = ", ".join(operations.fields_of(case, case.constraint.columns))
            place = f"{app_label}.{model}" if app_label else model
            hint = f"# or declare it first: db_constraint=True on {place}.{field}"
        if not add:
            return hint
        return operations.lines(
            operations.alter_field(case), operations.run_sql(add, drop), hint
        )
