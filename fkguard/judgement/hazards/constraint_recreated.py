"""A rebuild of the table creates a unique that the table does not have (SQLite)."""

from __future__ import annotations

from django.core import checks

from ...schema.catalogue import Catalogue
from ...schema.consequences import RECREATED
from .base import Case, Hazard
from .text import wording


class ConstraintRecreated(Hazard):
    id = "W402"
    slug = "constraint_recreated"
    title = (
        "A rebuild of the table creates a constraint that it does not have (SQLite)."
    )
    level = checks.WARNING
    refused_in = frozenset()

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == RECREATED

    def message(self, case: Case) -> str:
        table = wording.shown(case.consequence.table)
        return (
            f"{wording.subject(case.event)} rebuilds {table} and creates "
            f"{wording.label(case.constraint)}, which the table does not have now."
        )

    def why(self, case: Case) -> str:
        return (
            f"{case.server.describe()} cannot make this change in place, so Django "
            "creates a new table from the state, which declares the constraint. Code "
            "that relies on its absence fails from then on."
        )

    def instead(self, case: Case) -> str:
        return (
            "# If the constraint is not wanted, remove it from the state before this\n"
            "# operation: SeparateDatabaseAndState(state_operations=[...])."
        )
