"""The state no longer declares a foreign key that the database keeps."""

from __future__ import annotations

from django.core import checks

from ...schema.catalogue import Catalogue
from ...schema.consequences import LEFT_BEHIND
from ...schema.constraints import ForeignKey
from .base import Case, Hazard
from .text import operations, sql, wording


class ForeignKeyLeftBehind(Hazard):
    id = "W503"
    slug = "foreign_key_left_behind"
    title = "The state no longer declares a foreign key that no operation drops."
    level = checks.WARNING
    refused_in = frozenset()

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == LEFT_BEHIND

    def message(self, case: Case) -> str:
        return (
            f"The state no longer declares {wording.label(case.constraint)} of "
            f"{wording.shown(case.consequence.table)}, but no operation drops it."
        )

    def why(self, case: Case) -> str:
        foreign_key = case.constraint
        assert isinstance(foreign_key, ForeignKey)
        table = wording.shown(case.consequence.table)
        to = wording.shown(foreign_key.to_table)
        return (
            f"From then on Django does not know the rows of {table} that reference "
            f"{to}, so deleting such a row of {to} fails with IntegrityError."
        )

    def instead(self, case: Case) -> str:
        model, _, field = case.consequence.detail.partition(".")
        drop = sql.to_drop(case)
        if not field:
            return operations.lines(
                "# before this operation, drop the foreign key of the join table:",
                operations.run_sql(drop) if drop else "# SQL that drops it",
            )
        return operations.lines(
            "# before this operation; it drops the foreign key and keeps the column:",
            f'migrations.AlterField("{model}", "{field}", '
            "models.ForeignKey(..., db_constraint=False)),",
        )
