"""Private API of models, fields and the registry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps.registry import Apps
from django.db.models import Model


def expression_references(expression: Any) -> Iterator[str]:
    """Yield the names of the fields that an expression or a Q reads.

    ``Model._get_expr_references`` on 5.2, 6.0 and 6.1.
    """
    for path in Model._get_expr_references(expression):  # type: ignore[attr-defined]
        yield path[0]


def models_of(apps: Apps) -> Iterator[type[Model]]:
    """Yield the models of a registry, join tables included."""
    yield from apps.get_models(include_auto_created=True, include_swapped=True)


def field_source(field: Any) -> str:
    """Return a field as the source of a migration.

    ``MigrationWriter.serialize()`` on 5.2, 6.0 and 6.1.
    """
    from django.db.migrations.writer import MigrationWriter

    return MigrationWriter.serialize(field)[0].replace(
        "django.db.models.deletion.", "models."
    )
