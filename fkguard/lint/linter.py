"""One pass over the migrations, with a judge for each database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connections
from django.db.migrations import Migration
from django.db.migrations.operations import SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from .. import compat, conf
from ..backends import FLAVOURS, backend_named, flavours_of
from ..backends.base.offline import Offline, borrowing
from ..compat import Key
from ..declared.cache import Memory, ModelKey
from ..declared.states import Unrendered
from ..errors import CannotLint, first_line
from ..judgement.judge import Finding
from ..planning.plan import acknowledgements_of
from ..planning.planner import Planner, Step, before_of
from ..reports import BACKWARDS, FORWARDS, Direction, Entry, Problem
from ..schema.catalogue import Table
from . import unused
from .database import DatabaseLinter, WalkedMigration
from .entries import merged, to_entry
from .fast_path import KNOWN, Harmless
from .left_behind import Later
from .loading import LoadedMigrations, put_last
from .paths import Paths
from .sql.effects import makes_constraints

if TYPE_CHECKING:
    from . import Options

#: The attribute of a migration that acknowledges what it loses.
IN_FILE = "fkguard_acknowledged"


def offlines(options: Options) -> list[tuple[str, Offline]]:
    """Return a description of each database to judge for, by what it was called.

    Raises ``CannotLint`` for a vendor that nobody knows.
    """
    alias = options.database
    configured = connections[alias]
    asked = options.vendors or flavours_of(configured)
    found = []
    for name in dict.fromkeys(asked):
        flavour, _, number = name.partition(":")
        if flavour not in FLAVOURS:
            raise CannotLint(
                f"fkguard does not support {name!r}; it knows {', '.join(FLAVOURS)}."
            )
        try:
            version = tuple(int(part) for part in number.split(".")) if number else ()
        except ValueError as error:
            raise CannotLint(
                f"{number!r} is no version; write {flavour}:8.4."
            ) from error
        offline = backend_named(flavour).offline(version, alias)
        offline.memory = Memory()
        found.append((name, borrowing(offline, configured)))
    return found


@dataclass(kw_only=True)
class Told:
    """A finding with its direction, before the databases are put together."""

    finding: Finding
    direction: Direction


class Linter:
    """Walks the migrations once, and judges the chosen ones for each database."""

    def __init__(
        self,
        found: LoadedMigrations,
        chosen: Iterable[Key],
        options: Options,
        paths: Paths,
    ) -> None:
        self.found = found
        self.chosen = set(chosen)
        self.options = options
        self.paths = paths
        later = Later(found)
        self.databases = [
            DatabaseLinter(name, each, later) for name, each in offlines(options)
        ]
        self.entries: list[Entry] = []
        self.problems: list[Problem] = []
        self.state = ProjectState(real_apps=found.unmigrated_apps)
        self.is_acknowledged = bool(conf.raw().get("ACKNOWLEDGED"))
        self.harmless = Harmless(
            self.state, [database.catalogue for database in self.databases]
        )

    def run(self) -> None:
        """Judge; fill `entries` and `problems`."""
        order = put_last(self.found, self.chosen)
        places = [n for n, key in enumerate(order) if key in self.chosen]
        if not places:
            return
        # What SQL has made no state tells: from there on everything is judged.
        first = next(
            (n for n, key in enumerate(order[: places[0]]) if self._makes(key)),
            places[0],
        )
        last = places[-1]
        left: dict[str, list[Table]] = {
            database.name: [] for database in self.databases
        }
        for key in order[:first]:
            self._walk(self.found.migrations[key], left)
        if first:
            for database in self.databases:
                database.declare(self.state, left[database.name])
            self.harmless.note_state()
        # Those between are judged and not told of: the tables they leave are what
        # the chosen ones find.
        for key in order[first : last + 1]:
            self._judge(self.found.migrations[key], key in self.chosen)

    def _makes(self, key: Key) -> bool:
        """Say whether SQL of a migration may make a constraint."""
        return any(map(makes_constraints, self.found.migrations[key].operations))

    def _walk(self, migration: Migration, left: dict[str, list[Table]]) -> None:
        """Move the state through a migration, and keep the tables it lets go."""
        for number, operation in enumerate(migration.operations, start=1):
            lets_go = isinstance(operation, SeparateDatabaseAndState)
            before = self.state.clone() if lets_go else None
            if not self._move(migration, number, operation):
                return
            if before is None:
                continue
            for key, model in before.models.items():
                if key in self.state.models:
                    continue
                for database in self.databases:
                    source = Unrendered(database.connection, before)
                    if source.is_migrated(model):
                        left[database.name].append(source.table(model))

    def _move(self, migration: Migration, number: int, operation: Operation) -> bool:
        try:
            compat.state_forwards(operation, migration.app_label, self.state)
        except Exception as error:  # noqa: BLE001 - a reader is told, and the rest is read
            self._problem(migration, number, operation, error)
            return False
        return True

    def _problem(
        self, migration: Migration, number: int, operation: Operation, error: Exception
    ) -> None:
        self.problems.append(
            Problem(
                message=f"Operation {number} ({_described(operation)}) and the "
                f"following ones cannot be checked: {type(error).__name__}: "
                f"{first_line(error)}",
                app_label=migration.app_label,
                migration=migration.name,
                file=self.paths.of(migration),
                line=self.paths.line(migration, number),
            )
        )

    def _judge(self, migration: Migration, is_chosen: bool) -> None:
        earlier = self.state.clone() if self.options.reverse and is_chosen else None
        walks: list[tuple[DatabaseLinter, WalkedMigration]] = []
        told: list[tuple[str, Told]] = []
        is_whole = True
        for number, operation in enumerate(migration.operations, start=1):
            if not walks and self.harmless.passes(operation, migration.app_label):
                if not self._move(migration, number, operation):
                    is_whole = False
                    break
                continue
            try:
                if not walks:
                    self._settle()
            except Exception as error:  # noqa: BLE001 - as below
                self._problem(migration, number, operation, error)
                self.harmless.give_up(migration.app_label)
            # Whatever follows is judged: a migration is judged as a whole.
            walks = walks or [
                (each, WalkedMigration(migration=migration)) for each in self.databases
            ]
            before = before_of(self.state, operation, migration.app_label)
            if not self._move(migration, number, operation):
                is_whole = False
                break
            try:
                self._consider(walks, number, operation, before)
            except Exception as error:  # noqa: BLE001 - as above
                self._problem(migration, number, operation, error)
                self.harmless.give_up(migration.app_label)
                is_whole = False
                break
        for database, walked in walks:
            for finding in database.close(walked):
                told.append(
                    (
                        database.name,
                        Told(finding=finding, direction=FORWARDS),
                    )
                )
        if earlier is not None and is_whole:
            if not walks:
                self._settle()
            told += self._backwards(migration, earlier)
        if is_chosen:
            self._tell(migration, told)

    def _settle(self) -> None:
        """Bring the catalogues to where the harmless operations have left them."""
        for database in self.databases:
            database.settle(self.state, self.harmless.stale)
        self.harmless.settled()

    def _consider(
        self,
        walks: Iterable[tuple[DatabaseLinter, WalkedMigration]],
        number: int,
        operation: Operation,
        before: ProjectState,
    ) -> None:
        """Judge an operation for each database."""
        changed: set[ModelKey] = set()
        for database, walked in walks:
            migration = walked.migration
            planner = Planner(
                database.connection,
                self.state,
                lambda database=database: database.catalogue.tables,  # type: ignore[misc]
            )
            events = planner.events(
                operation, migration.app_label, before, self.state, False
            )
            step = Step(
                migration=migration,
                number=number,
                operation=operation,
                is_backwards=False,
                events=tuple(events),
            )
            if type(operation) in KNOWN:
                database.step(step, before, self.state, walked)
            else:
                tables = dict(database.catalogue.tables)
                database.step(step, before, self.state, walked)
                changed |= database.others(tables)
        self.harmless.note(operation, migration.app_label, changed)

    def _backwards(
        self, migration: Migration, earlier: ProjectState
    ) -> list[tuple[str, Told]]:
        told = []
        for database in self.databases:
            walked = WalkedMigration(migration=migration)
            try:
                found = list(database.backwards(walked, earlier))
            except Exception as error:  # noqa: BLE001 - as above
                self.problems.append(
                    Problem(
                        message="Unapplying it cannot be checked: "
                        f"{type(error).__name__}: {first_line(error)}",
                        app_label=migration.app_label,
                        migration=migration.name,
                        file=self.paths.of(migration),
                    )
                )
                break
            told += [
                (
                    database.name,
                    Told(finding=each, direction=BACKWARDS),
                )
                for each in found
            ]
        return told

    def _tell(self, migration: Migration, told: list[tuple[str, Told]]) -> None:
        if not (told or self.is_acknowledged or hasattr(migration, IN_FILE)):
            return
        entries = [
            to_entry(
                each.finding,
                self.found.migrations[
                    each.finding.case.place.app_label,
                    each.finding.case.place.migration,
                ],
                each.direction,
                name,
                self.paths,
            )
            for name, each in told
        ]
        for acknowledgement in acknowledgements_of(migration):
            if not any(acknowledgement in database.used for database in self.databases):
                entries.append(
                    unused.entry(
                        acknowledgement,
                        app_label=migration.app_label,
                        migration=migration.name,
                        file=self.paths.of(migration),
                        line=self.paths.line(migration, 0),
                        vendors=tuple(database.name for database in self.databases),
                    )
                )
        self.entries.extend(merged(entries))


def _described(operation: Operation) -> str:
    described: Any = operation.describe()
    return str(described)
