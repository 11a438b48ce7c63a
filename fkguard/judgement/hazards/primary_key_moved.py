"""The primary key goes while foreign keys reference it (H07)."""

from __future__ import annotations

from ...schema.catalogue import Catalogue
from ...schema.consequences import DANGLING, FAILS
from ...schema.constraints import ForeignKey
from ...schema.events import DropColumn
from .base import Case, Hazard
from .text import operations, wording


class PrimaryKeyMoved(Hazard):
    id = "E107"
    slug = "primary_key_moved"
    title = "The primary key is removed while foreign keys reference it."

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return (
            isinstance(case.event, DropColumn)
            and case.event.old.primary_key
            and isinstance(case.constraint, ForeignKey)
            and case.constraint.to_table == case.event.table
            and case.event.old.column in case.constraint.to_columns
            and case.consequence.kind in wording.LOSSES
        )

    def message(self, case: Case) -> str:
        column = wording.column(case)
        what = wording.located(case)
        if case.consequence.kind == FAILS:
            return f"Removing the primary key {column} fails: {what} references it."
        if case.consequence.kind == DANGLING:
            return f"Removing the primary key {column} breaks {what}."
        return f"Removing the primary key {column} drops {what}."

    def why(self, case: Case) -> str:
        server = case.server.describe()
        if case.consequence.kind == FAILS:
            return wording.refusal(case)
        if case.consequence.kind == DANGLING:
            if case.backend.finds_tables_late:
                return (
                    f"{server} does not check the foreign key until it is used, and "
                    'then fails with "foreign key mismatch".'
                )
            return (
                f"{server} does not check this while foreign_key_checks is off in this "
                "session."
            )
        return (
            f"Django up to 5.2 drops columns with CASCADE, so {server} drops what "
            "references them, and nothing creates these foreign keys for the new key."
        )

    def instead(self, case: Case) -> str:
        assert isinstance(case.event, DropColumn)
        assert isinstance(case.constraint, ForeignKey)
        app_label, model = operations.owner(case)
        columns = ", ".join(operations.fields_of(case, case.constraint.columns))
        shown = wording.shown(case.consequence.table)
        if not model and not case.is_known:
            return operations.lines(
                f"# No model stands for {shown}: move its foreign key to the new key",
                "# first, or drop it:",
                operations.run_sql_to_drop(case),
                operations.remove_field(case),
                "# then AlterField(primary_key=True), and a foreign key to it.",
            )
        place = f"{app_label}.{model}".strip(".") if model else shown
        field = case.event.old.field
        owner = case.model or wording.shown(case.event.table)
        return operations.lines(
            f"# 1. AddField: a plain column on {place}, of the new key's type",
            f"# 2. RunPython: fill it from the {owner} that {columns} references",
            f"# 3. RemoveField: {place}.{columns}, then {owner}.{field};",
            "#    AlterField: primary_key=True on the new key",
            "# 4. AlterField: the plain column becomes a ForeignKey",
        )
