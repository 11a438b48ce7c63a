"""The two ends of a foreign key are of different widths from now on (H13)."""

from __future__ import annotations

from django.core import checks

from ...schema.catalogue import Catalogue
from ...schema.consequences import MISMATCHED
from ...schema.constraints import ForeignKey
from ...schema.events import AlterColumn
from .base import Case, Hazard
from .text import operations, sql, wording


class ForeignKeyMismatched(Hazard):
    id = "W203"
    slug = "foreign_key_mismatched"
    title = "A referenced column becomes wider than the column that references it."
    level = checks.WARNING
    refused_in = frozenset()

    def applies(self, case: Case, catalogue: Catalogue) -> bool:
        return case.consequence.kind == MISMATCHED

    def message(self, case: Case) -> str:
        constraint = case.constraint
        assert isinstance(constraint, ForeignKey)
        columns = ", ".join(constraint.columns)
        table = wording.shown(case.consequence.table)
        becomes = ""
        if isinstance(case.event, AlterColumn):
            new = f"{wording.shown(case.event.table)}.{case.event.new.column}"
            becomes = f" references {new}, which becomes {case.event.new.type}"
        return f"{table}.{columns}{becomes}, and keeps its own type."

    def why(self, case: Case) -> str:
        return (
            f"{case.server.describe()} allows a foreign key between integers of "
            "different widths. Writing the first key that does not fit into the "
            "narrower column fails."
        )

    def instead(self, case: Case) -> str:
        event, constraint = case.event, case.constraint
        assert isinstance(event, AlterColumn)
        _, model = operations.owner(case)
        if model:
            field = ", ".join(operations.fields_of(case, constraint.columns))
            return operations.lines(
                operations.alter_field(case),
                f"# AlterField: give {model}.{field} the same type",
            )
        table = sql.quoted(case, case.consequence.table)
        retype = ", ".join(
            f"ALTER COLUMN {sql.quoted(case, name)} TYPE {_bare(event.new.type)}"
            for name in constraint.columns
        )
        return operations.lines(
            operations.alter_field(case),
            operations.run_sql(f"ALTER TABLE {table} {retype}"),
        )


def _bare(type_: str | None) -> str:
    """Return a column's type without what makes it count by itself."""
    bare = (type_ or "").split()[0] if type_ else "bigint"
    return {"serial": "integer", "bigserial": "bigint", "smallserial": "smallint"}.get(
        bare, bare
    )
