"""Referenced tables that are not there yet: found, stood in for, and waited for.

Django makes no column whose referenced model the state does not have, and no
database but SQLite a foreign key whose referenced table it does not have. For the
first, `auto` puts a stand-in into the state, the referenced model with its keys
alone; for the second, the foreign key is owed until the table is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
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
from django.db.models import Model

from . import compat, live
from .backends import introspection_for
from .backends.base.names import split_key
from .consequences import TABLE_MISSING, Consequence
from .constraints import Catalogue, Constraint, ForeignKey
from .declared import Rendered
from .events import AddColumn, AlterColumn, CreateTable, Event
from .forecast import Owed
from .hazards import Place, Reference
from .ledger import Ledger
from .states import ModelKey, Unrendered

Graph = Mapping[tuple[str, str], Any]
#: The operation's number, model, field and referenced model of a relation.
Unresolved = tuple[int, str, str, ModelKey]


# The state: models that a migration references before another one makes them.


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


# The forecast: foreign keys whose table is not there when they are made.


def missing(event: Event, foreign_key: ForeignKey) -> Consequence:
    """Return what becomes of a foreign key whose table is not there."""
    return Consequence(
        kind=TABLE_MISSING, event=event, table=event.table, constraint=foreign_key
    )


def is_missing(catalogue: Catalogue, foreign_key: ForeignKey) -> bool:
    """Say whether the referenced table is not there.

    A table of another schema may be there all the same.
    """
    key = foreign_key.to_table
    return key not in catalogue and not split_key(key)[0]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A foreign key that is made when its migration ends."""

    event: Event
    foreign_key: ForeignKey
    place: Place


@dataclass(kw_only=True)
class Watch:
    """The foreign keys that a plan makes at the end of a migration."""

    #: SQLite makes a foreign key to whatever name, and looks for it at an INSERT.
    is_lazy: bool = False
    waiting: list[Waiting] = field(default_factory=list)
    #: Places whose referenced model the state does not have by then.
    unresolved: set[Place] = field(default_factory=set)
    hopeless: list[tuple[Consequence, Place]] = field(default_factory=list)

    def note(self, event: Event, place: Place) -> None:
        """Remember the foreign keys that are made later than the event."""
        found: Iterable[Constraint] = ()
        if isinstance(event, CreateTable):
            found = event.after.constraints
        elif self.is_lazy and isinstance(event, (AddColumn, AlterColumn)):
            found = event.constraints
        self.waiting += [
            Waiting(event=event, foreign_key=each, place=place)
            for each in found
            if isinstance(each, ForeignKey) and each.to_table != event.table
        ]

    def expect(
        self, place: Place, unresolved: Iterable[Unresolved], state: ProjectState
    ) -> None:
        """Remember what Django cannot resolve at a place, stood in for or not."""
        for number, model, name, key in unresolved:
            if number != place.number or place in self.unresolved:
                continue
            self.unresolved.add(place)
            if key not in state.models:
                # Nothing stands in for it, so no event tells of it either.
                table = f"{place.app_label}_{model.lower()}"
                foreign_key = ForeignKey(
                    name="", columns=(name,), to_table="_".join(key), to_columns=("",)
                )
                self.hopeless.append((missing(Event(table=table), foreign_key), place))

    def end(
        self, catalogue: Catalogue, *, is_auto: bool
    ) -> Iterator[tuple[Consequence, Place]]:
        """Yield what cannot be made where the migration ends.

        In `auto` a stand-in is there for what Django cannot resolve.
        """
        yield from self.hopeless
        self.hopeless.clear()
        for each in self.waiting:
            table = catalogue.get(each.event.table)
            key = each.foreign_key
            if table is None or key not in table.constraints:
                continue  # A later operation has taken it away again.
            if is_missing(catalogue, key) or (
                each.place in self.unresolved and not is_auto
            ):
                yield missing(each.event, key), each.place
        self.waiting.clear()


def may_be_made(
    consequence: Consequence, opaque: Iterable[str], moved: Iterable[str]
) -> bool:
    """Say whether SQL or code of the plan may have made a missing table by then."""
    if consequence.kind != TABLE_MISSING:
        return False
    assert isinstance(consequence.constraint, ForeignKey)
    name = consequence.constraint.to_table.lower()
    return "*" in opaque or any(name in text.lower() for text in (*opaque, *moved))


def to_sync(
    connection: BaseDatabaseWrapper, given: Mapping[str, Any], executor: Any
) -> list[type[Model]]:
    """Return the models that ``migrate --run-syncdb`` makes tables for.

    As ``sync_apps()``: of the apps without migrations, those without a table.
    """
    if not given.get("run_syncdb"):
        return []
    executor = executor or MigrationExecutor(connection)
    labels = executor.loader.unmigrated_apps
    if given.get("app_label"):
        labels = labels & {given["app_label"]}
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    return [
        model
        for config in apps.get_app_configs()
        if config.models_module is not None and config.label in labels
        for model in router.get_migratable_models(
            config, connection.alias, include_auto_created=False
        )
        if model._meta.db_table not in there and model._meta.can_migrate(connection)
    ]


def sync_events(
    connection: BaseDatabaseWrapper, models: Iterable[type[Model]]
) -> Iterator[Event]:
    """Yield what ``migrate --run-syncdb`` does before the plan."""
    source = Rendered(connection)
    for model in models:
        yield from live.create_model(source, model)


# The words: where a relation stands, and which way leads back to it.


def reference_of(
    connection: BaseDatabaseWrapper,
    state: ProjectState,
    consequence: Consequence,
    graph: Graph,
) -> Reference:
    """Return what the reader is told of a relation, read off the plan's end."""
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
    return Reference(
        label=f"{model.app_label}.{model.name}.{name}",
        model=model.name,
        field=name,
        to=_label(state, remote),
        path=" -> ".join(_path(state, source, model, name, remote)),
        made_by=(made[0].app_label, made[0].name) if made else None,
        is_unmigrated=not any(app == remote[0] for app, _ in graph),
        source=compat.field_source(own),
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


# The run: what an editor would make at its end.


def watch(editor: Any, events: list[Event]) -> None:
    """Remember the foreign keys that an editor defers."""
    for event in events:
        if isinstance(event, CreateTable):
            known = editor.__dict__.setdefault("_fkguard_deferred", [])
            known += [
                (event.table, each)
                for each in event.after.of(ForeignKey)
                if each.to_table != event.table
            ]


def owe(editor: Any, catalogue: Catalogue | None, origin: str) -> list[Owed]:
    """Take out of what an editor runs at its end what cannot be made yet.

    The foreign keys that are taken out are written in the ledger, and returned.
    """
    deferred = editor.__dict__.pop("_fkguard_deferred", [])
    wanted = {each.to_table for _, each in deferred}
    if catalogue is not None:
        wanted = {key for key in wanted if key not in catalogue}
    if not wanted or editor.connection.vendor == "sqlite":
        return []
    there = introspection_for(editor.connection).read(sorted(wanted))
    missing = {key for key in wanted if key not in there}
    found = []
    for table, foreign_key in deferred:
        if foreign_key.to_table in missing and compat.forget_deferred(
            editor, foreign_key.name
        ):
            owed = Owed(
                table=table,
                constraint=foreign_key,
                is_known=True,
                origin=origin,
                waits=True,
            )
            ledger = Ledger(editor.connection)
            ledger.create(editor)
            ledger.write(owed)
            found.append(owed)
    return found


@contextmanager
def without_foreign_keys(
    editor: Any, args: tuple[Any, ...], owed: list[Owed]
) -> Iterator[None]:
    """Keep a call from making the foreign keys that are owed.

    Django makes that of a new column beside it, and that of an altered column right
    away; it defers the first where the editor has no statement for it.
    """
    if not owed:
        yield
        return
    own: Any = args[-1] if not isinstance(args[-1], bool) else args[-2]
    is_new = len(args) == 2
    if is_new:
        editor.sql_create_column_inline_fk = None
    else:
        own.db_constraint = False
    try:
        yield
    finally:
        if is_new:
            del editor.sql_create_column_inline_fk
            for each in owed:
                compat.forget_deferred(editor, each.constraint.name)
        else:
            own.db_constraint = True
