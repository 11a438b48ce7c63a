"""Declares from the model states of a project state, without rendering a model.

Rendering is what makes migrations slow; model states hold all that is needed:
fields, options and relations by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps as global_apps
from django.conf import settings
from django.db import connection as default_connection
from django.db import router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import strip_quotes, truncate_name
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.utils import resolve_relation
from django.db.models import CASCADE, CompositePrimaryKey, ForeignKey, IntegerField
from django.utils.module_loading import import_string

from .constraints import Constraint, Table
from .declared import Declarer, bound_copy

#: (app label, lower-case model name)
ModelKey = tuple[str, str]


class Unrendered(Declarer):
    """Declares from a project state; `state` may be changed between calls."""

    def __init__(self, connection: BaseDatabaseWrapper, state: ProjectState) -> None:
        super().__init__(connection)
        self.state = state
        self.longest = connection.ops.max_name_length()

    # Models.

    def model_state(self, key: ModelKey) -> ModelState | None:
        """Return the model state, that of a proxy's concrete model for a proxy."""
        found = self.state.models.get(key)
        while found is not None and found.options.get("proxy"):
            base = next((b for b in found.bases if isinstance(b, str)), None)
            if base is None:
                return None
            found = self.state.models.get(_model_key(base))
        return found

    def db_table(self, model: ModelState) -> str:
        """Return ``Meta.db_table``, given or made up as Django makes it up."""
        given = model.options.get("db_table")
        if given:
            return str(given)
        made_up = f"{model.app_label}_{model.name_lower}"
        if self.longest is None or len(made_up) <= self.longest:
            return made_up
        return truncate_name(made_up, self.longest)

    def key(self, model: ModelState) -> str:
        """Return the key of a model's table."""
        return self.key_of(self.db_table(model))

    def is_migrated(self, model: ModelState) -> bool:
        """Say whether migrations touch this model's table on this database.

        As ``Operation.allow_migrate_model()``; a router gets the real model as a
        hint where there is one.
        """
        options = model.options
        if options.get("proxy") or not options.get("managed", True):
            return False
        if self.is_swapped(model):
            return False
        vendor = options.get("required_db_vendor")
        if vendor and vendor != self.connection.vendor:
            return False
        for feature in options.get("required_db_features") or ():
            if not getattr(self.connection.features, feature, False):
                return False
        if not router.routers:
            return True
        hints = {}
        real = global_apps.all_models.get(model.app_label, {}).get(model.name_lower)
        if real is not None:
            hints["model"] = real
        return bool(
            router.allow_migrate(
                self.connection.alias,
                model.app_label,
                model_name=model.name_lower,
                **hints,
            )
        )

    def is_swapped(self, model: ModelState) -> bool:
        """Say whether a setting puts another model in this one's place."""
        swappable = model.options.get("swappable")
        if not swappable:
            return False
        target = getattr(settings, swappable, None)
        label = f"{model.app_label}.{model.name_lower}"
        return bool(target) and str(target).lower() != label

    def table(self, model: ModelState) -> Table:
        """Return the table that a model state declares."""
        return self.model(model)[0]

    def model(
        self, model: ModelState, *, without: str = ""
    ) -> tuple[Table, tuple[Constraint, ...]]:
        """Return a model's table, less one field if asked, and what it lacks here."""
        options = model.options
        composite: tuple[str, ...] = ()
        for field in model.fields.values():
            if isinstance(field, CompositePrimaryKey):
                composite = tuple(field.field_names)
        return self.build(
            self.db_table(model),
            [f for f in self.fields(model) if f.name != without],
            unique_together=sorted(
                tuple(each) for each in options.get("unique_together") or ()
            ),
            constraints=options.get("constraints") or (),
            indexes=options.get("indexes") or (),
            primary_key=composite,
        )

    # Fields.

    def fields(self, model: ModelState) -> Iterator[Any]:
        """Yield bound copies of the model's own fields that may have a column."""
        has_key = False
        for name, field in model.fields.items():
            if field.many_to_many:
                continue
            has_key = has_key or field.primary_key
            yield self.bound(model, name)
        if not has_key:
            yield bound_copy(_auto_key(), "id")
        if model.options.get("order_with_respect_to"):
            yield bound_copy(_order(), "_order")

    def bound(self, model: ModelState, name: str) -> Any:
        """Return a copy of one field that knows its name, column and model."""
        if name == "_order" and name not in model.fields:
            return bound_copy(_order(), "_order")
        bound = bound_copy(model.fields[name], name)
        bound._fkguard_model = (model.app_label, model.name_lower)
        return bound

    def references(self, field: Any) -> tuple[str, str] | None:
        key = self._remote_key(field)
        target = self._target_field(field)
        if target is None:
            return None
        model = self.model_state(key)
        if model is not None:
            return self.key(model), target.column
        return self.key_of(global_apps.get_model(*key)._meta.db_table), target.column

    def parameters(self, field: Any) -> dict[str, Any]:
        if not (field.many_to_one or field.one_to_one):
            own: dict[str, Any] = field.db_parameters(connection=self.connection)
            return own
        if field.column is None:
            return {"type": None, "check": None}
        target = self._target_field(field)
        if target is None:
            return {"type": "", "check": None}
        kind = target.rel_db_type if not _is_reference(target) else None
        parameters = self.parameters(target)
        return {
            "type": kind(connection=self.connection) if kind else parameters["type"],
            "check": None,
            "collation": parameters.get("collation"),
        }

    def concrete_key(self, field: Any, model: ModelKey) -> ModelKey | None:
        """Return the model that a relation of `model` ends at, proxies resolved."""
        remote = _model_key(resolve_relation(field.remote_field.model, *model))
        found = self.model_state(remote)
        return (found.app_label, found.name_lower) if found is not None else None

    def _remote_key(self, field: Any) -> ModelKey:
        here: ModelKey = getattr(field, "_fkguard_model", ("", ""))
        return _model_key(resolve_relation(field.remote_field.model, *here))

    def _target_field(self, field: Any) -> Any:
        """Return the field that a relation points to, bound; None if unknown."""
        key = self._remote_key(field)
        name = _to_field(field)
        model = self.model_state(key)
        if model is None:
            try:
                real: Any = global_apps.get_model(*key)
            except LookupError:
                return None
            return real._meta.get_field(name) if name else real._meta.pk
        if name is None:
            name = next((n for n, f in model.fields.items() if f.primary_key), None)
            if name is None:
                return bound_copy(_auto_key(), "id")
        elif name not in model.fields:
            # By attname, or a name that a later operation of the plan brings.
            for each in model.fields:
                if self.bound(model, each).attname == name:
                    return self.bound(model, each)
            return None
        return self.bound(model, name)

    # Join tables of many-to-many fields.

    def has_own_join(self, model: ModelState, name: str) -> bool:
        """Say whether Django makes the join table of this many-to-many field."""
        field: Any = model.fields[name]
        return field.remote_field.through is None

    def join_table(self, model: ModelState, name: str) -> str:
        """Return the ``db_table`` of a many-to-many field's own join table."""
        field: Any = model.fields[name]
        if field.db_table:
            return str(field.db_table)
        return truncate_name(
            f"{strip_quotes(self.db_table(model))}_{name}",
            default_connection.ops.max_name_length(),
        )

    def join_fields(self, model: ModelState, name: str) -> tuple[Any, Any, Any]:
        """Return the join table's key, and its relations from and to, bound.

        As ``create_many_to_many_intermediary_model()``.
        """
        field: Any = model.fields[name]
        here = (model.app_label, model.name_lower)
        remote = _model_key(resolve_relation(field.remote_field.model, *here))
        from_, to = model.name_lower, remote[1]
        if from_ == to:
            from_, to = f"from_{from_}", f"to_{to}"
        constrained = field.remote_field.db_constraint
        ends = []
        for end, target in ((from_, here), (to, remote)):
            relation: Any = bound_copy(
                ForeignKey(".".join(target), CASCADE, db_constraint=constrained), end
            )
            relation._fkguard_model = here
            ends.append(relation)
        return bound_copy(_auto_key(), "id"), ends[0], ends[1]

    def join(self, model: ModelState, name: str) -> Table:
        """Return the join table that Django makes for a many-to-many field."""
        fields = self.join_fields(model, name)
        return self.build(
            self.join_table(model, name),
            fields,
            unique_together=[(fields[1].name, fields[2].name)],
        )[0]

    def joins(self, model: ModelState) -> Iterator[str]:
        """Yield the names of the model's fields that have their own join table."""
        for name, field in model.fields.items():
            if field.many_to_many and self.has_own_join(model, name):
                yield name

    def look_up(self, key: str) -> Table | None:
        """Return the table that the state declares under a key, or None."""
        for model in self.state.models.values():
            if model.options.get("proxy"):
                continue
            if self.key(model) == key:
                return self.table(model)
            for name in self.joins(model):
                if self.key_of(self.join_table(model, name)) == key:
                    return self.join(model, name)
        return None


def _model_key(label: Any) -> ModelKey:
    if isinstance(label, str):
        app_label, name = label.split(".", 1)
        return app_label, name.lower()
    if isinstance(label, tuple):
        return label[0], label[1].lower()
    return label._meta.app_label, label._meta.model_name


def _to_field(field: Any) -> str | None:
    to_fields = getattr(field, "to_fields", None) or [None]
    name = to_fields[0]
    if name in (None, "self"):
        name = getattr(field.remote_field, "field_name", None)
    return str(name) if name else None


def _is_reference(field: Any) -> bool:
    return bool(field.remote_field) and (field.many_to_one or field.one_to_one)


def _auto_key() -> Any:
    return import_string(settings.DEFAULT_AUTO_FIELD)(primary_key=True)


def _order() -> Any:
    return IntegerField()
