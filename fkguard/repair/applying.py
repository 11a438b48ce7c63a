"""Run a plan: one step after the other, until one fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import Error

from .. import compat
from ..errors import FkguardError, first_line
from ..judgement.recipes import Owed
from ..recovery.editors import judging_paused
from ..recovery.ledger import Ledger
from .rebuilding import Rebuilds
from .rows import Rows
from .steps import Plan, RepairStep

#: Told before each statement: its number, how many there are, and itself.
Progress = Callable[[int, int, str], None]


class Stopped(FkguardError):
    """A statement of a repair failed; those after it were not run."""

    def __init__(self, step: RepairStep, statement: str, error: Error) -> None:
        super().__init__(first_line(error))
        self.step = step
        self.statement = statement


class Repairer:
    """Runs the steps of one plan."""

    def __init__(
        self, connection: BaseDatabaseWrapper, plan: Plan, tell: Progress
    ) -> None:
        self.connection = connection
        self.plan = plan
        self.tell = tell
        self.ledger = Ledger(connection)
        self.number = 0

    def run(self) -> None:
        """Run the steps that nothing blocks; raise ``Stopped`` at a failure."""
        for step in self.plan.ready:
            with self._written_down(step):
                if step.rebuilds is not None:
                    self._rebuild(step)
                else:
                    for statement in step.statements:
                        self._execute(step, statement)
            if step.owed is not None:
                self.ledger.strike(step.owed)

    def _execute(self, step: RepairStep, statement: str) -> None:
        self.number += 1
        self.tell(self.number, self.plan.statements, statement)
        try:
            with self.connection.cursor() as cursor:
                cursor.execute(statement, None)
        except Error as error:
            raise Stopped(step, statement, error) from error

    @contextmanager
    def _written_down(self, step: RepairStep) -> Iterator[None]:
        """Keep what a step takes away in the ledger until it is back.

        An error leaves it there: the next `repair`, or `migrate`, settles it.
        """
        if not step.away:
            yield
            return
        with self.connection.schema_editor() as editor, judging_paused(editor):
            self.ledger.create(editor)
        owed = [
            Owed(
                table=each.table,
                constraint=each.constraint,
                is_known=True,
                origin="fkguard repair",
            )
            for each in step.away
        ]
        for each in owed:
            self.ledger.write(each)
        yield
        for each in owed:
            self.ledger.strike(each)

    def _rebuild(self, step: RepairStep) -> None:
        """Build a table of SQLite again, as a migration would, in one transaction."""
        assert step.rebuilds is not None
        model = self.plan.report.expected.model(step.rebuilds)
        table = self.plan.catalogue.tables[step.table]
        rows = Rows(self.connection, self.plan.catalogue)
        beside = Rebuilds(self.connection, self.plan.report, rows).beside(table)
        self.tell(self.number + 1, self.plan.statements, step.statements[0])
        self.number += len(step.statements)
        try:
            with self.connection.schema_editor(atomic=True) as editor:
                with judging_paused(editor):
                    compat.remake_table(editor, model)
                for statement in beside:
                    with self.connection.cursor() as cursor:
                        cursor.execute(statement, None)
        except Error as error:
            raise Stopped(step, step.statements[0], error) from error


def is_in_transaction(connection: BaseDatabaseWrapper) -> bool:
    """Say whether a caller's transaction would keep statements from being run."""
    return connection.in_atomic_block or not transaction.get_autocommit(
        using=connection.alias
    )
