"""Code and operations that migrations of the tests name by their import path."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connections
from django.db.migrations.operations import AlterField, RemoveField
from django.db.migrations.operations.base import Operation


def nothing(apps: Any, schema_editor: Any) -> None:
    """Do nothing."""


def remove_series(apps: Any, schema_editor: Any) -> None:
    """Remove a column behind the back of the plan."""
    book = apps.get_model("testapp", "Book")
    schema_editor.remove_field(book, book._meta.get_field("series"))


def remove_title(apps: Any, schema_editor: Any) -> None:
    """Remove a column that no constraint reads."""
    book = apps.get_model("testapp", "Book")
    schema_editor.remove_field(book, book._meta.get_field("title"))


def drop_book_place(apps: Any, schema_editor: Any) -> None:
    """Drop a unique through its own statement, whatever the plan knows."""
    word = "INDEX" if schema_editor.connection.vendor == "mysql" else "CONSTRAINT"
    name = "book" + "_place"
    schema_editor.execute(f"ALTER TABLE testapp_book DROP {word} {name}")


def free_names(apps: Any, schema_editor: Any) -> None:
    """Give up the names that a renamed table keeps, as they are found."""
    connection = schema_editor.connection
    quote = connection.ops.quote_name
    table = apps.get_model("testapp", "Volume")._meta.db_table
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table)
    for name, each in found.items():
        if connection.vendor == "mysql" and each["foreign_key"]:
            to, column = map(quote, each["foreign_key"])
            own = quote(each["columns"][0])
            schema_editor.execute(
                f"ALTER TABLE {quote(table)} DROP FOREIGN KEY {quote(name)}, "
                f"ADD CONSTRAINT volume_key FOREIGN KEY ({own}) "
                f"REFERENCES {to} ({column})"
            )
        elif connection.vendor != "mysql" and each["index"] and not each["unique"]:
            schema_editor.execute(f"DROP INDEX {quote(name)}")


def count_volumes(apps: Any, schema_editor: Any) -> None:
    """Read the rows of a model, and change nothing."""
    apps.get_model("testapp", "Volume").objects.count()


#: What `send` sends.
TO_SEND: list[Any] = []


def send(apps: Any, schema_editor: Any) -> None:
    """Send SQL with a cursor, as code does that knows no schema editor."""
    with schema_editor.connection.cursor() as cursor:
        for statement in TO_SEND:
            cursor.execute(statement)


def lose_the_server(apps: Any, schema_editor: Any) -> None:
    """End the session of the migration from another one, as an operator would."""
    victim = schema_editor.connection
    with victim.cursor() as cursor:
        if victim.vendor == "postgresql":
            cursor.execute("SELECT pg_backend_pid()")
        else:
            cursor.execute("SELECT connection_id()")
        (number,) = cursor.fetchone()
    killer = connections.create_connection(victim.alias)
    try:
        with killer.cursor() as cursor:
            if victim.vendor == "postgresql":
                cursor.execute("SELECT pg_terminate_backend(%s)", [number])
            else:
                cursor.execute(f"KILL {number:d}")
    finally:
        killer.close()


class DropColumnOf(Operation):
    """An operation that Django did not write, which asks the editor."""

    reversible = False

    def __init__(self, model_name: str, name: str) -> None:
        self.model_name = model_name
        self.name = name

    def state_forwards(self, app_label: str, state: Any) -> None:
        state.remove_field(app_label, self.model_name.lower(), self.name)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        schema_editor.remove_field(model, model._meta.get_field(self.name))

    def describe(self) -> str:
        return f"Drop {self.name} of {self.model_name}"


class AskThenDropColumnOf(DropColumnOf):
    """One that asks the database first, so that nobody sees it beforehand."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.collect_sql:
            raise RuntimeError("This operation wants a database.")
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class InheritedRemoveField(RemoveField):
    """Django's own operation under another name, as packages publish them."""


class LoudRemoveField(RemoveField):
    """One that does Django's work in a method of its own."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class DefaultOnly:
    """A router that keeps migrations of testapp off the other database."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return db == "default" if app_label == "testapp" else None


class NotBooks:
    """A router that keeps one model off every database."""

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool | None:
        return False if model_name == "book" else None


def delete_orphaned_books(apps: Any, schema_editor: Any) -> None:
    """Put rows right that a foreign key would refuse."""
    volumes = apps.get_model("testapp", "Book")
    authors = apps.get_model("testapp", "Author")
    known = set(authors.objects.values_list("pk", flat=True))
    for each in volumes.objects.all():
        if each.author_id not in {None, *known}:
            each.delete()


def delete_duplicate_books(apps: Any, schema_editor: Any) -> None:
    """Put rows right that a unique constraint would refuse."""
    known = set()
    for each in apps.get_model("testapp", "Book").objects.order_by("pk"):
        if (each.series, each.number) in known:
            each.delete()
        known.add((each.series, each.number))


def fill_books(apps: Any, schema_editor: Any) -> None:
    """Put rows right that NOT NULL or a check would refuse."""
    apps.get_model("testapp", "Book").objects.update(number=1)


def add_orphan(apps: Any, schema_editor: Any) -> None:
    """Add a book by an author whom nobody knows, before its foreign key is there."""
    apps.get_model("testapp", "Tag").objects.create(id=1, name="")
    apps.get_model("testapp", "Book").objects.create(author_id=7, tag_id=1)


class AlterAndBreak(AlterField):
    """Alter a field, leave an orphan where its foreign key was, and fail."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        old = from_state.apps.get_model(app_label, self.model_name)
        original = schema_editor._alter_field

        def breaking(*args: Any, **kwargs: Any) -> None:
            name = schema_editor._constraint_names(
                model, ["author_id"], foreign_key=True
            )[0]
            schema_editor.execute(
                f"ALTER TABLE {model._meta.db_table} DROP FOREIGN KEY {name}"
            )
            model.objects.update(author_id=9)
            1 / 0  # noqa: B018

        schema_editor._alter_field = breaking
        try:
            schema_editor.alter_field(
                old, old._meta.get_field("author"), model._meta.get_field("author")
            )
        finally:
            schema_editor._alter_field = original


#: What `call` calls.
CALLED: Callable[[], Any] = list


def call(apps: Any, schema_editor: Any) -> None:
    """Call what a test wants to be called in the middle of a migration."""
    CALLED()


def count_run(apps: Any, schema_editor: Any) -> None:
    """Insert a row: what a migration that runs twice inserts twice.

    Wait, if a test says so, until it lets the migration go on.
    """
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("INSERT INTO testapp_log (number) VALUES (1)")
    if gate := os.environ.get("TEST_GATE"):
        while not Path(gate).exists():
            time.sleep(0.05)


def migrate_other_app(apps: Any, schema_editor: Any) -> None:
    """Run ``migrate`` for another app while this migration runs."""
    call_command(
        "migrate",
        "otherapp",
        database=schema_editor.connection.alias,
        verbosity=0,
        skip_checks=True,
    )
