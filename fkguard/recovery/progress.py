"""How far a migration came, where no transaction carries it.

An earlier run may have ended in the middle: killed, cut off, or failed. What it
did stands, and Django would begin at the first operation again. The journal says
where to go on; it is begun by what takes a constraint away, and by a failure.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.utils import Error

from ..backends import backend_for
from ..errors import first_line
from ..judgement.recipes import Owed
from ..schema.catalogue import Catalogue
from ..schema.constraints import Constraint, ForeignKey
from ..schema.events import Event
from ..schema.matching import is_alike
from .editors import is_carried, is_queued
from .ledger import Ledger, LedgerEntry, Progress
from .restore import Workshop
from .resumed import Resumed, words
from .temporary_drops import tables_of

logger = logging.getLogger("fkguard")

#: Called behind an operation; returns what can be struck.
AtEnd = Callable[[], list[Owed]]


class MigrationJournal:
    """The migration that runs, and how far it has come."""

    def __init__(
        self,
        connection: BaseDatabaseWrapper,
        editor: Any,
        migration: Migration,
        is_backwards: bool,
        resumed: Resumed | None,
    ) -> None:
        self.connection = connection
        self.editor = editor
        self.ledger = Ledger(connection)
        self.resumed = resumed
        self.progress = (
            resumed.progress
            if resumed is not None
            else Progress(
                label=f"{migration.app_label}.{migration.name}",
                is_backwards=is_backwards,
                operations=words(migration, is_backwards),
            )
        )
        if resumed is not None:
            self.progress.operations = words(migration, is_backwards)
        #: Intents to strike when the operation is done.
        self.settled: list[Owed] = []
        #: Statements of this operation that have passed, and that were done before.
        self.passed = 0
        self.met: list[tuple[Error, str]] = []
        self.touched: list[Event] = []
        self.is_tolerant = False
        #: Whether an operation is done, and is being recorded.
        self.is_ending = False

    def begin(self) -> None:
        """Write down that the migration begins."""
        if self.progress.row is None:
            self.ledger.record(self.progress)

    def watched(self, migration: Migration, at_end: AtEnd) -> list[Any]:
        """Return the migration's operations, each telling when it begins and ends."""
        total = len(migration.operations)
        return [
            Watched(
                each,
                total - index if self.progress.is_backwards else index + 1,
                self,
                at_end,
            )
            for index, each in enumerate(migration.operations)
        ]

    def run(
        self,
        number: int,
        method: Callable[..., Any],
        args: tuple[Any, ...],
        at_end: AtEnd,
    ) -> None:
        """Run an operation unless it is done; write down that it is."""
        if number <= self.progress.done:
            return
        self.passed, self.met, self.touched = 0, [], []
        self.is_tolerant = (
            self.resumed is not None
            and self.progress.began
            and number == self.progress.done + 1
        )
        method(*args)
        self.is_tolerant = False
        self.settled += at_end()
        self.progress.began = True
        self.progress.done += 1
        self.is_ending = True
        if self.progress.row is None:
            self.ledger.strike(*self.settled)
        else:
            self.ledger.record(self.progress, self.settled)
        self.is_ending = False
        self.settled = []

    def execute(self, wrapped: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Run a statement; pass over one that the earlier run has done."""
        try:
            result = wrapped(*args, **kwargs)
        except Error as error:
            sql = str(args[0] if args else kwargs.get("sql"))
            statements = Workshop(self.connection, self.editor).statements
            if not self.is_tolerant or not statements.is_done_already(error, sql):
                raise
            self.met.append((error, sql))
            return None
        self.passed += 1
        return result

    def verify(self, forecast: Catalogue) -> None:
        """Raise what was passed over, where it was not done before after all."""
        if not self.met:
            return
        keys = tables_of(self.touched)
        actual = backend_for(self.connection).introspection.read(keys)
        for key in keys:
            table, now = forecast.get(key), actual.get(key)
            for each in table.constraints if table is not None else ():
                if each.protects and not (
                    (now is not None and is_alike(now, each))
                    or is_queued(self.editor, key, each)
                ):
                    error, sql = self.met[0]
                    error.add_note(f"The statement was: {sql}")
                    raise error
        for error, sql in self.met:
            logger.info("Done before (%s): %s", first_line(error), sql)

    def finish(self) -> None:
        """Make what Django would have made at the end of the earlier run."""
        if self.resumed is None:
            return
        promised = self.resumed.promised
        actual = backend_for(self.connection).introspection.read(
            sorted(promised.tables)
        )
        workshop = Workshop(self.connection, self.editor)
        left: list[tuple[str, Constraint]] = [
            (table.name, each)
            for table in promised
            if (now := actual.get(table.name)) is not None
            for each in table.constraints
            if not is_alike(now, each)
        ]
        # A foreign key may stand on a unique constraint that is missing, too.
        left.sort(key=lambda pair: isinstance(pair[1], ForeignKey))
        for key, each in left:
            workshop.make_missing(key, each)
        # What this run has queued may have been made by now.
        self.is_tolerant = True

    def fail(self, error: BaseException, done: int | None = None) -> None:
        """Write down how far the migration came before it failed."""
        progress = self.progress
        if done is not None:
            progress.done = done
        progress.began = not self.is_ending and (
            bool(self.passed) or (progress.row is not None and self.is_tolerant)
        )
        if not (progress.done or progress.began) or not self.connection.is_usable():
            return
        if is_carried(self.connection):
            return
        if progress.row is None:
            self.ledger.create(self.editor)
        self.ledger.record(progress, self.settled if self.is_ending else ())
        at = progress.done + 1
        what = (
            f"It stopped at operation {at} ({progress.operations[at - 1]})"
            if at <= len(progress.operations)
            else "It stopped after its last operation"
        )
        error.add_note(
            f"{what}, which is recorded in {LedgerEntry._meta.db_table}: the next "
            "migrate continues there, and does not repeat completed operations."
        )

    def leaving(self, deferred: list[Any], error: BaseException) -> None:
        """Run the rest of what was queued for the end, after a part of it failed."""
        rest = deferred[self.passed + len(self.met) + 1 :]
        for statement in rest:
            try:
                self.editor.execute(statement, None)
            except Error as another:
                error.add_note(f"Also failed: {statement}: {first_line(another)}")
        self.fail(error, done=len(self.progress.operations))

    def start_leaving(self) -> None:
        """Count what is run at the end by itself."""
        self.passed, self.met = 0, []


class Watched:
    """An operation that tells the journal when it begins and ends."""

    def __init__(
        self, operation: Any, number: int, journal: MigrationJournal, at_end: AtEnd
    ) -> None:
        self._operation = operation
        self._number = number
        self._journal = journal
        self._at_end = at_end

    # Django names the operation in its errors.

    def __repr__(self) -> str:
        return repr(self._operation)

    def __str__(self) -> str:
        return str(self._operation)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._operation, name)

    def database_forwards(self, *args: Any) -> None:
        self._journal.run(
            self._number, self._operation.database_forwards, args, self._at_end
        )

    def database_backwards(self, *args: Any) -> None:
        self._journal.run(
            self._number, self._operation.database_backwards, args, self._at_end
        )


def stale(
    progress: dict[str, Progress], applied: dict[tuple[str, str], Any]
) -> Iterator[Progress]:
    """Yield the migrations that have come to their end since."""
    labels = {f"{app}.{name}" for app, name in applied}
    for each in progress.values():
        if (each.label in labels) != each.is_backwards:
            yield each
