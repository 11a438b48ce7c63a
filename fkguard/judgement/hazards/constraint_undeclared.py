"""A constraint that neither models nor migrations declare (H02)."""

from __future__ import annotations

from django.core import checks

from ...schema import consequences as kinds
from . import drift
from .base import Case
from .text import wording


class ConstraintUndeclared(drift.Drift):
    id = "W710"
    slug = "constraint_undeclared"
    title = "The database has a constraint that no migration or model declares."
    kind = kinds.EXTRA
    level = checks.WARNING

    def message(self, case: Case) -> str:
        what = wording.label(case.constraint)
        return f"Nothing declares {what} of {drift.table(case)}."

    def why(self, case: Case) -> str:
        return (
            "Django does not restore it when it recreates the table or the column, and "
            "a new database does not have it."
        )

    def instead(self, case: Case) -> str:
        return (
            "# Declare it in the model, with SeparateDatabaseAndState(\n"
            "# state_operations=[...]), or drop it. fkguard\n"
            "# never drops constraints that it did not create."
        )
