"""Code that a history runs, of which nobody can tell before what it does."""

from __future__ import annotations

from typing import Any

from django.utils.deconstruct import deconstructible

APP = "fuzz"


@deconstructible
class Reading:
    """Reads the rows of a model, as a data migration begins."""

    def __init__(self, model: str) -> None:
        self.model = model

    def __call__(self, apps: Any, schema_editor: Any) -> None:
        model = apps.get_model(APP, self.model)
        model.objects.using(schema_editor.connection.alias).count()


@deconstructible
class Sending:
    """Sends one statement through the schema editor."""

    def __init__(self, sql: str) -> None:
        self.sql = sql

    def __call__(self, apps: Any, schema_editor: Any) -> None:
        schema_editor.execute(self.sql)
