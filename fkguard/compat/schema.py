"""Private API of the schema editors and of constraints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.base import schema
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement
from django.db.models import Field, Model
from django.db.models.constraints import BaseConstraint

from .versions import series


def cascades_dropped_columns() -> bool:
    """Say whether DROP COLUMN carries CASCADE on PostgreSQL (#35487, until 5.2)."""
    return series() < (6, 0)


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


def database_on_delete(on_delete: Any, *, is_inline: bool) -> str:
    """Return the referential action that the database takes itself.

    ``DB_CASCADE`` and its kin have ``operation`` since 6.1; before, Django never
    writes one. It always does in a CREATE TABLE, `is_inline`.
    """
    if is_inline or hasattr(on_delete, "on_delete_sql"):
        operation = getattr(on_delete, "operation", None)
        return str(operation) if operation else "NO ACTION"
    return "NO ACTION"


def related_objects(old: Field[Any, Any], new: Field[Any, Any]) -> Iterator[Any]:
    """Yield the relations, old and new, whose columns follow a changed key.

    ``_related_non_m2m_objects`` of the schema module on 5.2, 6.0 and 6.1.
    """
    yield from schema._related_non_m2m_objects(old, new)  # type: ignore[attr-defined]


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
