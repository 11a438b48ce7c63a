"""Conditions and expressions of declared constraints in the SQL of this backend.

Django compiles them for a rendered model. Rendering a whole project state is what
makes migrations slow, so a model is rendered here with what it references alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import CheckConstraint, Model, UniqueConstraint

from .. import compat
from ..backends.base import expressions
from ..schema.constraints import Check, Constraint, Exclusion, Unique
from .fields import to_field_of
from .states import Unrendered


def has_expressions(declared: Any, value: Constraint) -> bool:
    """Say whether a declared constraint has SQL that its value does not tell."""
    if isinstance(value, Unique):
        return isinstance(declared, UniqueConstraint) and value.is_index
    return isinstance(value, Exclusion) or (
        isinstance(value, Check) and isinstance(declared, CheckConstraint)
    )


def with_sql(
    editor: Any, model: type[Model], declared: Any, value: Constraint
) -> Constraint:
    """Return a constraint's value with the SQL that its declaration compiles to.

    Raises ``FieldError`` or ``FieldDoesNotExist`` where it names a field that the
    model does not have.
    """
    if isinstance(value, Check):
        return replace(value, expression=compat.check_sql(editor, model, declared))
    if isinstance(value, Exclusion):
        text = str(declared.constraint_sql(model, editor))
        return replace(value, definition=text[text.index("EXCLUDE") :])
    assert isinstance(value, Unique)
    text = str(declared.create_sql(model, editor))
    on = f" ON {editor.quote_name(model._meta.db_table)} "
    tail = text.partition(on)[2]
    parts = value.expressions
    if parts:
        parts = tuple(expressions.parts(expressions.group(tail)))
    return replace(
        value,
        condition=compat.condition_sql(editor, model, declared),
        expressions=parts,
        definition=tail,
    )


def in_sql(
    source: Unrendered, model: ModelState, declared: Any, value: Constraint
) -> Constraint | None:
    """Return a constraint of a model state with its SQL; None where it has none."""
    if not has_expressions(declared, value):
        return None
    states = _alone(source, model)
    if states is None:
        return None
    try:
        rendered = ProjectState(models=states).apps.get_model(
            model.app_label, model.name
        )
        return with_sql(source.editor, rendered, declared, value)
    except (FieldDoesNotExist, FieldError):
        return None  # It names a field that is gone: the migration fails of itself.
    except ValueError:
        return None  # A relation to a proxy, which is not among the states.


def _alone(
    source: Unrendered, model: ModelState
) -> dict[tuple[str, str], ModelState] | None:
    """Return a model and the keys of the models that it references, by key.

    None where one of them is not in the state.
    """
    wanted: dict[tuple[str, str], set[str]] = {}
    found: dict[tuple[str, str], ModelState] = {}
    waiting = [(model, {n for n, f in model.fields.items() if not f.many_to_many})]
    while waiting:
        here, names = waiting.pop()
        key = (here.app_label, here.name_lower)
        names = wanted.setdefault(key, set()) | names
        wanted[key] = names
        fields = [(n, f) for n, f in here.fields.items() if n in names]
        found[key] = ModelState(
            *(here.app_label, here.name, fields),
            options={"db_table": source.db_table(here)},
            bases=(Model,),
        )
        for name, _ in fields:
            bound = source.bound(here, name)
            if bound.remote_field is None:
                continue
            end = source.concrete_key(bound, key)
            there = source.state.models.get(end) if end is not None else None
            if there is None:
                return None
            to = to_field_of(bound)
            needed = {n for n, f in there.fields.items() if f.primary_key or n == to}
            if not needed <= wanted.get((there.app_label, there.name_lower), set()):
                waiting.append((there, needed))
            wanted.setdefault((there.app_label, there.name_lower), set())
    return found
