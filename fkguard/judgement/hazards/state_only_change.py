"""The state changes, and the database does not follow (H45)."""

from __future__ import annotations

from django.core import checks

from ...schema.catalogue import Catalogue
from ...schema.consequences import STATE_ONLY
from .base import Case, Hazard
from .text import wording


class StateOnlyChange(Hazard):
    id = "W502"
    slug = "state_only_change"
    title = "The state declares a constraint that no operation creates."
    level = checks.WARNING
    refused_in = frozenset()

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == STATE_ONLY

    def message(self, case: Case) -> str:
        table = wording.shown(case.consequence.table)
        if not case.members and not case.constraint.name:
            return f"The state declares the table {table}, but no operation creates it."
        return (
            f"The state declares {wording.label(case.constraint)} of {table}, but no "
            "operation creates it."
        )

    def why(self, case: Case) -> str:
        return (
            "The operation changes the migration state but not the database. From then "
            "on, makemigrations reports nothing, since the state and the models "
            "agree."
        )

    def instead(self, case: Case) -> str:
        return (
            "# The same operations in database_operations=[...], or SQL that creates "
            "it\n"
            "# there; if it already exists in the database, acknowledge this."
        )
