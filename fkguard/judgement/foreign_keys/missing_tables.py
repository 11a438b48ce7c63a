"""Foreign keys whose referenced table is missing when they are made.

No database but SQLite makes one, so a plan is watched for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from django.db.models import Model

from ...declared.models import Rendered
from ...planning import editor_calls
from ...planning.placeholder_models import Unresolved
from ...schema.catalogue import Catalogue
from ...schema.consequences import TABLE_MISSING, Consequence
from ...schema.constraints import Constraint, ForeignKey
from ...schema.events import AddColumn, AlterColumn, CreateTable, Event
from ...schema.location import Place
from ...schema.names import split_key


def missing(event: Event, foreign_key: ForeignKey) -> Consequence:
    """Return what becomes of a foreign key whose table is missing."""
    return Consequence(
        kind=TABLE_MISSING, event=event, table=event.table, constraint=foreign_key
    )


def is_missing(catalogue: Catalogue, foreign_key: ForeignKey) -> bool:
    """Return whether the referenced table is missing.

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
                # Nothing stands in for it, so no event reports it either.
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
        yield from editor_calls.create_model(source, model)
