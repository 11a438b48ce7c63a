"""A column of a constraint goes that no migration knows of (H02)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import FAILS, SHRUNK
from ...schema.events import DropColumn
from .base import Case, Hazard
from .text import operations, wording


class UnknownUniqueDropped(Hazard):
    id = "E102"
    slug = "unknown_unique_dropped"
    title = "A removed column is used by a constraint that no migration declares."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return (
            isinstance(case.event, DropColumn)
            and not case.is_known
            and case.consequence.table == case.event.table
            and case.event.old.column in case.constraint.uses
            and case.consequence.kind in wording.LOSSES
        )

    def message(self, case: Case) -> str:
        return (
            f"{wording.outcome(case)[:-1]}, which the migration state does not declare."
        )

    def why(self, case: Case) -> str:
        server, kind = case.server.describe(), case.consequence.kind
        origin = "It was created manually or with SQL."
        if kind == FAILS:
            return f"{origin} {wording.refusal(case)}"
        if kind == SHRUNK:
            return f"{origin} {server} silently removes the column from the key."
        return f"{origin} {server} silently drops it with the column."

    def instead(self, case: Case) -> str:
        return operations.lines(
            operations.run_sql_to_drop(case), operations.remove_field(case)
        )
