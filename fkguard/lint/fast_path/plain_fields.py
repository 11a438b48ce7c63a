"""Fields, constraints and indexes that are just what they seem."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models
from django.db.migrations.state import ModelState

#: Fields of one column that bring neither a check nor a key of their own.
PLAIN = frozenset(
    {
        models.BigIntegerField,
        models.BinaryField,
        models.BooleanField,
        models.CharField,
        models.DateField,
        models.DateTimeField,
        models.DecimalField,
        models.DurationField,
        models.EmailField,
        models.FileField,
        models.FilePathField,
        models.FloatField,
        models.GenericIPAddressField,
        models.ImageField,
        models.IntegerField,
        models.SlugField,
        models.SmallIntegerField,
        models.TextField,
        models.TimeField,
        models.URLField,
        models.UUIDField,
    }
)
#: Keys that Django makes up, whose columns nobody gives another type.
KEYS = frozenset({models.AutoField, models.BigAutoField, models.SmallAutoField})
#: Fields that read others.
READERS = frozenset({models.CompositePrimaryKey, models.GeneratedField})
#: Constraints and indexes that can be a list of fields, and no more.
LISTS: frozenset[Any] = frozenset({models.UniqueConstraint, models.Index})


def is_bare(field: Any) -> bool:
    """Say whether a field is a column, and no key, unique or index."""
    return type(field) in PLAIN and not (
        field.primary_key or field.unique or field.db_index or has_collation(field)
    )


def has_collation(field: Any) -> bool:
    return bool(getattr(field, "db_collation", None))


def named_fields(field: Any) -> Iterator[str]:
    """Yield the names of fields that a relation references by name."""
    for name in getattr(field, "to_fields", None) or ():
        if name not in (None, "self"):
            yield name


def of_meta(model: ModelState) -> Iterator[Any]:
    yield from model.options.get("constraints") or ()
    yield from model.options.get("indexes") or ()


def is_plain(each: Any) -> bool:
    """Say whether a constraint or an index is a list of fields, and no more."""
    if type(each) not in LISTS:
        return False
    return not (
        each.expressions
        or each.condition
        or each.include
        or each.opclasses
        or getattr(each, "deferrable", None)
        or getattr(each, "nulls_distinct", None) is not None
    )


def names_of(each: Any) -> Iterable[str]:
    """Return the names of the fields that a plain constraint or index lists."""
    if isinstance(each, models.Index):
        return [name for name, _ in each.fields_orders]
    names: tuple[str, ...] = each.fields
    return names


def is_alike(old: Any, new: Any) -> bool:
    """Say whether two fields of one class are one column, as Django compares them."""
    if not type(old).__module__.startswith("django."):
        return False
    if hasattr(getattr(new.remote_field, "on_delete", None), "on_delete_sql"):
        return False
    if hasattr(getattr(old.remote_field, "on_delete", None), "on_delete_sql"):
        return False
    _, old_path, old_args, old_kwargs = old.deconstruct()
    _, new_path, new_args, new_kwargs = new.deconstruct()
    for name in old.non_db_attrs:
        old_kwargs.pop(name, None)
    for name in new.non_db_attrs:
        new_kwargs.pop(name, None)
    return (old_path, old_args, old_kwargs) == (new_path, new_args, new_kwargs)
