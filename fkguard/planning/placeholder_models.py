"""Models that a migration references before another one makes them.

Django makes no column whose referenced model the state does not have. In `auto` a
stand-in is in the state instead, the referenced model with its keys alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.migrations import Migration
from django.db.migrations.operations import (
    AddField,
    AlterField,
    CreateModel,
    RenameModel,
    SeparateDatabaseAndState,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.utils import resolve_relation

from ..declared.cache import ModelKey

Graph = Mapping[tuple[str, str], Any]
#: The operation's number, model, field and referenced model of a relation.
Unresolved = tuple[int, str, str, ModelKey]


def _references(
    operation: Operation, app_label: str
) -> Iterator[tuple[str, str, ModelKey]]:
    """Yield model, field and referenced model of each relation that is made."""
    fields: Iterable[tuple[str, Any]] = ()
    model = ""
    if isinstance(operation, CreateModel):
        model, fields = operation.name, operation.fields
    elif isinstance(operation, (AddField, AlterField)):
        model, fields = operation.model_name, [(operation.name, operation.field)]
    elif isinstance(operation, SeparateDatabaseAndState):
        for inner in (*operation.database_operations, *operation.state_operations):
            yield from _references(inner, app_label)
    for name, each in fields:
        if each.remote_field and each.remote_field.model:
            key = resolve_relation(each.remote_field.model, app_label, model)
            yield model, name, (key[0], key[1].lower())


def _makes(operation: Operation, app_label: str) -> Iterator[ModelKey]:
    if isinstance(operation, CreateModel):
        yield app_label, operation.name.lower()
    elif isinstance(operation, RenameModel):
        yield app_label, operation.new_name.lower()
    elif isinstance(operation, SeparateDatabaseAndState):
        for inner in (*operation.state_operations, *operation.database_operations):
            yield from _makes(inner, app_label)


def unresolved(migration: Migration, state: ProjectState) -> Iterator[Unresolved]:
    """Yield the relations of a migration whose model nothing has made by then.

    Django says
    "Related model cannot be resolved" when it comes there.
    """
    known = set(state.models)
    for number, operation in enumerate(migration.operations, start=1):
        made = list(_makes(operation, migration.app_label))
        for model, name, key in _references(operation, migration.app_label):
            if key not in known and key not in made and key[0] not in state.real_apps:
                yield number, model, name, key
        known.update(made)


def creator(key: ModelKey, graph: Graph) -> tuple[Migration, CreateModel] | None:
    """Return the migration that makes a model, and its operation."""
    for (app_label, _), migration in graph.items():
        if app_label != key[0] or migration is None:
            continue
        for operation in migration.operations:
            if isinstance(operation, CreateModel) and key[1] == operation.name_lower:
                return migration, operation
    return None


def stand_in(key: ModelKey, graph: Graph) -> ModelState | None:
    """Return a model with its keys alone; None where no migration makes it."""
    found = creator(key, graph)
    if found is None:
        return None
    _, operation = found
    keys = [
        (name, each.clone())
        for name, each in operation.fields
        if (each.primary_key or each.unique) and not each.remote_field
    ]
    if not any(each.primary_key for _, each in keys):
        return None  # A key that is a relation itself, or a composite one.
    options: dict[str, Any] = {
        name: operation.options[name]
        for name in ("db_table", "managed", "swappable")
        if name in operation.options
    }
    return ModelState(key[0], operation.name, keys, options)


def stand_in_for(migration: Migration, state: ProjectState, graph: Graph) -> None:
    """Put models into a state that a migration references and that come later."""
    for _, _, _, key in list(unresolved(migration, state)):
        if key not in state.models:
            model = stand_in(key, graph)
            if model is not None:
                state.add_model(model)


def stand_in_for_dangling(state: ProjectState, graph: Graph) -> None:
    """Do the same for a state that a run left which did not come to its end."""
    wanted: set[ModelKey] = set()
    for (app_label, name), model in state.models.items():
        for each in model.fields.values():
            remote = getattr(each.remote_field, "model", None)
            if remote:
                key = resolve_relation(remote, app_label, name)
                wanted.add((key[0], key[1].lower()))
    for key in sorted(wanted.difference(state.models)):
        if key[0] not in state.real_apps:
            model = stand_in(key, graph)
            if model is not None:
                state.add_model(model)
