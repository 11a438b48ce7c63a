"""Intents and owed constraints, kept in the database that owes them.

One small table, made on first need, as Django makes ``django_migrations``. A
constraint is stored as structure, never as SQL to replay.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.apps.registry import Apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from .constraints import Check, Constraint, Exclusion, ForeignKey, Unique
from .forecast import Owed

KINDS: Mapping[str, type[Constraint]] = {
    kind.__name__: kind for kind in (Unique, ForeignKey, Check, Exclusion)
}


class Entry(models.Model):
    """One constraint that was taken away and is not back yet."""

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


class Ledger:
    """The ledger of one database."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection
        self.entries: Any = Entry._default_manager.using(connection.alias)

    def exists(self) -> bool:
        """Say whether the table has been made."""
        with self.connection.cursor() as cursor:
            tables = self.connection.introspection.table_names(cursor)
        return Entry._meta.db_table in tables

    def create(self, editor: Any) -> None:
        """Make the table unless it is there, with an editor that is at work."""
        if not self.exists():
            editor.create_model(Entry)

    def write(self, owed: Owed) -> None:
        """Write an owed constraint down; commits where the caller is not atomic."""
        entry = self.entries.create(
            origin=owed.origin[:255],
            table=owed.table[:255],
            structure=json.dumps(_structure(owed), sort_keys=True),
        )
        owed.row = entry.pk

    def strike(self, owed: Owed) -> None:
        """Strike a constraint that is back, or that nobody wants any more."""
        if owed.row is not None:
            self.entries.filter(pk=owed.row).delete()
            owed.row = None

    def update(self, owed: Owed) -> None:
        """Follow a table or a column that was renamed."""
        if owed.row is not None:
            self.entries.filter(pk=owed.row).update(
                table=owed.table, structure=json.dumps(_structure(owed), sort_keys=True)
            )

    def owed(self) -> list[Owed]:
        """Return what is owed, oldest first; nothing where there is no table."""
        if not self.exists():
            return []
        return [_owed(entry) for entry in self.entries.order_by("pk")]


def _structure(owed: Owed) -> dict[str, Any]:
    values = asdict(owed.constraint)
    values["reads"] = sorted(values["reads"])
    return {
        "kind": type(owed.constraint).__name__,
        "constraint": values,
        "is_known": owed.is_known,
        "fields": owed.fields,
        "waits": owed.waits,
    }


def _owed(entry: Entry) -> Owed:
    stored = json.loads(entry.structure)
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in stored["constraint"].items()
    }
    values["reads"] = frozenset(values["reads"])
    return Owed(
        table=entry.table,
        constraint=KINDS[stored["kind"]](**values),
        is_known=stored["is_known"],
        fields=stored["fields"],
        row=entry.pk,
        origin=entry.origin,
        waits=stored.get("waits", False),
    )
