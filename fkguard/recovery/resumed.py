"""What an earlier run has begun, and ended in the middle of.

What it did stands, and Django would begin at the first operation again. A plan is
judged from where it stopped, if the database is as it was left there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from django.db.migrations import Migration

from ..backends import backend_named
from ..errors import Refused
from ..planning.planner import Step
from ..schema.catalogue import Catalogue, Column, Server, Table
from ..schema.events import (
    AddColumn,
    AlterColumn,
    CreateTable,
    DropColumn,
    DropTable,
    Event,
    RenameTable,
)
from .ledger import LedgerEntry, Progress


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
                f"SystemCheckError: {progress.label} was edited after a run of it "
                "ended in the middle. These operations of it were done:\n"
                + "\n".join(f"- {each}" for each in done)
                + "\nThey must come first, unchanged, until the migration is complete. "
                "Or restore the database to the state before it, and delete the row "
                f"{progress.row} of {LedgerEntry._meta.db_table}. Nothing was run."
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

        It is recreated, and is no loss where Django drops it for that.
        """
        number = step.number
        if step.is_backwards:
            number = len(step.migration.operations) - number + 1
        if number != self.progress.done + 1 or not self.progress.began:
            return
        consequences = backend_named(catalogue.server.flavour).effects(catalogue.server)
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
            backend_named(promised.server.flavour).effects(promised.server).apply(
                promised, event
            )

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
            f"SystemCheckError: {LedgerEntry._meta.db_table} says that the first "
            f"{self.progress.done} operations of {self.progress.label} were done, but "
            f"{'; '.join(dict.fromkeys(found))}. Restore the database to the state "
            "before the migration or after those operations, and delete the row "
            f"{self.progress.row} of {LedgerEntry._meta.db_table} in the first "
            "case. Nothing was run."
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
