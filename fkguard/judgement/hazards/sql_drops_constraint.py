"""Raw SQL takes a constraint away by its name."""

from __future__ import annotations

from django.core import checks

from ...schema.catalogue import Catalogue
from ...schema.consequences import SQL_DROPS
from .base import Case, Hazard
from .text import operations, wording


class SqlDropsConstraint(Hazard):
    id = "W231"
    slug = "sql_drops_constraint"
    title = "Raw SQL drops a constraint."
    level = checks.WARNING
    refused_in = frozenset()

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == SQL_DROPS

    def message(self, case: Case) -> str:
        table = wording.shown(case.consequence.table)
        of = f" of {table}" if table else ""
        return f"This SQL drops {wording.label(case.constraint)}{of}."

    def why(self, case: Case) -> str:
        if case.is_known:
            return (
                "The state still declares it: makemigrations reports nothing, and a "
                "database that is created from the models has it."
            )
        return (
            "The state does not declare it, so neither a test database nor a later "
            "migration recreates it."
        )

    def instead(self, case: Case) -> str:
        if case.is_known:
            return operations.lines(
                "# use Django's operation instead of the SQL, or in",
                "# RunSQL(..., state_operations=[...])",
            )
        return operations.acknowledgement(case, self.id)
