"""Write operations shorter than Django does, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations import CreateModel

BIG_ID = models.BigAutoField(primary_key=True, serialize=False)


def create(
    model: str, /, *, options: dict[str, Any] | None = None, **fields: models.Field
) -> CreateModel:
    """Return a CreateModel; the key is a BigAutoField unless a field is the key."""
    named = list(fields.items())
    if not any(field.primary_key for field in fields.values()):
        named.insert(0, ("id", BIG_ID))
    return CreateModel(model, named, options=options or {})


def integer(**options: Any) -> models.IntegerField:
    return models.IntegerField(default=0, **options)


def text(**options: Any) -> models.CharField:
    return models.CharField(max_length=30, default="", **options)


def key(to: str, **options: Any) -> models.ForeignKey:
    """Return a foreign key to a model of this app."""
    options.setdefault("on_delete", models.CASCADE)
    return models.ForeignKey(to if "." in to else f"testapp.{to}", **options)


def unique(name: str, *fields: str, **options: Any) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=fields, name=name, **options)


def retyped(
    type_: str, *, to: str = "id", more: str = ""
) -> Callable[[BaseDatabaseWrapper], None]:
    """Return what gives Book.author and its Author another type (MySQL, MariaDB)."""

    def work(connection: BaseDatabaseWrapper) -> None:
        drop_foreign_keys(connection, "testapp_book", ["author_id"])
        with connection.cursor() as cursor:
            cursor.execute(
                f"ALTER TABLE testapp_author MODIFY {to} {type_} NOT NULL {more}"
            )
            cursor.execute(f"ALTER TABLE testapp_book MODIFY author_id {type_}")
            cursor.execute(
                "ALTER TABLE testapp_book ADD FOREIGN KEY (author_id) "
                f"REFERENCES testapp_author ({to})"
            )

    return work


def drop_foreign_keys(
    connection: BaseDatabaseWrapper, table: str, columns: Sequence[str]
) -> None:
    """Drop the foreign keys of a column, as somebody with a prompt would."""
    quote = connection.ops.quote_name
    word = "FOREIGN KEY" if connection.vendor == "mysql" else "CONSTRAINT"
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table)
        for name, info in found.items():
            if info["foreign_key"] and info["columns"] == list(columns):
                cursor.execute(f"ALTER TABLE {quote(table)} DROP {word} {quote(name)}")
