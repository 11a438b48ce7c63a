"""Play histories on the server of this leg and hold the guard to its word."""

from __future__ import annotations

import copy
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from django.core.checks import ERROR
from django.db import Error, connection
from django.db.migrations import Migration
from django.db.migrations import operations as ops
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import OperationWriter

from fkguard.backends import backend_for
from fkguard.backends.base.claims import TABLE as CLAIM
from fkguard.declared.states import Unrendered
from fkguard.errors import Refused
from fkguard.judgement.forecast import Forecast
from fkguard.judgement.judge import Finding, Judge
from fkguard.judgement.rows import Prober
from fkguard.planning.planner import Planner
from fkguard.schema.catalogue import Catalogue, Table
from fkguard.schema.constraints import Constraint, ForeignKey, Unique
from fkguard.schema.location import Place

from . import signatures
from .byhand import PREFIX
from .strategies import APP

#: What became of a migration: the history goes on from there, as before, or ends.
APPLIED, UNTOUCHED, OVER = "applied", "untouched", "over"

#: Refusals that have another reason than a constraint: one that this database cannot
#: make was never there, and rows of a join table, a column's comment and values that
#: PostgreSQL cuts are none.
LOSES_NO_CONSTRAINT = {
    *("fkguard.E501", "fkguard.E205", "fkguard.E207"),
    *("fkguard.E210", "fkguard.E319", "fkguard.E322"),
}


class Broken(AssertionError):
    """The guard did not keep its word."""

    def __init__(self, promise: str, lines: Sequence[str]) -> None:
        self.promise = promise
        self.lines = list(lines)
        super().__init__("\n".join([promise, *lines]))


@dataclass(kw_only=True)
class Tally:
    """What a campaign did, for its last lines."""

    histories: int = 0
    operations: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        outcomes = ", ".join(f"{n} {what}" for what, n in sorted(self.outcomes.items()))
        return f"{self.histories} histories, {self.operations} operations ({outcomes})"


def as_code(operation: Operation) -> str:
    """Return an operation as a migration file has it, on one line."""
    lines = OperationWriter(operation, indentation=0).serialize()[0].splitlines()
    return "".join(line.strip() for line in lines).replace(",)", ")")


def forwards(state: ProjectState, operations: Sequence[Operation]) -> ProjectState:
    """Return the state behind operations; neither they nor `state` are touched.

    RenameField writes into fields that states and operations share: the names of a
    composite primary key, and `to_field`. States before it would have the new name.
    """
    after = state.clone()
    for model in after.models.values():
        model.fields = copy.deepcopy(model.fields)
    for operation in copy.deepcopy(operations):
        operation.state_forwards(APP, after)
    return after


class Player:
    """Plays one history: migrations that are drawn as their states allow."""

    def __init__(self, mode: str, tally: Tally) -> None:
        self.mode = mode
        self.tally = tally
        self.introspection = backend_for(connection).introspection
        self.executor: Any = MigrationExecutor(connection)
        loader = self.executor.loader
        loader.graph = MigrationGraph()
        loader.applied_migrations = {}
        loader.replacements = {}
        loader.unmigrated_apps = set()
        # The migrations are in no file: what is applied is not read again.
        loader.build_graph = lambda: None  # type: ignore[method-assign]
        MigrationRecorder(connection).ensure_schema()
        #: Before the first migration, and behind each that is applied.
        self.states = [ProjectState()]
        self.migrations: list[Migration] = []
        #: The operations of each migration, as nobody has touched them.
        self.drawn: dict[str, list[Operation]] = {}
        self.catalogue = self.read()
        #: Names of uniques for which another, equal one stands, as fkguard has told.
        self.merged: set[str] = set()

    @property
    def state(self) -> ProjectState:
        return self.states[-1]

    # The database.

    def clean(self) -> None:
        """Drop the tables of the history, and nothing else."""
        self.reconnect()
        quote = connection.ops.quote_name
        tables = [
            quote(t.name)
            for t in self.read()
            if t.name not in {"django_migrations", "django_content_type"}
        ]
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA foreign_keys = OFF")
                for table in tables:
                    cursor.execute(f"DROP TABLE {table}")
                cursor.execute("PRAGMA foreign_keys = ON")
            elif tables and connection.vendor == "mysql":
                cursor.execute("SET foreign_key_checks = 0")
                cursor.execute(f"DROP TABLE {', '.join(tables)}")
                cursor.execute("SET foreign_key_checks = 1")
            elif tables:
                cursor.execute(f"DROP TABLE {', '.join(tables)} CASCADE")
            cursor.execute("DELETE FROM django_migrations WHERE app = %s", [APP])

    close = clean

    def reconnect(self) -> None:
        """Leave a transaction that an error has broken."""
        if connection.in_atomic_block or connection.needs_rollback:
            connection.close()
            connection.in_atomic_block = False
            connection.savepoint_ids = []
            connection.needs_rollback = False
            connection.connect()

    # One migration.

    def play(self, operations: Sequence[Operation]) -> bool:
        """Apply one migration; say whether the history may go on."""
        migration = self.next(operations)
        after = forwards(self.state, operations)
        self.tally.operations += len(operations)
        outcome = self._judge(migration, self.state, after, is_backwards=False)
        if outcome == APPLIED:
            self.migrations.append(migration)
            self.states.append(after)
        self._know(self.migrations)
        return outcome != OVER

    def next(self, operations: Sequence[Operation]) -> Migration:
        """Return a migration that stands behind those that are applied."""
        migration = Migration(f"{len(self.migrations) + 1:04}", APP)
        self.drawn[migration.name] = list(operations)
        migration.dependencies = [(m.app_label, m.name) for m in self.migrations[-1:]]
        self._know([*self.migrations, migration])
        return migration

    def play_back(self) -> None:
        """Unapply migration after migration, as far as that goes."""
        while self.migrations:
            migration = self.migrations[-1]
            self.tally.operations += len(migration.operations)
            outcome = self._judge(migration, *self.states[:-3:-1], is_backwards=True)
            if outcome != APPLIED:
                return
            self.migrations.pop()
            self.states.pop()
            self._know(self.migrations)

    def _know(self, migrations: Sequence[Migration]) -> None:
        """Tell the loader which migrations there are, and which are applied."""
        loader = self.executor.loader
        loader.graph = MigrationGraph()
        for migration in migrations:
            # As a process of its own would find it.
            migration.operations = copy.deepcopy(self.drawn[migration.name])
            key = (APP, migration.name)
            loader.graph.add_node(key, migration)
            for parent in migration.dependencies:
                loader.graph.add_dependency(migration, key, parent)
        loader.applied_migrations = {(APP, m.name): m for m in self.migrations}

    def read(self) -> Catalogue:
        """Return the catalogue without the claim, which even a refused run creates."""
        catalogue = self.introspection.read()
        catalogue.drop(CLAIM)
        return catalogue

    def _judge(
        self,
        migration: Migration,
        old: ProjectState,
        new: ProjectState,
        *,
        is_backwards: bool,
    ) -> str:
        before = self.catalogue
        findings, forecast = self.foresee(migration, old, new, is_backwards)
        self.merged.update(
            each.case.constraint.name
            for each in findings
            if each.hazard.id == "E501" and each.case.consequence.becomes
        )
        error = self.run(migration, self.mode, is_backwards)
        after = self.read()
        if isinstance(error, Refused):
            self._untouched("A refusal", error, before, after)
            if "could not judge" in str(error):
                raise Broken("fkguard failed.", [repr(error.__cause__), str(error)])
            self.tally.outcomes["refused"] += 1
            # Of the others, the history goes on as if nobody had written them.
            if self.tally.outcomes["refused"] % 2:
                return UNTOUCHED
            return self._unguarded(migration, old, new, is_backwards, error)
        if error is not None:
            self.tally.outcomes["failed"] += 1
            if connection.features.can_rollback_ddl:
                self._untouched("A failed migration", error, before, after)
                return UNTOUCHED
            return OVER
        self.tally.outcomes["passed"] += 1
        if losses := self._losses(old, new, before, after):
            raise Broken("Silently lost.", losses)
        if self.mode == "strict" or not findings:
            self._compare(forecast, after)
        self.catalogue = after
        return APPLIED

    def _untouched(
        self, what: str, error: Exception, before: Catalogue, after: Catalogue
    ) -> None:
        if after != before:
            raise Broken(
                f"{what} left another schema.",
                [str(error), *signatures.differences(before, after)],
            )

    def _unguarded(
        self,
        migration: Migration,
        old: ProjectState,
        new: ProjectState,
        is_backwards: bool,
        refusal: Refused,
    ) -> str:
        """Run without the guard what it has refused, and see whether it was right."""
        before = self.catalogue
        _, forecast = self.foresee(migration, old, new, is_backwards)
        error = self.run(migration, "off", is_backwards)
        after = self.read()
        if error is not None:
            self.tally.outcomes["refused what fails"] += 1
            if connection.features.can_rollback_ddl:
                return UNTOUCHED
            return OVER
        if not self._losses(old, new, before, after) and not LOSES_NO_CONSTRAINT & {
            each.id for each in refusal.messages if each.level >= ERROR
        }:
            raise Broken("What loses nothing was refused.", [_short(refusal)])
        self.tally.outcomes["refused what loses"] += 1
        self._compare(forecast, after)
        return OVER

    def _losses(
        self,
        old: ProjectState,
        new: ProjectState,
        before: Catalogue,
        after: Catalogue,
    ) -> list[str]:
        """Return what a migration lost that no state change explains."""
        already = signatures.missing(
            signatures.declared(connection, old), signatures.of_catalogue(before)
        )
        now = signatures.missing(
            signatures.declared(connection, new), signatures.of_catalogue(after)
        )
        now = {(key, each) for key, each in now if each[-1] not in self.merged}
        lost = [f"{key}: {each}" for key, each in sorted(now - already, key=str)]
        if len(now) <= len(already):
            # A renamed table or column moves what was missing before.
            lost = []
        return [
            *lost,
            *self._lost_by_hand(before, after),
            *self._lost_keys(new, before, after),
        ]

    def _lost_keys(
        self, new: ProjectState, before: Catalogue, after: Catalogue
    ) -> Iterator[str]:
        """Yield the foreign keys of columns that are still to reference something.

        What the state cannot resolve, such as a `to_field` that is gone, it does
        not declare.
        """
        source = Unrendered(connection, new)
        for model in new.models.values():
            key = source.key(model)
            if key not in before or key not in after:
                continue
            for relation in source.fields(model):
                if not (relation.remote_field and relation.db_constraint):
                    continue
                was, now = (
                    any(f.columns == (relation.column,) for f in table.of(ForeignKey))
                    for table in (before.tables[key], after.tables[key])
                )
                if was and not now:
                    yield f"{key}: FOREIGN KEY of {relation.column}"

    def _lost_by_hand(self, before: Catalogue, after: Catalogue) -> Iterator[str]:
        """Yield constraints made by hand that went, or shrank, under their columns.

        A key that MySQL shrinks is a rule that nobody wrote. A unique constraint
        that enforces the same is enough.
        """
        widths = {c.name: len(c.columns) for t in after for c in t.constraints}
        for table in before:
            now = after.get(table.name)
            if now is None:
                continue
            left = {column.name for column in now.columns}
            for each in table.constraints:
                if (
                    each.name.startswith(PREFIX)
                    and widths.get(each.name, -1) < len(each.columns)
                    and each.uses & left
                    and not _is_enforced(each, table, now)
                ):
                    yield f"{table.name}: {each.describe()} made by hand"

    def _compare(self, forecast: Catalogue | None, after: Catalogue) -> None:
        if forecast is None:
            return
        if found := list(signatures.differences(forecast, after)):
            raise Broken("The forecast is not what the server has.", found)

    def foresee(
        self,
        migration: Migration,
        old: ProjectState,
        new: ProjectState,
        is_backwards: bool,
    ) -> tuple[list[Finding], Catalogue | None]:
        """Return what the guard finds, and the catalogue that it expects.

        Without a recipe around anything: what the server does by itself. None
        where SQL by hand says what comes.
        """
        forecast = Forecast(self.catalogue.copy())
        judge = Judge(
            forecast,
            "strict",
            acknowledgements=lambda place: (),
            probe=Prober(connection, self.catalogue),
        )
        planner = Planner(connection, old.clone(), lambda: forecast.catalogue.tables)
        steps = (
            planner.backwards(migration, new.clone())
            if is_backwards
            else planner.forwards(migration)
        )
        findings: list[Finding] = []
        for step in steps:
            for event in step.events:
                findings += judge.consider(event, Place()).findings
        if any(isinstance(o, ops.RunSQL | ops.RunPython) for o in migration.operations):
            return findings, None
        return findings, forecast.catalogue

    def run(
        self, migration: Migration, mode: str, is_backwards: bool
    ) -> Exception | None:
        """Run a migration through the executor, as migrate does."""
        target = (APP, migration.name)
        if is_backwards:
            before = migration.dependencies
            target = before[0] if before else (APP, None)  # type: ignore[assignment]
        error: Exception | None = None
        with mock.patch.dict(os.environ, {"FKGUARD_MODE": mode}):
            try:
                self.executor.migrate([target], plan=[(migration, is_backwards)])
            except Exception as caught:  # noqa: BLE001 - judged by the caller
                error = caught
                self.reconnect()
                if connection.vendor == "sqlite":
                    with suppress(Error), connection.cursor() as cursor:
                        cursor.execute("PRAGMA foreign_keys = ON")
        return error


def _short(refusal: Refused) -> str:
    """Return a refusal without the operations to write instead."""
    lines = (f"{m.id} {m.obj}: {m.msg}" for m in refusal.messages if m.level >= ERROR)
    return "\n".join(lines)


def _is_enforced(lost: Constraint, before: Table, after: Table) -> bool:
    """Return whether a unique constraint of the same columns is left."""
    if not isinstance(lost, Unique) or not lost.is_plain:
        return False
    was = {column.name for column in before.columns}
    left = {column.name for column in after.columns}
    return any(
        each.is_plain
        and len(each.columns) == len(lost.columns)
        and set(each.columns) & was == set(lost.columns) & left
        for each in after.of(Unique)
    )
