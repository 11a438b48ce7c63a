"""A table goes that a foreign key references, and the server minds (H09)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import DANGLING, FAILS
from ...schema.constraints import ForeignKey
from ...schema.events import DropTable
from .base import Case, Hazard
from .text import operations, wording


class ReferencedTableRefused(Hazard):
    id = "E109"
    slug = "referenced_table_refused"
    title = "A referenced table is dropped (MySQL, MariaDB)."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        kind = case.consequence.kind
        return (
            isinstance(case.event, DropTable)
            and isinstance(case.constraint, ForeignKey)
            and (
                kind == FAILS
                or (kind == DANGLING and not case.backend.finds_tables_late)
            )
        )

    def message(self, case: Case) -> str:
        table, what = wording.shown(case.event.table), wording.located(case)
        if case.consequence.kind == FAILS:
            return f"Dropping {table} fails: {what} references it."
        return f"Dropping {table} leaves {what} without the table it references."

    def why(self, case: Case) -> str:
        if case.consequence.kind == FAILS:
            return wording.refusal(case)
        server = case.server.describe()
        more = (
            ""
            if case.backend.checks_tables_created_later
            else " A table that is created later with this name is accepted, whatever "
            "the type of its key."
        )
        return (
            f"{server} does not check this while foreign_key_checks is off in this "
            f"session.{more}"
        )

    def instead(self, case: Case) -> str:
        return operations.lines(operations.release(case), operations.drop_table(case))
