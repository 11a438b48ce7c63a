"""Intents, owed constraints and progress, kept in the database concerned.

One small table, made on first need, as Django makes ``django_migrations``. A
constraint is stored as structure, never as SQL to replay.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from django.apps.registry import Apps
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import Error
from django.utils import timezone

from ..backends import backend_for, facts_of
from ..errors import LedgerUnreadable, Refused, first_line
from ..judgement.recipes import Owed
from ..schema.constraints import (
    Check,
    Constraint,
    Exclusion,
    ForeignKey,
    PrimaryKey,
    Unique,
)
from ..schema.identifiers import namer
from .quiet import quiet_cursor, unobserved
from .state import run_of, runs

KINDS: Mapping[str, type[Constraint]] = {
    kind.__name__: kind for kind in (Unique, ForeignKey, Check, Exclusion, PrimaryKey)
}
#: What an entry is called that tells how far a migration came.
PROGRESS = "Migration"


class LedgerEntry(models.Model):
    """One constraint that was dropped and is not back yet, or one migration."""

    id: Any = models.BigAutoField(primary_key=True)
    created: Any = models.DateTimeField(default=timezone.now)
    origin: Any = models.CharField(max_length=255)
    table: Any = models.CharField(max_length=255)
    structure: Any = models.TextField()

    class Meta:
        apps = Apps()
        app_label = "fkguard"
        db_table = "fkguard_ledger"

    def __str__(self) -> str:
        return f"{self.table}: {self.structure}"


class Row(NamedTuple):
    """A row of the table."""

    pk: int
    origin: str
    table: str
    structure: str


@dataclass(kw_only=True)
class Progress:
    """How far a migration came that no transaction carries."""

    #: "app_label.name"
    label: str
    is_backwards: bool
    #: The operations in the order in which they run, in words.
    operations: list[str]
    #: How many of them are done.
    done: int = 0
    #: Whether a part of the next one may be done, too.
    began: bool = True
    row: int | None = None


@dataclass(kw_only=True)
class Outstanding:
    """What an earlier run left behind."""

    owed: list[Owed] = field(default_factory=list)
    #: By the label of the migration.
    progress: dict[str, Progress] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.owed or self.progress)


class Ledger:
    """The ledger of one database."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection

    # The table.

    def exists(self) -> bool:
        """Say whether the table has been made."""
        with quiet_cursor(self.connection) as cursor:
            tables = self.connection.introspection.table_names(cursor)
        return LedgerEntry._meta.db_table in tables

    def create(self, editor: Any) -> None:
        """Make the table unless it is there, with an editor that is at work."""
        run = run_of(self.connection)
        if (run is not None and run.is_ledger_open) or self.exists():
            return
        # A table without transactions loses what a crash interrupts.
        options = backend_for(self.connection).statements.ledger_options
        editor.sql_create_table = f"{editor.sql_create_table}{options}"
        try:
            with unobserved(self.connection):
                editor.create_model(LedgerEntry)
        finally:
            del editor.sql_create_table

    def open(self, editor: Any) -> None:
        """Make the table and try it; raise ``Refused`` where that cannot be."""
        alias = self.connection.alias
        try:
            self.create(editor)
            # A run that is killed in between leaves no row.
            with transaction.atomic(using=alias):
                self._delete([self._insert("", "", "{}")])
        except Error as error:
            raise Refused(
                f"SystemCheckError: fkguard cannot keep its ledger on the database "
                f"{alias!r}: {first_line(error)}\n"
                "The plan drops constraints temporarily, and this database cannot roll "
                "that back, so fkguard has to record them first. "
                f"Give the account CREATE, SELECT, INSERT, UPDATE and DELETE on "
                f"{LedgerEntry._meta.db_table}, on a server that can be written to. "
                "Nothing was run."
            ) from error

    # Rows: by SQL, so that no signal, router or query log of another app sees them.

    def _insert(self, origin: str, table: str, structure: str) -> int:
        """Insert a row; return its key."""
        connection = self.connection
        operations = connection.ops
        created = operations.adapt_datetimefield_value(timezone.now())
        names = self._names("created", "origin", "table", "structure")
        sql = f"INSERT INTO {self._table} ({names}) VALUES (%s, %s, %s, %s)"
        returns = connection.features.can_return_columns_from_insert
        if returns:
            sql += f" RETURNING {self._names('id')}"
        with quiet_cursor(connection) as cursor:
            cursor.execute(sql, [created, origin[:255], table[:255], structure])
            if returns:
                key = cursor.fetchone()[0]
            else:
                name = LedgerEntry._meta.db_table
                key = operations.last_insert_id(cursor, name, "id")
        if (run := run_of(connection)) is not None:
            run.rows.add(int(key))
        return int(key)

    def _update(self, key: int, **values: str) -> None:
        name = self.connection.ops.quote_name
        sets = ", ".join(f"{name(column)} = %s" for column in values)
        sql = f"UPDATE {self._table} SET {sets} WHERE {name('id')} = %s"
        with quiet_cursor(self.connection) as cursor:
            cursor.execute(sql, [*values.values(), key])

    def _delete(self, keys: Iterable[int]) -> None:
        marks = ", ".join(["%s"] * len(keys := list(keys)))
        sql = f"DELETE FROM {self._table} WHERE {self._names('id')} IN ({marks})"
        with quiet_cursor(self.connection) as cursor:
            cursor.execute(sql, keys)

    def _select(self) -> list[Row]:
        names = self._names("id", "origin", "table", "structure")
        sql = f"SELECT {names} FROM {self._table} ORDER BY {self._names('id')}"
        with quiet_cursor(self.connection) as cursor:
            cursor.execute(sql)
            return [Row(*each) for each in cursor.fetchall()]

    @property
    def _table(self) -> str:
        return self.connection.ops.quote_name(LedgerEntry._meta.db_table)

    def _names(self, *columns: str) -> str:
        return ", ".join(map(self.connection.ops.quote_name, columns))

    @contextmanager
    def _together(self) -> Iterator[None]:
        """Write several rows, or none."""
        with transaction.atomic(using=self.connection.alias):
            yield

    # Constraints.

    def write(self, owed: Owed) -> None:
        """Write an owed constraint down; commits where the caller is not atomic."""
        structure = json.dumps(_structure(owed), sort_keys=True)
        owed.row = self._insert(owed.origin, owed.table, structure)

    def strike(self, *struck: Owed) -> None:
        """Strike constraints that are back, or that nobody wants any more."""
        rows = [each.row for each in struck if each.row is not None]
        if rows:
            self._delete(rows)
        for each in struck:
            each.row = None

    def update(self, owed: Owed) -> None:
        """Follow a table or a column that was renamed."""
        if owed.row is not None:
            structure = json.dumps(_structure(owed), sort_keys=True)
            self._update(owed.row, table=owed.table[:255], structure=structure)

    def owed(self) -> list[Owed]:
        """Return what is owed, oldest first; nothing where there is no table."""
        return self.outstanding().owed

    # Migrations.

    def record(self, progress: Progress, struck: Iterable[Owed] = ()) -> None:
        """Write down how far a migration came, and strike what is back by then."""
        if rows := [(each, each.row) for each in struck]:
            try:
                with self._together():
                    self.record(progress)
                    self.strike(*(each for each, _ in rows))
            except BaseException:
                for each, row in rows:
                    each.row = row
                raise
            return
        structure = json.dumps(
            {
                "kind": PROGRESS,
                "done": progress.done,
                "began": progress.began,
                "is_backwards": progress.is_backwards,
                "operations": progress.operations,
            },
            sort_keys=True,
        )
        if progress.row is None:
            progress.row = self._insert(progress.label, "", structure)
        else:
            self._update(progress.row, structure=structure)

    def forget(self, progress: Progress) -> None:
        """Strike a migration that has ended."""
        if progress.row is not None:
            self._delete([progress.row])
            progress.row = None

    def outstanding(self) -> Outstanding:
        """Return everything that earlier runs left, oldest first.

        What the runs that contain this one have written is theirs to settle.

        Raises ``LedgerUnreadable`` for what fkguard has not written.
        """
        found = Outstanding()
        if not self.exists():
            return found
        name = LedgerEntry._meta.db_table
        try:
            entries = self._select()
        except Error as error:
            raise LedgerUnreadable(
                f"{name} is not the table that fkguard creates: {error}"
            ) from error
        outer = {key for run in runs(self.connection)[1:] for key in run.rows}
        for entry in entries:
            if entry.pk in outer:
                continue
            try:
                stored = json.loads(entry.structure)
                if stored["kind"] == PROGRESS:
                    found.progress[entry.origin] = _progress(entry, stored)
                else:
                    found.owed.append(self._comparable(_owed(entry, stored)))
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise LedgerUnreadable(
                    f"the row {entry.pk} of {name} contains data that fkguard did not "
                    f"write ({type(error).__name__}: {error}). Check it, and delete it "
                    "if no constraint has to be restored"
                ) from error
        return found

    def _comparable(self, owed: Owed) -> Owed:
        """Return it with names that compare as the server compares them."""
        facts = facts_of(self.connection)
        name = namer(facts.names)
        key = name if facts.compares_tables_alike else str
        owed.table = key(owed.table)
        owed.constraint = owed.constraint.renamed(name, key)
        return owed


def _progress(entry: Row, stored: dict[str, Any]) -> Progress:
    return Progress(
        label=entry.origin,
        is_backwards=stored["is_backwards"],
        operations=stored["operations"],
        done=stored["done"],
        began=stored["began"],
        row=entry.pk,
    )


def _structure(owed: Owed) -> dict[str, Any]:
    values = asdict(owed.constraint)
    values["reads"] = sorted(values["reads"])
    return {
        "kind": type(owed.constraint).__name__,
        "constraint": values,
        "is_known": owed.is_known,
        "is_intent": owed.is_intent,
        "migration": owed.migration,
        "fields": owed.fields,
        "waits": owed.waits,
    }


def _owed(entry: Row, stored: dict[str, Any]) -> Owed:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in stored["constraint"].items()
    }
    values["reads"] = frozenset(values["reads"])
    return Owed(
        table=entry.table,
        constraint=KINDS[stored["kind"]](**values),
        is_known=stored["is_known"],
        is_intent=stored["is_intent"],
        migration=stored["migration"],
        fields=stored["fields"],
        row=entry.pk,
        origin=entry.origin,
        waits=stored.get("waits", False),
    )
