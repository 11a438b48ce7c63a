"""How far a copy has come, kept in the target.

Each step is written in the transaction of its rows, so that a copy that was killed
goes on without a gap and without a row twice.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.apps.registry import Apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class Step(models.Model):
    """How far one table has come; the one without a table holds the copy's plan."""

    id: Any = models.BigAutoField(primary_key=True)
    table: Any = models.CharField(max_length=255)
    #: JSON: the key of the last row, or the plan.
    state: Any = models.TextField()
    is_copied: Any = models.BooleanField(default=False)
    is_filled: Any = models.BooleanField(default=False)

    class Meta:
        apps = Apps()
        app_label = "fkguard"
        db_table = "fkguard_copy"

    def __str__(self) -> str:
        return f"{self.table}: {self.state}"


class Journal:
    """The journal of one target."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection
        self.steps: Any = Step._default_manager.using(connection.alias)

    def exists(self) -> bool:
        with self.connection.cursor() as cursor:
            tables = self.connection.introspection.table_names(cursor)
        return Step._meta.db_table in tables

    def create(self) -> None:
        """Make the table unless it is there."""
        if not self.exists():
            with self.connection.schema_editor() as editor:
                editor.create_model(Step)

    def drop(self) -> None:
        """Delete the table if it is there."""
        if self.exists():
            with self.connection.schema_editor() as editor:
                editor.delete_model(Step)

    def plan(self) -> dict[str, Any] | None:
        """Return the plan of the copy that was begun, or None."""
        if not self.exists():
            return None
        step = self.steps.filter(table="").first()
        return json.loads(step.state) if step else None

    def begin(self, plan: dict[str, Any], tables: list[str]) -> None:
        """Write the plan down, and a step for each table."""
        self.steps.all().delete()
        self.steps.create(table="", state=json.dumps(plan, sort_keys=True))
        self.steps.bulk_create(Step(table=each, state="null") for each in tables)

    def step(self, table: str) -> Step:
        """Return how far a table has come."""
        step: Step = self.steps.get(table=table)
        return step

    def reached(self, step: Step, last: tuple[Any, ...]) -> None:
        """Write the key of the last row down."""
        step.state = json.dumps([_as_json(each) for each in last])
        self.steps.filter(pk=step.pk).update(state=step.state)

    def after(self, step: Step) -> list[Any] | None:
        """Return the key to go on behind, or None at the beginning."""
        found: list[Any] | None = json.loads(step.state)
        return found

    def copied(self, step: Step) -> None:
        self.steps.filter(pk=step.pk).update(is_copied=True)

    def filled(self, step: Step) -> None:
        self.steps.filter(pk=step.pk).update(is_filled=True)

    def progress(self) -> tuple[int, int]:
        """Return how many tables are copied, and how many there are."""
        tables = self.steps.exclude(table="")
        return tables.filter(is_copied=True).count(), tables.count()


def _as_json(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value
