"""What is read off one field, whether its model is rendered or not."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model

from .. import compat


def target_field_of(field: Any) -> Any:
    """Return the field that a relation ends at; None where the state has none.

    RenameField writes the new `to_field` into the states before it, too, which share
    the relation: on the way back they name a field that does not exist yet.
    """
    try:
        return getattr(field, "target_field", None)
    except FieldDoesNotExist:
        return None


def to_field_of(field: Any) -> str | None:
    """Return the name that a relation references by, None for the primary key."""
    to_fields = getattr(field, "to_fields", None) or [None]
    name = to_fields[0]
    if name in (None, "self"):
        name = getattr(field.remote_field, "field_name", None)
    return str(name) if name else None


def is_reference(field: Any) -> bool:
    """Say whether a field is a relation with a column of its own."""
    return bool(field.remote_field) and (field.many_to_one or field.one_to_one)


def bound_copy(field: Field[Any, Any], name: str) -> Any:
    """Return a copy of an unbound field that knows its column."""
    bound: Any = copy.copy(field)
    bound.name = name
    bound.set_attributes_from_name(name)
    return bound


def definition_of(field: Any) -> tuple[Any, ...]:
    """Return what of a field's deconstruction the database may notice."""
    _, path, args, kwargs = field.deconstruct()
    for name in field.non_db_attrs:
        kwargs.pop(name, None)
    # Told by the references, which both sources know alike.
    kwargs.pop("to", None)
    kwargs.pop("to_field", None)
    # What Django sets only while it renders a model.
    if field.primary_key:
        kwargs.pop("serialize", None)
    if not kwargs.get("db_tablespace"):
        kwargs.pop("db_tablespace", None)
    if "db_default" in kwargs:
        # A bare value and a Value of it are the same SQL.
        default = kwargs["db_default"]
        kwargs["db_default"] = repr(getattr(default, "value", default))
    return (path, tuple(args), kwargs)


def constant_default(field: Any) -> Any:
    """Return the value of a default that is no callable; a callable is not called."""
    default = field.default if field.has_default() else None
    if field.has_db_default():
        default = field.db_default
    if callable(default) or isinstance(default, Model):
        return None
    value = getattr(default, "value", default)
    return None if hasattr(value, "resolve_expression") else value


def has_own_default(field: Any) -> bool:
    """Say whether a field itself has a default, other than None."""
    if field.has_db_default():
        return True
    return bool(field.has_default()) and field.default is not None


def is_constant(default: Any) -> bool:
    """Say whether a database default is a value rather than an expression."""
    from django.db.models.expressions import Value

    return isinstance(default, Value) or not hasattr(default, "resolve_expression")


def columns_read(expressions: Iterable[Any], columns: dict[str, str]) -> frozenset[str]:
    """Return the columns that expressions name; `columns` tells a field's."""
    return frozenset(_iter_columns_read(expressions, columns))


def _iter_columns_read(
    expressions: Iterable[Any], columns: dict[str, str]
) -> Iterator[str]:
    for expression in expressions:
        if expression is None:
            continue
        for name in compat.expression_references(expression):
            yield columns.get(name, name)
