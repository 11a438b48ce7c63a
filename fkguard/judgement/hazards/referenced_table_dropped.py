"""A table goes with CASCADE, and what references it is cut off (H08)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import CASCADES, DROPPED
from ...schema.constraints import ForeignKey
from ...schema.events import DropTable
from .base import Case, Hazard
from .text import operations, wording


class ReferencedTableDropped(Hazard):
    id = "E108"
    slug = "referenced_table_dropped"
    title = "A table is dropped together with the foreign keys and views that use it."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return isinstance(case.event, DropTable) and (
            case.consequence.kind == CASCADES
            or (
                isinstance(case.constraint, ForeignKey)
                and case.consequence.kind == DROPPED
            )
        )

    def message(self, case: Case) -> str:
        table = wording.shown(case.event.table)
        if case.consequence.dependents:
            return f"Dropping {table} drops {wording.dependents(case)} too."
        return f"Dropping {table} drops {wording.located(case)} too."

    def why(self, case: Case) -> str:
        server = case.server.describe()
        if case.consequence.dependents:
            return (
                f"Django drops tables with CASCADE, and {server} then drops every "
                f"{wording.kinds_of_dependents(case)} that depends on them."
            )
        return (
            f"Django drops tables with CASCADE, and {server} then drops the foreign "
            "keys that reference them: the referencing columns remain, and accept any "
            "value."
        )

    def instead(self, case: Case) -> str:
        if case.consequence.dependents:
            return operations.lines(
                *operations.drop_dependents(case), operations.drop_table(case)
            )
        return operations.lines(operations.release(case), operations.drop_table(case))
