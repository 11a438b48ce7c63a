"""Private API of project states."""

from __future__ import annotations

import copy
from typing import Any

from django.db.migrations.operations import AlterField, RenameField
from django.db.models import CompositePrimaryKey


def relations_by_target(state: Any) -> Any:
    """Return ``ProjectState.relations``: remote key -> key -> name -> field.

    Read on 5.2, 6.0 and 6.1.
    """
    return state.relations


def state_forwards(operation: Any, app_label: str, state: Any) -> None:
    """Move a state through an operation, without what only rendered models need.

    ``ProjectState.alter_field()`` looks through every model for references to the
    field, to know which rendered models to reload; here none is. Read on 5.2, 6.0
    and 6.1.
    """
    if (
        type(operation) is AlterField
        and operation.preserve_default
        and "apps" not in state.__dict__
        and state._relations is None
    ):
        model = state.models[app_label, operation.model_name_lower]
        model.fields[operation.name] = operation.field
        return
    if type(operation) is RenameField and state._relations is None:
        _unshare(state, operation.old_name)
    elif _may_rename(operation):
        _unshare(state)
    operation.state_forwards(app_label, state)


def mutate_state(migration: Any, state: Any) -> None:
    """Move a state through a migration, which stays as it is."""
    for operation in migration.operations:
        state_forwards(operation, migration.app_label, state)


def _may_rename(operation: Any) -> bool:
    """Say whether an operation renames a field of the state, or nobody knows."""
    if isinstance(operation, RenameField):
        return True
    if hasattr(operation, "state_operations"):
        return any(_may_rename(each) for each in operation.state_operations)
    return not type(operation).state_forwards.__module__.startswith("django.")


def _unshare(state: Any, name: str = "") -> None:
    """Give a state relations and composite primary keys of its own.

    ``ProjectState.rename_field()`` writes the new name into `to_field` and into the
    columns of a composite primary key, in fields that the state shares with the
    operations. The run that follows would find it in tables that do not have it yet.
    With the old name, only what names it. Read on 5.2, 6.0 and 6.1.
    """
    for model in state.models.values():
        for key, field in model.fields.items():
            if not (field.remote_field or isinstance(field, CompositePrimaryKey)):
                continue
            if not name or name in _names_in(field):
                model.fields[key] = copy.deepcopy(field)


def _names_in(field: Any) -> set[Any]:
    """Return the names of fields that another field is made with."""
    found = {getattr(field.remote_field, "field_name", None)}
    for attribute in ("from_fields", "to_fields", "field_names"):
        found.update(getattr(field, attribute, None) or ())
    return found
