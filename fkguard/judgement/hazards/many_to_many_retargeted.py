"""Rows of a join table lose what they reference, or go themselves (H17)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import JOIN_DROPPED, RETARGETED
from ...schema.constraints import ForeignKey
from ...schema.events import AlterColumn, DropTable
from .base import Case, Hazard
from .text import operations, wording


class ManyToManyRetargeted(Hazard):
    id = "E207"
    slug = "many_to_many_retargeted"
    title = "A relation is changed to another model while it has rows."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        # Without rows there is nothing to lose. Where nobody counted them (-1), a
        # join table is taken to have some.
        kind = case.consequence.kind
        return (kind == JOIN_DROPPED and case.rows != 0) or (
            kind == RETARGETED and case.rows > 0
        )

    def is_refused(self, case: Case, mode: str) -> bool:
        # No constraint is lost with a join table that is recreated: rows are.
        if case.consequence.kind == JOIN_DROPPED:
            return mode == "strict"
        return super().is_refused(case, mode)

    def message(self, case: Case) -> str:
        table = wording.shown(case.event.table)
        if case.consequence.kind == JOIN_DROPPED:
            rows = wording.counted(case.rows, "row", "rows")
            whose = f"its {rows}" if case.rows > 0 else "all its rows"
            field = getattr(case.event, "joins", "") or table
            return (
                f"Removing and adding {field} drops the join table {table} and {whose}."
            )
        assert isinstance(case.constraint, ForeignKey)
        rows = wording.counted(case.rows, "row references", "rows reference")
        to = wording.shown(case.constraint.to_table)
        return (
            f"Pointing {wording.column(case)} at {to} fails: {rows} nothing there"
            f"{_sample(case)}."
        )

    def why(self, case: Case) -> str:
        if case.consequence.kind == JOIN_DROPPED:
            return (
                "Django creates the new join table empty. Since Django 6.1, "
                "makemigrations writes RemoveField and AddField if a many-to-many "
                "field references another model."
            )
        server = case.server.describe()
        if not case.backend.can_rollback_ddl:
            return (
                f"{server} refuses the new foreign key with error 1452, and cannot "
                "roll back: the column has been renamed and has no foreign key."
            )
        return (
            f"{server} refuses the new foreign key; only an atomic migration is "
            "rolled back."
        )

    def instead(self, case: Case) -> str:
        event = case.event
        if isinstance(event, DropTable):
            *_, model, field = event.joins.split(".") if event.joins else ("", "")
            return operations.lines(
                "# AddField: a second many-to-many field, to the other model",
                f"# RunPython: copy what of {model}.{field} has a counterpart there",
                operations.drop_table(case),
                "# RenameField: the second field to the name of the first",
            )
        assert isinstance(event, AlterColumn)
        return operations.lines(
            "# RunPython, in a migration before this one: for each row of",
            f"# {wording.shown(event.table)}, delete it or move it to a key that",
            f"# {_to(case)} has",
        )


def _to(case: Case) -> str:
    assert isinstance(case.constraint, ForeignKey)
    return wording.shown(case.constraint.to_table)


def _sample(case: Case) -> str:
    return f" ({', '.join(case.sample)})" if case.sample else ""
