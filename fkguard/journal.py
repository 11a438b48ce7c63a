"""How far a migration came, where no transaction carries it.

An earlier run may have ended in the middle: killed, cut off, or failed. What it
did stands, and Django would begin at the first operation again. The journal says
where to go on; it is begun by what takes a constraint away, and by a failure.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.utils import Error

from .backends import consequences_for, introspection_for
from .backends.base.matching import is_alike
from .constraints import Catalogue, Column, Constraint, ForeignKey, Server, Table
from .errors import Refused
from .events import (
    AddColumn,
    AlterColumn,
    CreateTable,
    DropColumn,
    DropTable,
    Event,
    RenameTable,
)
from .forecast import Owed
from .intents import first_line, is_carried, tables_of
from .ledger import Entry, Ledger, Progress
from .planned import Step
from .recipes import Workshop

logger = logging.getLogger("fkguard")

#: Called behind an operation; returns what can be struck.
AtEnd = Callable[[], list[Owed]]


def words(migration: Migration, is_backwards: bool) -> list[str]:
    """Return the operations of a migration as they run, to tell one from another."""
    found = [
        f"{type(each).__name__}: {each.describe()}" for each in migration.operations
    ]
    return found[::-1] if is_backwards else found


@dataclass(kw_only=True)
class Resumed:
    """A migration of this plan that an earlier run has begun."""

    progress: Progress
    #: What its operations make, with what Django would only have made at its end.
    promised: Catalogue
    #: (table, column or "") -> whether it is there once the first part is done.
    expected: dict[tuple[str, str], bool] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        progress: Progress,
        migration: Migration,
        is_backwards: bool,
        server: Server,
    ) -> Resumed:
        """Return what is resumed; raise ``Refused`` where it was edited since."""
        done = progress.operations[: progress.done]
        if words(migration, is_backwards)[: progress.done] != done:
            raise Refused(
                f"SystemCheckError: {progress.label} has changed since a run of it "
                "ended in the middle. These operations of it were done:\n"
                + "\n".join(f"- {each}" for each in done)
                + "\nThey have to come first, as they were, until it has run to its "
                f"end. Or put the database back as it was before, and delete the row "
                f"{progress.row} of {Entry._meta.db_table}. Nothing was run."
            )
        return cls(progress=progress, promised=Catalogue(server))

    def note(self, step: Step) -> bool:
        """Follow a step; say whether the earlier run has done it."""
        number = step.number
        if step.is_backwards:
            number = len(step.migration.operations) - number + 1
        is_done = number <= self.progress.done
        for event in step.events:
            if is_done:
                self._expect(event)
            elif number == self.progress.done + 1 and self.progress.began:
                self._expect_nothing(event)
            self._promise(event, is_done)
        return is_done

    def half_made(self, step: Step, catalogue: Catalogue) -> None:
        """Take from a catalogue what the interrupted operation had made itself.

        It is made again, and is no loss where Django drops it for that.
        """
        number = step.number
        if step.is_backwards:
            number = len(step.migration.operations) - number + 1
        if number != self.progress.done + 1 or not self.progress.began:
            return
        consequences = consequences_for(catalogue.server)
        for event in step.events:
            table = catalogue.get(event.table)
            if table is None or not isinstance(event, AlterColumn):
                continue
            names = {each.name for each in consequences.added(event)} - {""}
            made = [each for each in table.constraints if each.name in names]
            catalogue.put(table.without(*made))

    def _expect(self, event: Event) -> None:
        expected = self.expected
        if isinstance(event, (CreateTable, DropTable)):
            for key in [k for k in expected if k[0] == event.table]:
                del expected[key]
            expected[event.table, ""] = isinstance(event, CreateTable)
        elif isinstance(event, RenameTable):
            for key in [k for k in expected if k[0] == event.table]:
                expected[event.to, key[1]] = expected.pop(key)
            expected[event.table, ""], expected[event.to, ""] = False, True
        elif isinstance(event, AddColumn):
            expected[event.table, event.new.column] = True
        elif isinstance(event, DropColumn):
            expected[event.table, event.old.column] = False
        elif isinstance(event, AlterColumn) and event.old.column != event.new.column:
            expected[event.table, event.old.column] = False
            expected[event.table, event.new.column] = True

    def _expect_nothing(self, event: Event) -> None:
        """Leave open what the interrupted operation may have changed, or not yet."""
        ends = [getattr(event, each, None) for each in ("old", "new")]
        columns = {(event.table, each.column) for each in ends if each is not None}
        tables = (
            {event.table, getattr(event, "to", event.table)}
            if isinstance(event, (CreateTable, DropTable, RenameTable))
            else set()
        )
        for key in list(self.expected):
            if key in columns or key[0] in tables:
                del self.expected[key]

    def _promise(self, event: Event, is_done: bool) -> None:
        promised = self.promised
        if isinstance(event, CreateTable):
            if is_done:
                promised.put(event.after)
        elif isinstance(event, AddColumn) and is_done:
            table = promised.get(event.table) or Table(name=event.table)
            column = Column(name=event.new.column, type=event.new.type or "")
            promised.put(
                replace(
                    table,
                    columns=(*table.columns, column),
                    constraints=(*table.constraints, *event.constraints),
                )
            )
        elif event.table in promised:
            consequences_for(promised.server).apply(promised, event)

    def is_undone(self, catalogue: Catalogue) -> bool:
        """Say whether somebody has put the database back as it was before.

        Raises ``Refused`` where that was done by half.
        """
        found = self.contradictions(catalogue)
        if not found:
            return False
        if len(found) == len(self.expected):
            return True
        raise Refused(
            f"SystemCheckError: {Entry._meta.db_table} says that the first "
            f"{self.progress.done} operations of {self.progress.label} were done, but "
            f"{'; '.join(dict.fromkeys(found))}. Put the database back as it was "
            "before the migration or as those operations left it, and delete the row "
            f"{self.progress.row} of {Entry._meta.db_table} in the first case. Nothing "
            "was run."
        )

    def contradictions(self, catalogue: Catalogue) -> list[str]:
        """Return what is otherwise than the first part of the migration left it."""
        found = []
        for (key, column), is_there in self.expected.items():
            table = catalogue.get(key)
            if table is None and column:
                # Without the table nothing is as it was left, a dropped column
                # no more than an added one.
                found.append(f"the table {key} is not there")
                continue
            now = table is not None and (not column or table.column(column) is not None)
            if now != is_there:
                what = f"the column {column} of {key}" if column else f"the table {key}"
                found.append(f"{what} is {'not ' if is_there else ''}there")
        return found


def resumed(
    plan: list[tuple[Migration, bool]],
    progress: dict[str, Progress],
    catalogue: Catalogue,
) -> dict[str, Resumed]:
    """Return the migrations of a plan that an earlier run has begun, by label."""
    found = {}
    for migration, is_backwards in plan:
        each = progress.get(f"{migration.app_label}.{migration.name}")
        if each is not None and each.is_backwards == is_backwards:
            found[each.label] = Resumed.of(
                each, migration, is_backwards, catalogue.server
            )
    return found


class Journal:
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
        if self.progress.row is None:
            self.progress.done += 1
        else:
            self.ledger.advance(self.progress, self.settled)
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
        actual = introspection_for(self.connection).read(keys)
        queued = " ".join(map(str, self.editor.deferred_sql))
        for key in keys:
            table, now = forecast.get(key), actual.get(key)
            for each in table.constraints if table is not None else ():
                if each.protects and not (
                    (now is not None and is_alike(now, each))
                    or (each.name and each.name in queued)
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
        actual = introspection_for(self.connection).read(sorted(promised.tables))
        workshop = Workshop(self.connection, self.editor)
        left: list[tuple[str, Constraint]] = [
            (table.name, each)
            for table in promised
            if (now := actual.get(table.name)) is not None
            for each in table.constraints
            if not is_alike(now, each)
        ]
        # A foreign key may stand on a unique that is missing, too.
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
        progress.began = bool(self.passed) or (
            progress.row is not None and self.is_tolerant
        )
        if not (progress.done or progress.began) or not self.connection.is_usable():
            return
        if is_carried(self.connection):
            return
        if progress.row is None:
            self.ledger.claim()
            self.ledger.create(self.editor)
        self.ledger.record(progress)
        at = progress.done + 1
        what = (
            f"It stopped at operation {at} ({progress.operations[at - 1]})"
            if at <= len(progress.operations)
            else "It stopped behind its last operation"
        )
        error.add_note(
            f"{what}, which is written down in {Entry._meta.db_table}: the next "
            "migrate goes on there, and does not run what is done again."
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
        self, operation: Any, number: int, journal: Journal, at_end: AtEnd
    ) -> None:
        self._operation = operation
        self._number = number
        self._journal = journal
        self._at_end = at_end

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
