"""SQLite's table is rebuilt from the state, less what the state lacks (H40)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import CHANGED, DROPPED, SHRUNK
from ...schema.constraints import ForeignKey
from .base import Case, Hazard
from .text import operations, sql, wording


class TableRebuilt(Hazard):
    id = "E401"
    slug = "table_rebuilt"
    title = "A rebuild of the table loses what the state does not declare (SQLite)."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.backend.rebuilds_tables and case.consequence.kind in {
            DROPPED,
            CHANGED,
            SHRUNK,
        }

    def message(self, case: Case) -> str:
        doing = wording.subject(case.event)
        table = wording.shown(case.consequence.table)
        old, new = case.constraint, case.consequence.becomes
        what = wording.label(old)
        if isinstance(old, ForeignKey) and isinstance(new, ForeignKey):
            lost = wording.lost_actions(old, new)
            how = f"without {lost}" if lost else f"as {new.describe()}"
            return f"{doing} rebuilds {table}, which recreates {what} {how}."
        return f"{doing} rebuilds {table}, which loses {what}."

    def why(self, case: Case) -> str:
        return (
            f"{case.server.describe()} cannot make this change in place, so Django "
            "creates a new table from the state and copies the rows. The state does "
            "not declare the constraint that is lost."
        )

    def instead(self, case: Case) -> str:
        add = sql.to_add(case)
        if add:
            return operations.lines(
                "# after the operation:",
                operations.run_sql(add, sql.to_drop(case)),
            )
        if isinstance(case.constraint, ForeignKey):
            return (
                "# Declare the action in the field: Django 6.1 has DB_CASCADE,\n"
                "# DB_SET_NULL and DB_SET_DEFAULT. Before, it declares none."
            )
        return (
            f"# Declare {wording.label(case.constraint)} in the model's Meta, with\n"
            "# SeparateDatabaseAndState(state_operations=[...]) before this operation."
        )
