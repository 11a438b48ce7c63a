"""A table goes that a foreign key references, and SQLite lets it (H10)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import DANGLING
from ...schema.constraints import ForeignKey
from ...schema.events import DropTable
from .base import Case, Hazard
from .text import operations, wording


class ReferencedTableDangling(Hazard):
    id = "E110"
    slug = "referenced_table_dangling"
    title = "A referenced table is dropped (SQLite)."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return (
            isinstance(case.event, DropTable)
            and isinstance(case.constraint, ForeignKey)
            and case.consequence.kind == DANGLING
        )

    def message(self, case: Case) -> str:
        table, what = wording.shown(case.event.table), wording.located(case)
        return f"Dropping {table} leaves {what} without the table it references."

    def why(self, case: Case) -> str:
        table = wording.shown(case.event.table)
        return (
            "Django's schema editor turns foreign key checks off on "
            f"{case.server.describe()}, so the table is dropped. The next INSERT into "
            f'{wording.shown(case.consequence.table)} says "no such table: {table}".'
        )

    def instead(self, case: Case) -> str:
        return operations.lines(operations.release(case), operations.drop_table(case))
