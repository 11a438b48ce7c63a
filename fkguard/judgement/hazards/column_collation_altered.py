"""A column's collation is not the declared one (H20)."""

from __future__ import annotations

from ...schema import consequences as kinds
from . import drift
from .base import Case


class ColumnCollationAltered(drift.Drift):
    id = "E709"
    slug = "column_collation_altered"
    title = "A column does not have the declared collation."
    kind = kinds.COLLATION

    def message(self, case: Case) -> str:
        column = case.constraint.columns[0]
        return (
            f"{drift.table(case)}.{column} has another collation: "
            f"{case.consequence.detail} is there."
        )

    def why(self, case: Case) -> str:
        return (
            "A unique constraint of this column considers other values equal than "
            "declared."
        )

    def instead(self, case: Case) -> str:
        return (
            "# Find duplicates under the declared collation, then alter the\n"
            "# column; fkguard repair does not rewrite columns for a collation."
        )
