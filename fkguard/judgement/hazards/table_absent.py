"""A table or column that is on record as made is not there (H45)."""

from __future__ import annotations

from ...schema import consequences as kinds
from . import drift
from .base import Case


class TableAbsent(drift.Drift):
    id = "E701"
    slug = "table_absent"
    title = "A declared table or column is missing."
    kind = kinds.ABSENT

    def message(self, case: Case) -> str:
        if columns := case.constraint.columns:
            return (
                f"{drift.table(case)} has no column {columns[0]}{drift.declared(case)}."
            )
        return f"The table {drift.table(case)} is missing{drift.declared(case)}."

    def why(self, case: Case) -> str:
        return (
            "The migration that creates it is recorded as applied: it was faked, the "
            "schema was restored from another database, it was dropped manually, or a "
            "later migration failed halfway."
        )

    def instead(self, case: Case) -> str:
        return (
            "# Restore it from a backup, or create it with the statements of\n"
            "# python manage.py sqlmigrate, before fkguard repair."
        )
