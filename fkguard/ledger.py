"""Intents, owed constraints and progress, kept in the database concerned.

One small table, made on first need, as Django makes ``django_migrations``. A
constraint is stored as structure, never as SQL to replay.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.apps.registry import Apps
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import Error
from django.utils import timezone
from django.utils.functional import cached_property

from .backends import statements_for
from .constraints import Check, Constraint, Exclusion, ForeignKey, PrimaryKey, Unique
from .errors import LedgerUnreadable, Refused
from .forecast import Owed

KINDS: Mapping[str, type[Constraint]] = {
    kind.__name__: kind for kind in (Unique, ForeignKey, Check, Exclusion, PrimaryKey)
}
#: What an entry is called that tells how far a migration came.
PROGRESS = "Migration"
#: Seconds that a run waits for another one, which may be about to end.
PATIENCE = 5.0


class Entry(models.Model):
    """One constraint that was taken away and is not back yet, or one migration."""

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

    @cached_property
    def entries(self) -> Any:
        return Entry._default_manager.using(self.connection.alias)

    # The table.

    def exists(self) -> bool:
        """Say whether the table has been made."""
        with self.connection.cursor() as cursor:
            tables = self.connection.introspection.table_names(cursor)
        return Entry._meta.db_table in tables

    def create(self, editor: Any) -> None:
        """Make the table unless it is there, with an editor that is at work."""
        if getattr(self.connection, "_fkguard_ledger", False) or self.exists():
            return
        # A table without transactions loses what a crash interrupts.
        options = statements_for(self.connection).ledger_options
        editor.sql_create_table = f"{editor.sql_create_table}{options}"
        try:
            editor.create_model(Entry)
        finally:
            del editor.sql_create_table

    def open(self, editor: Any) -> None:
        """Make the table and try it; raise ``Refused`` where that cannot be."""
        alias = self.connection.alias
        try:
            self.create(editor)
            with transaction.atomic(using=alias):
                self.entries.create(origin="", table="", structure="{}").delete()
            # Until it is given back: no statement asks for it again.
            self.connection._fkguard_ledger = True  # type: ignore[attr-defined]
        except Error as error:
            text = str(error).strip().splitlines()
            raise Refused(
                f"SystemCheckError: fkguard cannot keep its ledger on the database "
                f"{alias!r}: {text[0] if text else type(error).__name__}\n"
                "The plan takes constraints away for a while, and this database "
                "cannot roll that back: what is away has to be written down first. "
                f"Give the account CREATE, SELECT, INSERT, UPDATE and DELETE on "
                f"{Entry._meta.db_table}, on a server that can be written to. "
                "Nothing was run."
            ) from error

    # The run that it belongs to.

    def claim(self) -> None:
        """Make the ledger this session's own; raise ``Refused`` if it is another's.

        The lock goes with the connection: what a killed run has written down is
        free for the next.
        """
        sql = statements_for(self.connection).claim
        if not sql or getattr(self.connection, "_fkguard_claims", False):
            return
        end = time.monotonic() + PATIENCE
        while not self._ask(sql):
            if time.monotonic() > end:
                raise Refused(
                    "SystemCheckError: another migrate is at work on the database "
                    f"{self.connection.alias!r}, and what {Entry._meta.db_table} "
                    "holds is its own. Run this one when it has ended. Nothing was "
                    "run."
                )
            time.sleep(0.1)
        self.connection._fkguard_claims = True  # type: ignore[attr-defined]

    def release(self) -> None:
        """Give the ledger back, if this session has it and is still connected."""
        self.connection._fkguard_ledger = False  # type: ignore[attr-defined]
        if not getattr(self.connection, "_fkguard_claims", False):
            return
        self.connection._fkguard_claims = False  # type: ignore[attr-defined]
        if self.connection.connection is not None and self.connection.is_usable():
            self._ask(statements_for(self.connection).release)

    def _ask(self, sql: str) -> bool:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return bool(cursor.fetchone()[0])

    # Constraints.

    def write(self, owed: Owed) -> None:
        """Write an owed constraint down; commits where the caller is not atomic."""
        entry = self.entries.create(
            origin=owed.origin[:255],
            table=owed.table[:255],
            structure=json.dumps(_structure(owed), sort_keys=True),
        )
        owed.row = entry.pk

    def strike(self, *struck: Owed) -> None:
        """Strike constraints that are back, or that nobody wants any more."""
        rows = [each.row for each in struck if each.row is not None]
        if rows:
            self.entries.filter(pk__in=rows).delete()
        for each in struck:
            each.row = None

    def update(self, owed: Owed) -> None:
        """Follow a table or a column that was renamed."""
        if owed.row is not None:
            self.entries.filter(pk=owed.row).update(
                table=owed.table, structure=json.dumps(_structure(owed), sort_keys=True)
            )

    def owed(self) -> list[Owed]:
        """Return what is owed, oldest first; nothing where there is no table."""
        return self.outstanding().owed

    # Migrations.

    def record(self, progress: Progress, struck: Iterable[Owed] = ()) -> None:
        """Write down how far a migration came, and strike what is back by then."""
        if rows := [(each, each.row) for each in struck]:
            try:
                with transaction.atomic(using=self.connection.alias):
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
            entry = self.entries.create(
                origin=progress.label[:255], table="", structure=structure
            )
            progress.row = entry.pk
        else:
            self.entries.filter(pk=progress.row).update(structure=structure)

    def forget(self, progress: Progress) -> None:
        """Strike a migration that has ended."""
        if progress.row is not None:
            self.entries.filter(pk=progress.row).delete()
            progress.row = None

    def outstanding(self) -> Outstanding:
        """Return everything that earlier runs left, oldest first.

        Raises ``LedgerUnreadable`` for what fkguard has not written.
        """
        found = Outstanding()
        if not self.exists():
            return found
        name = Entry._meta.db_table
        try:
            entries = list(self.entries.order_by("pk"))
        except Error as error:
            raise LedgerUnreadable(
                f"{name} is not the table that fkguard makes: {error}"
            ) from error
        for entry in entries:
            try:
                stored = json.loads(entry.structure)
                if stored["kind"] == PROGRESS:
                    found.progress[entry.origin] = _progress(entry, stored)
                else:
                    found.owed.append(_owed(entry, stored))
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise LedgerUnreadable(
                    f"the row {entry.pk} of {name} holds what fkguard has not "
                    f"written ({type(error).__name__}: {error}). Look at it, and "
                    "delete it if nothing is owed there"
                ) from error
        return found


def _progress(entry: Entry, stored: dict[str, Any]) -> Progress:
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


def _owed(entry: Entry, stored: dict[str, Any]) -> Owed:
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
