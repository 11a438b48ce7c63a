"""The check constraint of a column that is renamed."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import CheckConstraint, F, Q, Value
from django.db.models.expressions import BaseExpression


def renamed_check(check: CheckConstraint, old: str, new: str) -> CheckConstraint:
    """Return a check with the new name of a field in its condition."""
    _, arguments, options = check.deconstruct()
    options["condition"] = _renamed(options["condition"], old, new)
    return CheckConstraint(*arguments, **options)


def _renamed(value: Any, old: str, new: str) -> Any:
    if isinstance(value, Q):
        changed = value.copy()
        changed.children = [
            (_path(each[0], old, new), _renamed(each[1], old, new))
            if isinstance(each, tuple)
            else _renamed(each, old, new)
            for each in value.children
        ]
        return changed
    if isinstance(value, Value) or not isinstance(value, F | BaseExpression):
        return value
    # What was set on an expression since is not written into a migration.
    _, arguments, options = cast(Any, value).deconstruct()
    # A function takes the name of a field as text.
    made: Any = type(value)
    return made(
        *(
            _path(each, old, new) if isinstance(each, str) else _renamed(each, old, new)
            for each in arguments
        ),
        **{key: _renamed(each, old, new) for key, each in options.items()},
    )


def _path(path: str, old: str, new: str) -> str:
    first, separator, rest = path.partition("__")
    return f"{new if first == old else first}{separator}{rest}"
