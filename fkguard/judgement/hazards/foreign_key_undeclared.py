"""A foreign key into a declared table, over a column that nothing declares."""

from __future__ import annotations

from django.core import checks

from ...schema import consequences as kinds
from ...schema.catalogue import Catalogue
from ...schema.constraints import ForeignKey
from . import drift
from .base import Case
from .text import operations, sql, wording


class ForeignKeyUndeclared(drift.Drift):
    id = "W711"
    slug = "foreign_key_undeclared"
    title = "A table or column that nothing declares references a declared table."
    kind = kinds.EXTRA
    level = checks.WARNING

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return (
            super().applies(case, catalogue)
            and isinstance(case.constraint, ForeignKey)
            and not _declares_columns(case)
        )

    def message(self, case: Case) -> str:
        foreign_key = case.constraint
        assert isinstance(foreign_key, ForeignKey)
        what = (
            f"the column {drift.table(case)}.{foreign_key.columns[0]}"
            if _declares_table(case) and len(foreign_key.columns) == 1
            else f"{drift.table(case)} ({', '.join(foreign_key.columns)})"
        )
        return (
            f"Nothing declares {what}, which references "
            f"{wording.shown(foreign_key.to_table)}."
        )

    def why(self, case: Case) -> str:
        foreign_key = case.constraint
        assert isinstance(foreign_key, ForeignKey)
        to, table = wording.shown(foreign_key.to_table), drift.table(case)
        if foreign_key.on_delete in {"CASCADE", "SET NULL", "SET DEFAULT"}:
            return (
                f"When Django deletes rows of {to}, the database also changes the rows "
                f"of {table} that reference them (ON DELETE {foreign_key.on_delete}), "
                "and Django does not know."
            )
        return (
            f"Django does not know the rows of {table} that reference {to}, so "
            "deleting such a row fails with IntegrityError."
        )

    def instead(self, case: Case) -> str:
        statement = sql.to_drop(case)
        if not statement:
            return (
                "# Declare it in a model, or drop the table or column if nothing "
                "uses it."
            )
        return operations.lines(
            "-- if nothing uses it, drop the table or column, or only its foreign key:",
            f"{statement};",
        )


def _declares_table(case: Case) -> bool:
    return case.declared is not None and case.declared.name == case.consequence.table


def _declares_columns(case: Case) -> bool:
    if case.declared is None or not _declares_table(case):
        return False
    return all(case.declared.column(each) for each in case.constraint.columns)
