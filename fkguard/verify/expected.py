"""What the applied migrations promise in one database, expressions as SQL.

For an app with migrations that is the state of those that are applied: what an
unapplied one brings is not missing yet. For an app without, it is its models.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.apps import apps as global_apps
from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db import router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import Model

from .. import compat
from ..declared.in_sql import has_expressions, with_sql
from ..declared.models import Rendered
from ..declared.schema import Declarer
from ..declared.states import Unrendered
from ..planning.written import texts
from ..schema.catalogue import Table
from ..schema.constraints import Check, Constraint, Unique


@dataclass(kw_only=True)
class Promise:
    """One declared table."""

    app_label: str
    #: "library.Book", or "library.Book.authors" for a join table.
    model: str
    table: Table
    #: What the declaration asks for and this database does not make.
    unsupported: tuple[Constraint, ...] = ()
    #: Column -> field, for messages.
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class Expected:
    """All that is promised in one database."""

    promises: list[Promise] = field(default_factory=list)
    #: "library.0007_more" of every migration that is not applied.
    unapplied: list[str] = field(default_factory=list)
    #: What raw SQL and code of the applied migrations say, in one text.
    raw: str = ""
    #: Returns the rendered model of a promise; rendering takes its time.
    model: Callable[[Promise], type[Model]]

    def __len__(self) -> int:
        return len(self.promises)


class ExpectedReader:
    """Reads what is promised on one connection."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection
        self.executor = MigrationExecutor(connection)
        self.state = ProjectState(real_apps=self.executor.loader.unmigrated_apps)
        self.unapplied: list[Migration] = []

    def read(self, app_labels: Collection[str] = ()) -> Expected:
        """Return the promises of some apps, or of all."""
        expected = Expected(model=self._model)
        raw: list[str] = []
        loader = self.executor.loader
        targets = loader.graph.leaf_nodes()
        for migration, _ in self.executor.migration_plan(targets, clean_start=True):
            if (migration.app_label, migration.name) not in loader.applied_migrations:
                if not app_labels or migration.app_label in app_labels:
                    label = f"{migration.app_label}.{migration.name}"
                    expected.unapplied.append(label)
                self.unapplied.append(migration)
                continue
            for operation in migration.operations:
                compat.state_forwards(operation, migration.app_label, self.state)
                raw += texts(operation)
        expected.raw = "\n".join(raw)
        for promise in (*self._migrated(), *self._unmigrated()):
            if not app_labels or promise.app_label in app_labels:
                expected.promises.append(promise)
        return expected

    def _migrated(self) -> Iterator[Promise]:
        source = Unrendered(self.connection, self.state)
        without = self.executor.loader.unmigrated_apps
        for model in self.state.models.values():
            if model.app_label in without or not source.is_migrated(model):
                continue
            table, unsupported = source.model(model)
            fields = source.names_by_column(model)
            label = f"{model.app_label}.{model.name}"
            names = {f.name: f.column for f in source.fields(model)}
            yield self._promise(
                source,
                Promise(
                    app_label=model.app_label,
                    model=label,
                    table=table,
                    unsupported=unsupported,
                    fields=fields,
                ),
                model.options.get("constraints") or (),
                names,
                lambda each, model=model: self._model_for(model, each),
            )
            for name in source.joins(model):
                yield Promise(
                    app_label=model.app_label,
                    model=f"{label}.{name}",
                    table=source.join(model, name),
                )

    def _unmigrated(self) -> Iterator[Promise]:
        source = Rendered(self.connection)
        for label in sorted(self.executor.loader.unmigrated_apps):
            for model in global_apps.get_app_config(label).get_models(
                include_auto_created=True
            ):
                opts = model._meta
                if not opts.can_migrate(self.connection):
                    continue
                if not router.allow_migrate_model(self.connection.alias, model):
                    continue
                table, unsupported = source.model(model)
                columns = {f.name: f.column or "" for f in opts.local_fields}
                yield self._promise(
                    source,
                    Promise(
                        app_label=label,
                        model=opts.label,
                        table=table,
                        unsupported=unsupported,
                        fields={source.named(c): n for n, c in columns.items() if c},
                    ),
                    opts.constraints,
                    columns,
                    lambda each, model=model: model,
                )

    def _model(self, promise: Promise) -> type[Model]:
        """Return the rendered model of a promise."""
        app_label, name, *field = promise.model.split(".")
        is_real = app_label in self.executor.loader.unmigrated_apps
        apps: Any = global_apps if is_real else self._rendered
        model: Any = apps.get_model(app_label, name)
        if field:
            model = model._meta.get_field(field[0]).remote_field.through
        return model  # type: ignore[no-any-return]

    # Expressions.

    def _promise(
        self,
        source: Declarer,
        promise: Promise,
        constraints: Any,
        columns: dict[str, str],
        model_for: Any,
    ) -> Promise:
        """Return the promise with the expressions of its constraints as SQL."""
        by_name = {each.name: each for each in constraints}
        if not by_name:
            return promise
        found = []
        for each in promise.table.constraints:
            declared = by_name.get(each.name) if each.name else None
            if declared is not None and has_expressions(declared, each):
                model = model_for(declared)
                try:
                    each = with_sql(source.editor, model, declared, each)
                except (FieldDoesNotExist, FieldError):
                    # It names a field that is gone: no database can have it.
                    each = _without_text(each)
            found.append(each)
        promise.table = replace(promise.table, constraints=tuple(found))
        return promise

    def _model_for(self, state: ModelState, constraint: Any) -> type[Model]:
        """Return a model to compile a constraint of a model state with.

        The project's own model does where it declares the same over the same
        columns; rendering the whole state is what makes migrations slow.
        """
        real: Any = global_apps.all_models.get(state.app_label, {}).get(
            state.name_lower
        )
        if real is not None and constraint in real._meta.constraints:
            ours = {
                f.name: f.column
                for f in Unrendered(self.connection, self.state).fields(state)
            }
            theirs = {f.name: f.column for f in real._meta.local_fields}
            if ours == theirs:
                return real  # type: ignore[no-any-return]
        found: type[Model] = self._rendered.get_model(state.app_label, state.name_lower)
        return found

    @cached_property
    def _rendered(self) -> Any:
        return self.state.apps


def _without_text(value: Constraint) -> Constraint:
    if isinstance(value, Check):
        return replace(value, expression="")
    if isinstance(value, Unique) and value.expressions:
        return replace(value, expressions=("",) * len(value.expressions))
    return value
