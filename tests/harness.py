"""Run migrations on the database of this leg and see what becomes of its constraints.

A `Scenario` is data: migrations that are there already, SQL that somebody ran by
hand, the migrations under test, and what they do to the constraints when nothing
guards them. A `Lab` plays it on the real server, through the real ``migrate``.
"""

from __future__ import annotations

import contextlib
import copy
import importlib
import io
import itertools
import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, TypeVar
from unittest import mock
from weakref import WeakKeyDictionary

import django
from django.core.exceptions import FieldDoesNotExist, FieldError
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, Error, IntegrityError, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.writer import MigrationWriter
from django.dispatch import receiver
from django.test.utils import override_settings

from fkguard.schema.catalogue import Catalogue, Column
from fkguard.schema.constraints import (
    Check,
    Constraint,
    Exclusion,
    ForeignKey,
    Index,
    Unique,
)
from tests.settings import LEG, LEGS

T = TypeVar("T")

#: The database of this run without its version: sqlite, postgresql, mariadb or mysql.
FLAVOUR = LEG.rstrip("0123456789")
FLAVOURS = ("sqlite", "postgresql", "mariadb", "mysql")

APPS = ("testapp", "otherapp")
#: Tables that belong to the test database and not to a scenario.
KEPT_TABLES = {"django_content_type", "django_migrations", "fkguard_claim"}


# Scenarios


def here(mapping: Mapping[str, T], default: T) -> T:
    """Return what `mapping` holds for this leg and this Django, most exact first.

    Keys are legs or flavours, either with the Django they speak of behind an "@"
    ("postgresql18", "mysql@5.2", "postgresql@5"), several with "|" between them, or
    "*" for everything.
    """
    version = django.get_version().split(".")
    versions = [".".join(version[:2]), version[0]]
    wanted = [
        *(f"{name}@{each}" for name in (LEG, FLAVOUR) for each in versions),
        LEG,
        FLAVOUR,
        *(f"*@{each}" for each in versions),
        "*",
    ]
    flat = {name: value for key, value in mapping.items() for name in key.split("|")}
    return next((flat[name] for name in wanted if name in flat), default)


class Lost(NamedTuple):
    """A constraint that the migrations under test would lose."""

    table: str
    kind: str
    columns: tuple[str, ...]
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Harm:
    """What happens on a server without the guard, to the last constraint."""

    #: Part of the error's class and text; "" where migrate passes.
    error: str = ""
    #: The lines of `Outcome.changes`, in any order.
    changes: tuple[str, ...] = ()
    #: Which statement of `Scenario.violations` fails all the same: a key that MySQL
    #: has shrunk refuses good rows, too.
    failing: int | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """One migration; each depends on the one before it."""

    operations: Sequence[Operation]
    app: str = "testapp"
    atomic: bool = True


Steps = Sequence["Step | Sequence[Operation]"]
Rows = Sequence[str] | Callable[[BaseDatabaseWrapper], None]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A history, a change, and what the change does where nothing guards it."""

    #: The id that HAZARDS.md gives: "H01".
    hazard: str
    name: str
    #: Migrations that are applied before, without the guard.
    history: Steps
    #: Migrations that one call of migrate applies.
    change: Steps = ()
    #: Instead of `change`: how many migrations of `history` to unapply.
    unapply: int = 0
    #: SQL that ran after the history, by leg or flavour, as `here()` reads it.
    by_hand: Mapping[str, Rows] = field(default_factory=dict)
    #: Rows that are there before the change, as SQL or as a function.
    rows: Rows | Mapping[str, Rows] = ()
    #: Safe as it stands: the guard must stay silent.
    harmless: bool = False
    #: What happens without the guard, by leg or flavour, as `here()` reads it. A
    #: harmless scenario may tell what it changes, too.
    harm: Mapping[str, Harm] = field(default_factory=dict)
    #: What the guard has to name. The same on every flavour, or by flavour.
    lost: Sequence[Lost] | Mapping[str, Sequence[Lost]] = ()
    #: What mode auto should come to, by flavour where it differs: "kept" (the change
    #: is made and nothing is lost), "refused", "warned" (strict alone refuses), or
    #: "allowed" (the state wants the loss).
    auto: str | Mapping[str, str] = "refused"
    #: Series of statements whose last one has to fail where nothing was lost.
    violations: Sequence[Sequence[str]] = ()
    #: Flavours that the scenario makes sense for.
    flavours: Sequence[str] = FLAVOURS
    #: The first Django that can run it.
    since: tuple[int, int] = (5, 2)
    #: Whether `changes` is to name indexes that enforce nothing, too.
    shows_indexes: bool = False

    def __str__(self) -> str:
        return f"{self.hazard}-{self.name}"

    @property
    def is_for_this_leg(self) -> bool:
        return FLAVOUR in self.flavours and django.VERSION[:2] >= self.since

    @property
    def harm_here(self) -> Harm:
        """Return what the control run has to show on this leg."""
        missing = Harm(error="no expectation", changes=("no expectation",))
        return here(self.harm, missing)

    @property
    def lost_here(self) -> Sequence[Lost]:
        return here(self.lost, ()) if isinstance(self.lost, Mapping) else self.lost

    @property
    def auto_here(self) -> str:
        if isinstance(self.auto, Mapping):
            return here(self.auto, "refused")
        return self.auto

    @property
    def rows_here(self) -> Rows:
        return here(self.rows, ()) if isinstance(self.rows, Mapping) else self.rows


# Snapshots


@dataclass(frozen=True)
class Snapshot:
    """The whole schema of a database, and the migrations it has on record."""

    catalogue: Catalogue
    applied: tuple[tuple[str, str], ...]

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Snapshot)
            and self.catalogue == other.catalogue
            and self.applied == other.applied
        )

    __hash__ = None  # type: ignore[assignment]

    def constraints(self, *, indexes: bool = False) -> Counter[str]:
        """Return a line for each constraint, without the names nobody chose."""
        return Counter(
            line
            for table in self.catalogue
            if table.name not in KEPT_TABLES
            for line in (
                *(
                    constraint_line(self.catalogue, table.name, constraint)
                    for constraint in table.constraints
                    if indexes or constraint.protects
                ),
                *(f"{table.name}: {d.kind} {d.name}" for d in table.dependents),
            )
        )


IS_DEPENDENT = re.compile(r": (view|materialized view|rule|function) ")
#: What Django appends to a name to make it differ.
DIGEST = re.compile(r"_[0-9a-f]{8}(?![0-9a-z])")
#: Django's and the servers' own names: they say nothing, and differ by server.
GENERATED_NAME = re.compile(
    r"_[0-9a-f]{8}(_|$)|(_key|_pkey|_check|_excl)\d*$|^PRIMARY$|^sqlite_autoindex_"
    r"|^CONSTRAINT_\d+$|_(ibfk|chk)_\d+$|_\d+$|^\d+$|_fk_|_fkey\d*$"
    r"|_not_null$"
)


def constraint_line(catalogue: Catalogue, table: str, constraint: Constraint) -> str:
    """Return a constraint as one line that is equal on all servers."""
    if isinstance(constraint, Check | Exclusion):
        # Each server prints expressions in its own way.
        text = f"{constraint.kind} ({', '.join(sorted(constraint.uses))})"
    elif isinstance(constraint, Unique | Index):
        key = list(constraint.columns)
        if constraint.expressions:
            hidden = constraint.reads.difference(getattr(constraint, "include", ()))
            key += [f"expression of {', '.join(sorted(hidden))}"]
        text = f"{constraint.kind} ({', '.join(key)})"
        if isinstance(constraint, Unique):
            if constraint.include:
                text += f" INCLUDE ({', '.join(constraint.include)})"
            text += f" {constraint.deferrable}" if constraint.deferrable else ""
            text += "" if constraint.nulls_distinct else " NULLS NOT DISTINCT"
            text += "" if constraint.is_valid else " NOT VALID"
        if constraint.condition:
            text += f" WHERE {constraint.condition}"
    elif isinstance(constraint, ForeignKey):
        text = constraint.describe().removeprefix("FOREIGN KEY ")
        text += "" if constraint.is_valid else " NOT VALID"
        text += "" if constraint.to_table in catalogue else ", which is not there"
    else:
        text = constraint.describe()
    chosen = constraint.name and not GENERATED_NAME.search(constraint.name)
    if chosen and constraint.name not in constraint.columns:
        text += f" [{constraint.name}]"
    return f"{table}: {text}"


#: How servers write the same type, and how it is written here.
TYPE_NAMES = (
    (re.compile(r"\b(int|bigint|smallint)\(\d+\)"), r"\1"),
    (re.compile(r"\binteger\b"), "int"),
    (re.compile(r"\bcharacter varying\b"), "varchar"),
)


def column_text(column: Column) -> str:
    """Return a column's definition in one way for all servers."""
    text = column.type
    for pattern, name in TYPE_NAMES:
        text = pattern.sub(name, text)
    text += f" GENERATED {column.generated}" if column.generated else ""
    return text if column.null else f"{text} NOT NULL"


def changes(before: Snapshot, after: Snapshot, *, indexes: bool = False) -> list[str]:
    """Return what differs, a line each: "-" is gone, "+" is new, "~" is another."""
    lines = []
    old, new = before.catalogue.tables, after.catalogue.tables
    gone, come = old.keys() - new.keys(), new.keys() - old.keys()
    lines += [f"- table {name}" for name in gone]
    lines += [f"+ table {name}" for name in come if name not in KEPT_TABLES]
    for name in old.keys() & new.keys():
        was = {column.name: column for column in old[name].columns}
        now = {column.name: column for column in new[name].columns}
        lines += [f"- column {name}.{each}" for each in was.keys() - now.keys()]
        lines += [f"+ column {name}.{each}" for each in now.keys() - was.keys()]
        for each in was.keys() & now.keys():
            texts = [column_text(column) for column in (was[each], now[each])]
            if was[each].collation != now[each].collation:
                texts = [
                    f"{text} COLLATE {column.collation}"
                    for text, column in zip(texts, (was[each], now[each]), strict=True)
                ]
            if texts[0] != texts[1]:
                lines.append(f"~ column {name}.{each}: {texts[0]} -> {texts[1]}")
    constraints_before = before.constraints(indexes=indexes)
    constraints_after = after.constraints(indexes=indexes)
    # What a dropped table enforced went with it; what stood on it is news.
    lines += [
        f"- {line}"
        for line in (constraints_before - constraints_after).elements()
        if line.split(":")[0] not in gone or IS_DEPENDENT.search(line)
    ]
    lines += [
        f"+ {line}"
        for line in (constraints_after - constraints_before).elements()
        if not (line.split(":")[0] in come and ": PRIMARY KEY" in line)
    ]
    lines += [
        f"{sign} migration {app}.{name[:4]}"
        for sign, one, other in (
            ("-", before.applied, after.applied),
            ("+", after.applied, before.applied),
        )
        for app, name in one
        if (app, name) not in other
    ]
    return sorted(lines)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one call of migrate did."""

    error: BaseException | None
    output: str
    before: Snapshot
    after: Snapshot
    shows_indexes: bool = False

    @property
    def error_text(self) -> str:
        """Return the error's class and text, with a star for Django's digests."""
        if self.error is None:
            return ""
        text = f"{type(self.error).__name__}: {self.error}"
        return DIGEST.sub("_*", text)

    @property
    def changes(self) -> list[str]:
        return changes(self.before, self.after, indexes=self.shows_indexes)

    @property
    def is_untouched(self) -> bool:
        """Say whether the database is as it was, to the last index."""
        return self.before == self.after

    def __str__(self) -> str:
        parts = [self.error_text or "migrate passed", *self.changes]
        return "\n".join(f"  {part}" for part in parts)


# The lab


class Lab:
    """Migrations on disk and the database they run on.

    Entered, it points MIGRATION_MODULES at packages of its own; left, it takes them
    away again and empties the database.
    """

    _numbers = itertools.count()
    #: The migrations that are applied, as text -> the constraints they promise.
    _promises: dict[tuple[str, ...], Counter[str]] = {}

    def __init__(self, alias: str = DEFAULT_DB_ALIAS) -> None:
        self.alias = alias
        self.steps: list[tuple[str, str]] = []
        self._exit = contextlib.ExitStack()

    def __enter__(self) -> Lab:
        self.package = f"lab_{os.getpid()}_{next(self._numbers)}"
        self.root = Path(tempfile.mkdtemp(prefix="fkguard"))
        self._exit.callback(shutil.rmtree, self.root)
        for app in APPS:
            directory = self.root / self.package / app
            directory.mkdir(parents=True)
            (directory / "__init__.py").touch()
        (self.root / self.package / "__init__.py").touch()
        sys.path.insert(0, str(self.root))
        self._exit.callback(self._forget_modules)
        self._exit.enter_context(
            override_settings(
                MIGRATION_MODULES={app: f"{self.package}.{app}" for app in APPS}
            )
        )
        self._exit.enter_context(mock.patch.object(sys, "dont_write_bytecode", True))
        self._exit.callback(self.leave)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._exit.close()

    def _forget_modules(self) -> None:
        sys.path.remove(str(self.root))
        for name in list(sys.modules):
            if name.partition(".")[0] == self.package:
                del sys.modules[name]
        # Each of thousands of these folders would be gone through for every import.
        for path in list(sys.path_importer_cache):
            if path.startswith(str(self.root)):
                del sys.path_importer_cache[path]

    @property
    def connection(self) -> BaseDatabaseWrapper:
        return connections[self.alias]

    # Migrations

    def write(self, *steps: Step | Sequence[Operation]) -> list[tuple[str, str]]:
        """Write migrations behind those that are there and return their keys."""
        written = []
        for each in steps:
            step = each if isinstance(each, Step) else Step(operations=each)
            name = f"{len(self.steps) + 1:04}_step"
            attributes = {
                "operations": list(step.operations),
                "dependencies": self._latest(step.app),
                "atomic": step.atomic,
            }
            migration = type("Migration", (Migration,), attributes)(name, step.app)
            source = MigrationWriter(migration, include_header=False).as_string()
            if not step.atomic and "atomic = False" not in source:
                # Django 5.2 leaves it to whoever edits the file.
                source += "\n    atomic = False\n"
            path = self.root / self.package / step.app / f"{name}.py"
            path.write_text(source, encoding="utf-8")
            self.steps.append((step.app, name))
            written.append((step.app, name))
        importlib.invalidate_caches()
        return written

    def _latest(self, app: str) -> list[tuple[str, str]]:
        """Return the last migration, and the last one of an app."""
        of_app = [each for each in self.steps if each[0] == app]
        return sorted({*self.steps[-1:], *of_app[-1:]})

    def migrate(
        self,
        target: tuple[str, str] | None = None,
        *,
        mode: str = "off",
        **options: Any,
    ) -> Outcome:
        """Run migrate to a migration, the last one by default, in one mode."""
        app, name = target or self.steps[-1]
        before = self.snapshot()
        output = io.StringIO()
        error: BaseException | None = None
        options = {"verbosity": 1, "skip_checks": False, **options}
        with mock.patch.dict(os.environ, {"FKGUARD_MODE": mode}):
            try:
                call_command(
                    "migrate",
                    app,
                    name,
                    database=self.alias,
                    interactive=False,
                    no_color=True,
                    stdout=output,
                    stderr=output,
                    **options,
                )
            except Exception as caught:  # noqa: BLE001 - the outcome tells it
                error = caught
                self.reconnect()
        return Outcome(
            error=error,
            output=output.getvalue(),
            before=before,
            after=self.snapshot(),
        )

    def apply(self, *history: Step | Sequence[Operation]) -> None:
        """Write a history and apply it without the guard, to start from there."""
        self.write(*history)
        # What the command does around it, the tests look at where it matters.
        with mock.patch.dict(os.environ, {"FKGUARD_MODE": "off"}):
            executor = MigrationExecutor(self.connection)
            executor.migrate([self.steps[-1]])

    def migrate_only(self, mode: str) -> BaseException | None:
        """Run migrate without a look at the schema around it; return its error."""
        app, name = self.steps[-1]
        with mock.patch.dict(os.environ, {"FKGUARD_MODE": mode}):
            try:
                call_command(
                    "migrate",
                    app,
                    name,
                    database=self.alias,
                    interactive=False,
                    skip_checks=True,
                    verbosity=0,
                )
            except Exception as error:  # noqa: BLE001 - the caller tells it
                return error
        return None

    def prepare(self, scenario: Scenario) -> tuple[str, str]:
        """Bring the database to where a scenario starts; return where it goes."""
        before = len(self.steps)
        if scenario.history:
            self.apply(*scenario.history)
        history = self.steps[before:]
        changed = self.write(*scenario.change)
        for work in (here(scenario.by_hand, ()), scenario.rows_here):
            if callable(work):
                work(self.connection)
            else:
                self.execute(*work)
        if scenario.unapply:
            kept = len(history) - scenario.unapply
            return history[kept - 1] if kept else (history[0][0], "zero")
        return changed[-1]

    def run(self, scenario: Scenario, mode: str = "off", **options: Any) -> Outcome:
        """Play a scenario and return what its migrations did in one mode."""
        outcome = self.migrate(self.prepare(scenario), mode=mode, **options)
        return replace(outcome, shows_indexes=scenario.shows_indexes)

    # The database

    def execute(self, *statements: str) -> None:
        """Run SQL as it stands."""
        with self.connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def failing(self, *statements: str) -> int | None:
        """Run SQL and return the number of the statement that breaks integrity."""
        for number, statement in enumerate(statements):
            try:
                self.execute(statement)
            except IntegrityError:
                self.reconnect()
                return number
        return None

    def is_enforced(self, *statements: str) -> bool:
        """Say whether the last statement breaks integrity, and no other does."""
        return self.failing(*statements) == len(statements) - 1

    def snapshot(self) -> Snapshot:
        """Read the whole schema and the recorded migrations."""
        marks = ", ".join(["%s"] * len(APPS))
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"SELECT app, name FROM django_migrations WHERE app IN ({marks})",
                list(APPS),
            )
            applied = tuple(sorted(map(tuple, cursor.fetchall())))
        return Snapshot(read_catalogue(self.connection), applied)

    def missing(self) -> list[str]:
        """Return what a new database would enforce and this one does not.

        Django itself is asked: the models of the recorded migrations are created
        on the emptied database, so nothing may be left there of what was found.
        """
        found = self.snapshot()
        files = [
            (self.root / self.package / app / f"{name}.py").read_text(encoding="utf-8")
            for app, name in self.steps
            if (app, name) in found.applied
        ]
        # The same files promise the same in each mode.
        key = (self.alias, *files)
        if key not in self._promises:
            self._promises[key] = self._promised()
        # Names may differ, and a referential action does what NO ACTION promises.
        names = re.compile(r" \[[^]]+\]$")
        extra = re.compile(r" \[[^]]+\]$| ON DELETE .*")
        kept = Counter(found.constraints().keys())
        for line in found.constraints():
            kept[names.sub("", line)] += 1
            kept[extra.sub("", line)] += 1
        promises = {names.sub("", line) for line in self._promises[key]}
        return sorted(line for line in promises if not kept[line])

    def _promised(self) -> Counter[str]:
        """Return what the models of the recorded migrations have when newly made."""
        executor: Any = MigrationExecutor(self.connection)
        state = executor._create_project_state(with_applied_migrations=True)
        self.clean()
        with (
            mock.patch.dict(os.environ, {"FKGUARD_MODE": "off"}),
            self.connection.schema_editor() as editor,
        ):
            for model in in_order(state.apps.get_models()):
                if model._meta.app_label in APPS and model._meta.can_migrate(
                    self.connection
                ):
                    forget_the_impossible(model, self.connection)
                    editor.create_model(model)
        return self.snapshot().constraints()

    def reconnect(self) -> None:
        """Begin a new session, as the next process would after an error."""
        connection = self.connection
        old = connection.connection
        if old is not None:
            with contextlib.suppress(Error), connection.wrap_database_errors:
                old.rollback()
        # A database in memory lives as long as a connection to it: connect first.
        connection.connect()
        if old is not None:
            old.close()

    def leave(self) -> None:
        """Leave an empty database, and no state of a session, to whoever comes next."""
        for alias in {self.alias, DEFAULT_DB_ALIAS}:
            self.alias = alias
            self.clean()
        for each in connections.all(initialized_only=True):
            if not begin_session_anew(each):
                each.close()

    def clean(self) -> None:
        """Drop everything that a scenario can have left behind."""
        if self.connection.in_atomic_block or self.connection.needs_rollback:
            self.reconnect()
        with self.connection.cursor() as cursor:
            CLEANERS[self.connection.vendor](cursor)
            tables = self.connection.introspection.table_names(cursor)
            if "django_migrations" in tables:
                marks = ", ".join(["%s"] * len(APPS))
                cursor.execute(
                    f"DELETE FROM django_migrations WHERE app IN ({marks})", APPS
                )
            if "django_content_type" in tables:
                marks = ", ".join(["%s"] * len(APPS))
                cursor.execute(
                    f"DELETE FROM django_content_type WHERE app_label IN ({marks})",
                    APPS,
                )


def begin_session_anew(connection: BaseDatabaseWrapper) -> bool:
    """Bring a session of PostgreSQL to its beginning; say whether that was possible.

    What a new one has to read of the catalogue costs more than most tests. Only a
    session that was opened with the settings of this run is kept.
    https://www.postgresql.org/docs/current/sql-discard.html
    """
    if connection.vendor != "postgresql" or connection.connection is None:
        return False
    opened_with = OPENED_WITH.get(connection)
    is_own = opened_with == connection.settings_dict == _settings_of_run(connection)
    if not is_own or connection.in_atomic_block or not connection.is_usable():
        return False
    with connection.cursor() as cursor:
        cursor.execute("DISCARD ALL")
    connection.init_connection_state()
    return True


#: The settings that each connection had when it was opened.
OPENED_WITH: WeakKeyDictionary[BaseDatabaseWrapper, dict[str, Any]] = (
    WeakKeyDictionary()
)


_CONFIGURED = copy.deepcopy(connections.settings)


def _settings_of_run(connection: BaseDatabaseWrapper) -> dict[str, Any]:
    name = connection.settings_dict["NAME"]
    return {**_CONFIGURED[connection.alias], "NAME": name}


@receiver(connection_created)
def _note_settings(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    OPENED_WITH[connection] = copy.deepcopy(connection.settings_dict)


def forget_the_impossible(
    model: type[models.Model], connection: BaseDatabaseWrapper
) -> None:
    """Take out of a model's options what names a field that it has no more."""
    editor = connection.schema_editor(collect_sql=True)
    editor.deferred_sql = []
    names = {field.name for field in model._meta.local_fields}
    model._meta.unique_together = [
        each for each in model._meta.unique_together if names.issuperset(each)
    ]
    possible = []
    for constraint in model._meta.constraints:
        with contextlib.suppress(FieldDoesNotExist, FieldError):
            constraint.constraint_sql(model, editor)
            possible.append(constraint)
    model._meta.constraints = possible


def in_order(
    classes: Iterable[type[models.Model]],
) -> Iterator[type[models.Model]]:
    """Yield models behind the models they reference, as far as that is possible."""
    waiting = list(classes)
    while waiting:
        ready = next(
            (
                model
                for model in waiting
                if not any(
                    field.remote_field.model in waiting
                    and field.remote_field.model is not model
                    for field in model._meta.local_fields
                    if field.remote_field
                )
            ),
            waiting[0],
        )
        waiting.remove(ready)
        yield ready


def read_catalogue(connection: BaseDatabaseWrapper) -> Catalogue:
    """Read the catalogue, less the tables that belong to the test database."""
    from fkguard.backends import backend_for

    return backend_for(connection).introspection.read()


def _clean_sqlite(cursor: Any) -> None:
    cursor.execute("PRAGMA foreign_keys = OFF")
    cursor.execute(
        "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' "
        "AND type IN ('trigger', 'view', 'table') ORDER BY type DESC"
    )
    for kind, name in sorted(cursor.fetchall(), key=lambda row: row[0] == "table"):
        if name not in KEPT_TABLES:
            cursor.execute(f'DROP {kind} IF EXISTS "{name}"')
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA legacy_alter_table = OFF")


#: What a session of each server may have been told by hand.
SESSION_RESET = {
    "mysql": "restrict_fk_on_non_standard_key",
    "mariadb": "enforce_storage_engine",
}


def _clean_mysql(cursor: Any) -> None:
    cursor.execute(
        "SET foreign_key_checks = 0, default_storage_engine = DEFAULT, "
        f"{SESSION_RESET[FLAVOUR]} = DEFAULT"
    )
    # No server tells which temporary tables a session has.
    cursor.execute("DROP TEMPORARY TABLE IF EXISTS testapp_author")
    cursor.execute("SHOW FULL TABLES")
    found: dict[str, list[str]] = {"VIEW": [], "TABLE": []}
    for name, kind in cursor.fetchall():
        if name not in KEPT_TABLES:
            found["VIEW" if "VIEW" in kind else "TABLE"].append(f"`{name}`")
    for kind, names in found.items():
        if names:
            cursor.execute(f"DROP {kind} {', '.join(names)}")
    cursor.execute("SET foreign_key_checks = 1")


def _clean_postgresql(cursor: Any) -> None:
    # Not SET, which only a superuser may, whatever the value.
    cursor.execute(
        "SELECT set_config(name, reset_val, false) FROM pg_settings "
        "WHERE name = 'session_replication_role' AND setting <> reset_val"
    )
    cursor.execute(
        """
        SELECT 'DROP SCHEMA ' || quote_ident(nspname) || ' CASCADE'
        FROM pg_namespace
        WHERE nspname NOT LIKE 'pg\\_%%'
          AND nspname NOT IN ('information_schema', 'public')
        UNION ALL
        SELECT 'DROP ' || CASE relkind
                WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END
            || ' IF EXISTS ' || string_agg(quote_ident(relname), ', ') || ' CASCADE'
        FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
          AND relname <> ALL (%s)
          AND oid NOT IN (SELECT objid FROM pg_depend WHERE deptype = 'e')
        GROUP BY relkind
        UNION ALL
        SELECT 'DROP ROUTINE ' || string_agg(oid::regprocedure::text, ', ')
            || ' CASCADE'
        FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
          AND oid NOT IN (SELECT objid FROM pg_depend WHERE deptype = 'e')
        HAVING count(*) > 0
        UNION ALL
        SELECT 'DROP DOMAIN ' || string_agg(quote_ident(typname), ', ') || ' CASCADE'
        FROM pg_type
        WHERE typnamespace = 'public'::regnamespace AND typtype = 'd'
        HAVING count(*) > 0
        """,
        [list(KEPT_TABLES)],
    )
    for (statement,) in cursor.fetchall():
        cursor.execute(statement)


CLEANERS: dict[str, Callable[[Any], None]] = {
    "sqlite": _clean_sqlite,
    "mysql": _clean_mysql,
    "postgresql": _clean_postgresql,
}


__all__ = [
    "FLAVOUR",
    "FLAVOURS",
    "LEG",
    "LEGS",
    "Harm",
    "Lab",
    "Lost",
    "Outcome",
    "Scenario",
    "Snapshot",
    "Step",
    "changes",
    "here",
]
