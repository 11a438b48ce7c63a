"""Where a relation stands, and which way leads back to it: words for a reader."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.utils import resolve_relation

from .. import compat
from ..declared.cache import ModelKey
from ..declared.states import Unrendered
from ..planning.placeholder_models import Graph, creator
from ..schema.consequences import Consequence
from ..schema.constraints import ForeignKey
from .hazards import Reference


def reference_of(
    connection: BaseDatabaseWrapper,
    state: ProjectState,
    consequence: Consequence,
    graph: Graph,
) -> Reference:
    """Describe a relation to the reader, as of the end of the plan."""
    wanted = consequence.constraint
    assert isinstance(wanted, ForeignKey)
    state = state.clone()
    for label in state.real_apps or _unmigrated(graph):
        for real in apps.get_app_config(label).get_models():
            state.models.setdefault(
                (label, real._meta.model_name or ""), ModelState.from_model(real)
            )
    source = Unrendered(connection, state)
    found = _field_of(state, source, consequence.table, wanted.columns[0])
    if found is None:
        return Reference()
    model, name = found
    here = (model.app_label, model.name_lower)
    own: Any = model.fields[name]
    key = resolve_relation(own.remote_field.model, *here)
    remote = source.concrete_key(own, here) or (key[0], key[1].lower())
    made = creator(remote, graph)
    there = state.models.get(remote)
    elsewhere: tuple[str, ...] | None = None
    if there is not None and not source.is_routed_here(there):
        others = (Unrendered(each, state) for each in connections.all())
        elsewhere = tuple(
            each.connection.alias for each in others if each.is_routed_here(there)
        )
        own = own.clone()
        own.db_constraint = False
    return Reference(
        label=f"{model.app_label}.{model.name}.{name}",
        model=model.name,
        field=name,
        to=_label(state, remote),
        path=" -> ".join(_path(state, source, model, name, remote)),
        made_by=(made[0].app_label, made[0].name) if made else None,
        is_unmigrated=not any(app == remote[0] for app, _ in graph),
        source=compat.field_source(own),
        elsewhere=elsewhere,
    )


def _unmigrated(graph: Graph) -> set[str]:
    migrated = {app_label for app_label, _ in graph}
    return {each.label for each in apps.get_app_configs()} - migrated


def _field_of(
    state: ProjectState, source: Unrendered, table: str, column: str
) -> tuple[ModelState, str] | None:
    for model in state.models.values():
        if model.options.get("proxy"):
            continue
        if source.key(model) == table:
            for each in source.fields(model):
                if column in (each.column, each.name) and each.name in model.fields:
                    return model, each.name
        for name in source.joins(model):
            if source.key_of(source.join_table(model, name)) == table:
                return model, name
    return None


def _label(state: ProjectState, key: ModelKey) -> str:
    model = state.models.get(key)
    return f"{key[0]}.{model.name if model else key[1]}"


def _path(
    state: ProjectState,
    source: Unrendered,
    model: ModelState,
    name: str,
    remote: ModelKey,
) -> list[str]:
    """Return the way from a relation to its model and, in a circle, back."""
    start = (model.app_label, model.name_lower)
    first = f"{_label(state, start)}.{name}"
    ways: dict[ModelKey, list[str]] = {remote: [first]}
    queue = [remote]
    while queue:
        key = queue.pop(0)
        if key == start:
            return [*ways[key], _label(state, key)]
        each = state.models.get(key)
        for own, value in each.fields.items() if each else ():
            if not value.remote_field:
                continue
            to = source.concrete_key(value, key)
            if to is not None and to not in ways:
                ways[to] = [*ways[key], f"{_label(state, key)}.{own}"]
                queue.append(to)
    return [first, _label(state, remote)]
