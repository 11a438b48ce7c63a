"""Every branch on a Django version, and every use of Django's private API.

Each name says the versions it was read on. ``patches`` holds the seams; the rest
of the package imports what it needs of Django's internals from here.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import django
from django.apps.registry import Apps
from django.core.management.base import BaseCommand
from django.db.backends.base import schema
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement
from django.db.migrations.operations import AlterField, RenameField
from django.db.models import CompositePrimaryKey, Field, Model
from django.db.models.constraints import BaseConstraint

#: The newest series on which every use below was read and tested.
VERIFIED = (6, 1)


def series() -> tuple[int, int]:
    """Return the running Django as (major, minor)."""
    return django.VERSION[:2]


def cascades_dropped_columns() -> bool:
    """Say whether DROP COLUMN carries CASCADE on PostgreSQL (#35487, until 5.2)."""
    return series() < (6, 0)


def expression_references(expression: Any) -> Iterator[str]:
    """Yield the names of the fields that an expression or a Q reads.

    ``Model._get_expr_references`` on 5.2, 6.0 and 6.1.
    """
    for path in Model._get_expr_references(expression):  # type: ignore[attr-defined]
        yield path[0]


def index_name(editor: Any, table: str, columns: list[str], suffix: str) -> str:
    """Return the name that Django gives an index or constraint.

    ``BaseDatabaseSchemaEditor._create_index_name`` on 5.2, 6.0 and 6.1.
    """
    return str(editor._create_index_name(table, columns, suffix=suffix))


def remake_table(editor: Any, model: type[Model]) -> None:
    """Build an SQLite table again from its model.

    ``DatabaseSchemaEditor._remake_table`` of SQLite on 5.2, 6.0 and 6.1.
    """
    editor._remake_table(model)


@contextmanager
def modifying_with(editor: Any, rest: Callable[[str, str, str], str]) -> Iterator[None]:
    """Let the statements that write a column anew end with more, for a while.

    `rest` is asked with the table, the column and the SQL so far. Wraps
    ``BaseDatabaseSchemaEditor._alter_column_null_sql`` and ``_alter_column_type_sql``
    as MySQL's editor has them on 5.2, 6.0 and 6.1.
    """
    null_sql, type_sql = editor._alter_column_null_sql, editor._alter_column_type_sql

    def longer(fragment: Any, model: type[Model], field: Any) -> Any:
        sql, params = fragment
        more = rest(model._meta.db_table, field.column, sql)
        # Behind a list of parameters, a percent sign in SQL is written twice.
        return sql + more.replace("%", "%%"), params

    def alter_null(model: type[Model], old: Any, new: Any) -> Any:
        fragment = null_sql(model, old, new)
        return longer(fragment, model, new) if fragment else fragment

    def alter_type(model: type[Model], old: Any, new: Any, *args: Any) -> Any:
        fragment, others = type_sql(model, old, new, *args)
        return longer(fragment, model, new), others

    editor._alter_column_null_sql = alter_null
    editor._alter_column_type_sql = alter_type
    try:
        yield
    finally:
        del editor._alter_column_null_sql, editor._alter_column_type_sql


def effective_default(field: Field[Any, Any]) -> bool:
    """Say whether Django gives new rows a value, without calling a default.

    Mirrors ``BaseDatabaseSchemaEditor._effective_default`` on 5.2, 6.0 and 6.1.
    """
    if field.has_default():
        return field.default is not None
    if getattr(field, "generated", False):
        return False
    if not field.null and field.blank and field.empty_strings_allowed:
        return True
    return bool(getattr(field, "auto_now", False) or getattr(field, "auto_now_add", 0))


def database_on_delete(connection: BaseDatabaseWrapper, on_delete: Any) -> str:
    """Return the referential action that the database takes itself.

    ``DB_CASCADE`` and its kin have ``operation`` since 6.1; before, Django never
    writes one.
    """
    if connection.vendor == "sqlite" or hasattr(on_delete, "on_delete_sql"):
        operation = getattr(on_delete, "operation", None)
        return str(operation) if operation else "NO ACTION"
    return "NO ACTION"


def related_objects(old: Field[Any, Any], new: Field[Any, Any]) -> Iterator[Any]:
    """Yield the relations, old and new, whose columns follow a changed key.

    ``_related_non_m2m_objects`` of the schema module on 5.2, 6.0 and 6.1.
    """
    yield from schema._related_non_m2m_objects(old, new)  # type: ignore[attr-defined]


def relations_by_target(state: Any) -> Any:
    """Return ``ProjectState.relations``: remote key -> key -> name -> field.

    Read on 5.2, 6.0 and 6.1.
    """
    return state.relations


def is_unique_supported(
    editor: BaseDatabaseSchemaEditor, constraint: BaseConstraint
) -> bool:
    """Ask Django whether this backend makes such a unique constraint.

    ``BaseDatabaseSchemaEditor._unique_supported`` on 5.2, 6.0 and 6.1.
    """
    return bool(
        editor._unique_supported(  # type: ignore[attr-defined]
            condition=getattr(constraint, "condition", None),
            deferrable=getattr(constraint, "deferrable", None),
            include=getattr(constraint, "include", None),
            expressions=getattr(constraint, "expressions", None),
            nulls_distinct=getattr(constraint, "nulls_distinct", None),
        )
    )


def check_sql(editor: Any, model: type[Model], constraint: Any) -> str:
    """Return the condition of a check constraint as SQL.

    ``CheckConstraint._get_check_sql`` on 5.2, 6.0 and 6.1.
    """
    return str(constraint._get_check_sql(model, editor))


def condition_sql(editor: Any, model: type[Model], constraint: Any) -> str:
    """Return the condition of a unique constraint as SQL, or "".

    ``UniqueConstraint._get_condition_sql`` on 5.2, 6.0 and 6.1.
    """
    return str(constraint._get_condition_sql(model, editor) or "")


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


def is_deferred(editor: Any, table: str, name: str) -> bool:
    """Say whether an editor makes a table's constraint of that name at its end.

    By the parts of a ``Statement``: the template of another package need not be a
    string. Read on 5.2, 6.0 and 6.1.
    """
    quoted = editor.quote_name(name)
    return any(
        isinstance(each, Statement)
        and each.references_table(table)
        and str(each.parts.get("name")) == quoted
        for each in editor.deferred_sql
    )


def forget_deferred(editor: Any, name: str) -> bool:
    """Take the statement of a constraint out of what an editor runs at its end.

    ``Statement`` in ``BaseDatabaseSchemaEditor.deferred_sql`` on 5.2, 6.0 and 6.1.
    Says whether it was there.
    """
    quoted = editor.quote_name(name)
    kept = [
        each
        for each in editor.deferred_sql
        if not (
            isinstance(each, Statement)
            and "to_table" in each.parts
            and str(each.parts.get("name")) == quoted
        )
    ]
    is_there = len(kept) < len(editor.deferred_sql)
    editor.deferred_sql[:] = kept
    return is_there


def replace_migration(loader: Any, key: tuple[str, str]) -> None:
    """Let a squashed migration stand for those it replaces, where it can.

    ``MigrationLoader.replace_migration()`` since 6.0; in 5.2 it is a part of
    ``build_graph()``.
    """
    if hasattr(loader, "replace_migration"):
        loader.replace_migration(key)
        return
    migration, applied = loader.replacements[key], loader.applied_migrations
    statuses = [target in applied for target in migration.replaces]
    if all(statuses):
        applied[key] = migration
    else:
        applied.pop(key, None)
    if all(statuses) or not any(statuses):
        loader.graph.remove_replaced_nodes(key, migration.replaces)
    else:
        loader.graph.remove_replacement_node(key, migration.replaces)


def is_run_from_command_line(command: BaseCommand) -> bool:
    """Return whether ``manage.py`` runs a command, rather than ``call_command()``.

    ``BaseCommand.run_from_argv()`` sets the attribute. Read on Django 5.2, 6.0, 6.1.
    """
    return bool(getattr(command, "_called_from_command_line", False))
