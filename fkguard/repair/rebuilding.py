"""SQLite: a table is built again, once for all that it lacks."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

from .. import compat
from ..backends import backend_for
from ..schema import consequences as kinds
from ..schema.catalogue import Table
from ..schema.constraints import Constraint, Trigger, Unique
from ..schema.matching import find
from ..verify import Verification
from ..verify.expected import Promise
from .rows import Rows
from .steps import RepairStep, shown


class Rebuilds:
    """Plans the rebuilds of one database."""

    def __init__(
        self, connection: BaseDatabaseWrapper, report: Verification, rows: Rows
    ) -> None:
        self.connection = connection
        self.report = report
        self.rows = rows
        self.statements = backend_for(connection).statements
        self.repairs = backend_for(connection).repairs
        self.promises = {p.table.name: p for p in report.expected.promises}
        self.rebuilt: dict[str, RepairStep] = {}

    @property
    def steps(self) -> list[RepairStep]:
        return list(self.rebuilt.values())

    def rebuild(self, table: Table, wanted: Constraint) -> str:
        """Build a table again from the state, once for all that it lacks."""
        promise = self.promises[table.name]
        columns = {c.name.lower() for c in table.columns}
        if absent := [
            c.name for c in promise.table.columns if c.name.lower() not in columns
        ]:
            return f"the table has to be built again and lacks {', '.join(absent)}"
        if inside := [
            each for each in self._undeclared(table) if not stands_beside(each)
        ]:
            return (
                "the table has to be built again, which would lose "
                f"{inside[0].describe()}, which nothing declares"
            )
        step = self.rebuilt.get(table.name)
        if step is None:
            step = self.rebuilt[table.name] = RepairStep(
                table=table.name,
                title="",
                statements=self._rebuilding(promise, table),
                locks=self.repairs.locks_of_rewriting(),
                rebuilds=promise,
            )
        title = f"{wanted.describe()} of {shown(table)}"
        step.title = f"{step.title}; {title}" if step.title else title
        step.add_rows(*self.rows.of(table, wanted))
        return ""

    def fold(self, steps: list[RepairStep]) -> list[RepairStep]:
        """Leave to a rebuild what it makes anyhow, unless rows stand in its way."""
        kept = []
        for step in steps:
            rebuild = self.rebuilt.get(step.table)
            if rebuild is None or rebuild.is_blocked:
                kept.append(step)
                continue
            rebuild.title += f"; {step.title}"
            rebuild.add_rows(step.preflight, step.obstacle, step.sample)
        return kept

    def _undeclared(self, table: Table) -> list[Constraint]:
        return [
            each.case.constraint
            for each in self.report.findings
            if each.case.consequence.kind == kinds.EXTRA
            and each.case.consequence.table == table.name
        ]

    def _rebuilding(self, promise: Promise, table: Table) -> list[str]:
        """Return the statements of a rebuild, as Django writes them."""
        editor = self.connection.SchemaEditorClass(
            self.connection, collect_sql=True, atomic=False
        )
        editor.deferred_sql = []
        compat.remake_table(editor, self.report.expected.model(promise))
        collected = [*editor.collected_sql, *map(str, editor.deferred_sql)]
        return [
            *(each.rstrip(";") for each in collected if not each.startswith("--")),
            *self.beside(table),
        ]

    def beside(self, table: Table) -> list[str]:
        """Return what puts back the indexes and triggers that no state declares."""
        declared = self.promises[table.name].table
        return [
            sql
            for each in table.constraints
            if stands_beside(each) and find(declared, each) is None
            for sql in self.statements.add(table.name, each)
        ]


def stands_beside(constraint: Constraint) -> bool:
    """Say whether SQLite keeps it beside the table, in a statement of its own."""
    if isinstance(constraint, Trigger):
        return True
    return isinstance(constraint, Unique) and constraint.is_index
