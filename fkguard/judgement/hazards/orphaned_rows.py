"""A foreign key is made over rows that reference nothing (H37, H41)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import OVER_ROWS, TABLE_MISSING
from ...schema.constraints import ForeignKey
from ...schema.events import AddColumn, AlterColumn
from .base import Case, Hazard
from .text import operations, sql, wording


class OrphanedRows(Hazard):
    id = "E312"
    slug = "orphaned_rows"
    title = "Existing rows violate a new foreign key."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == OVER_ROWS and case.rows > 0

    def message(self, case: Case) -> str:
        event, foreign_key = case.event, _foreign_key(case)
        to = f"{wording.shown(foreign_key.to_table)}.{foreign_key.to_columns[0]}"
        table = wording.shown(case.consequence.table)
        column = f"{table}.{foreign_key.columns[0]}"
        if isinstance(event, AddColumn):
            rows = wording.counted(case.rows, "row", "rows")
            return (
                f"Adding {column} fails: {rows} of {table} would get its default "
                f"{event.new.default!r}, which {to} does not have."
            )
        sample = f": {', '.join(case.sample)}" if case.sample else ""
        if (declared := _declared_instead(case)) is not None:
            rows = wording.counted(case.rows, "row is", "rows are")
            return (
                f"{column} references {to} where {case.owner or 'the state'} declares "
                f"{wording.shown(declared.to_table)}.{declared.to_columns[0]} "
                f"(fkguard.E705), and {rows} not there{sample}."
            )
        if not isinstance(event, AlterColumn):
            rows = wording.counted(case.rows, "row has", "rows have")
            return f"{rows} a {column} that {to} does not have{sample}."
        rows = wording.counted(case.rows, "row references", "rows reference")
        return (
            f"The foreign key of {column} to {to} fails: {rows} nothing there{sample}."
        )

    def why(self, case: Case) -> str:
        server = case.server.describe()
        if case.backend.finds_tables_late:
            return (
                f"On {server}, Django checks the foreign keys of every table at the "
                "end of each migration, and names one row."
            )
        if case.backend.can_rollback_ddl:
            return (
                f"{server} checks every row and names one of them; only an atomic "
                "migration is rolled back."
            )
        text = (
            f"{server} checks every row, refuses with error 1452 without naming a row, "
            "and cannot roll back the earlier operations of the migration."
        )
        event = case.event
        if isinstance(event, AlterColumn) and event.old.enforces_reference:
            text += (
                " Django has already dropped the foreign key by then, so that the next "
                "migrate succeeds without it."
            )
        return text

    def instead(self, case: Case) -> str:
        event, foreign_key = case.event, _foreign_key(case)
        if isinstance(event, AddColumn):
            to = wording.shown(foreign_key.to_table)
            return operations.lines(
                f"# AddField: the field with null=True, or with a key that {to} has",
                f"# RunPython: give each row a key of {to}",
                "# AlterField: the field without null=True",
            )
        if _declared_instead(case) is not None:
            return (
                "# The rows are correct: the foreign key references the wrong table.\n"
                "# python manage.py fkguard repair"
            )
        if case.consequence.detail == TABLE_MISSING:
            to = wording.shown(foreign_key.to_table)
            return operations.lines(
                f"# {to} does not exist, so that no row can reference it.",
                "# Restore that table, or find its new name:",
                "# python manage.py fkguard verify",
            )
        return operations.lines(
            "# One of these, in a migration before this one.",
            "# Delete the rows:",
            operations.run_sql(sql.to_delete_orphans(case)),
            "# Keep them, without a reference:",
            (
                ""
                if event_is_null(case)
                else "# (the column must allow NULL: null=True first)"
            ),
            operations.run_sql(sql.to_release_orphans(case)),
            "# Create the missing rows, with all columns that they need:",
            operations.run_sql(sql.to_insert_referenced(case)),
        )


def event_is_null(case: Case) -> bool:
    """Say whether the referencing column allows NULL before and after the event."""
    event = case.event
    return isinstance(event, AlterColumn) and event.old.null and event.new.null


def _declared_instead(case: Case) -> ForeignKey | None:
    """Return the foreign key that the state declares in the place of this one."""
    declared = case.consequence.becomes
    return declared if isinstance(declared, ForeignKey) else None


def _foreign_key(case: Case) -> ForeignKey:
    assert isinstance(case.constraint, ForeignKey)
    return case.constraint
