"""A column changes its type under a view or a generated column (PostgreSQL)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import FAILS
from ...schema.events import AlterColumn
from .base import Case, Hazard
from .text import operations, wording


class TypeHeld(Hazard):
    id = "E320"
    slug = "type_held"
    title = "A column changes its type under a view or a generated column (PostgreSQL)."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return (
            isinstance(case.event, AlterColumn)
            and case.consequence.kind == FAILS
            and bool(case.consequence.dependents)
        )

    def message(self, case: Case) -> str:
        event = case.event
        assert isinstance(event, AlterColumn)
        return (
            f"Altering {wording.column(case)} from {event.old.type} to "
            f"{event.new.type} fails: it is used by {wording.dependents(case)}."
        )

    def why(self, case: Case) -> str:
        return wording.refusal(case)

    def instead(self, case: Case) -> str:
        return operations.lines(
            "# before this operation:",
            *operations.drop_dependents(case),
            "# after it: create them again",
        )
