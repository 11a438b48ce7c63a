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

from ..schema.catalogue import Table
from ..schema.constraints import Constraint
from ..schema.events import DeclaredColumn
from .cache import Memory, ModelKey, Same
from .fields import bound_copy, is_reference, to_field_of
from .schema import Declarer, Part


class Unrendered(Declarer):
    """Declares from a project state; `state` may be changed between calls."""

    def __init__(self, connection: BaseDatabaseWrapper, state: ProjectState) -> None:
        super().__init__(connection)
        self.state = state
        self.longest = connection.ops.max_name_length()
        #: What a connection that outlives many states remembers of their models.
        self.memory: Memory | None = getattr(connection, "memory", None)

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
        return self.is_routed_here(model)

    def is_routed_here(self, model: ModelState) -> bool:
        """Say whether the routers keep this model's table on this database."""
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
        if self.memory is None or without:
            return self._model(model, without)
        marks = self._marks(model)
        if marks is None:
            return self._model(model)
        known = self.memory.models.get((model.app_label, model.name_lower))
        if known is not None and known[0] == marks:
            return known[1]
        found = self._model(model)
        self.memory.models[model.app_label, model.name_lower] = marks, found
        return found

    def _marks(self, model: ModelState) -> tuple[Any, ...] | None:
        """Return what a model's table follows from; None where that reaches far.

        Operations put new fields and options in the place of old ones, so the
        objects tell whether anything has changed.
        """
        targets: list[Any] = []
        for field in model.fields.values():
            if field.remote_field is not None and not field.many_to_many:
                target = self._target_marks(field)
                if target is None:
                    return None
                targets += target
        return (
            tuple(model.fields),
            tuple(map(Same, model.fields.values())),
            tuple(model.options),
            tuple(map(Same, model.options.values())),
            tuple(targets),
        )

    def _target_marks(self, field: Any) -> tuple[Any, ...] | None:
        """Return what the column of a relation takes from the referenced model."""
        remote = field.remote_field.model
        if not isinstance(remote, str) or "." not in remote:
            return None
        there = self.state.models.get(_model_key(remote))
        if there is None or there.options.get("proxy"):
            return None
        to = to_field_of(field)
        if to is None:
            to = next((n for n, f in there.fields.items() if f.primary_key), None)
        target = there.fields.get(to) if to is not None else None
        if target is None or target.remote_field is not None:
            return None
        return there.options.get("db_table"), there.name, to, Same(target)

    def _parts(self, model: ModelState) -> Iterator[Any]:
        """Yield the model's own fields, as parts where they are known already."""
        assert self.memory is not None
        here = (model.app_label, model.name_lower)
        key = self.key(model)
        for each in self.fields(model, bind=False):
            if not isinstance(each, str):
                yield each
                continue
            field = model.fields[each]
            marks: tuple[Any, ...] | None = ()
            if field.remote_field is not None:
                marks = self._target_marks(field)
            known = self.memory.parts.get((here, each))
            marks = None if marks is None else (key, Same(field), *marks)
            if marks is not None and known is not None and known[0] == marks:
                yield known[1]
                continue
            part = self.part(key, self.bound(model, each))
            if marks is not None:
                self.memory.parts[here, each] = marks, part
            yield part

    def _model(
        self, model: ModelState, without: str = ""
    ) -> tuple[Table, tuple[Constraint, ...]]:
        options = model.options
        composite: tuple[str, ...] = ()
        for field in model.fields.values():
            if isinstance(field, CompositePrimaryKey):
                composite = tuple(field.field_names)
        return self.build(
            self.db_table(model),
            (
                self._parts(model)
                if self.memory is not None and not without
                else [f for f in self.fields(model) if f.name != without]
            ),
            unique_together=sorted(
                tuple(each) for each in options.get("unique_together") or ()
            ),
            constraints=options.get("constraints") or (),
            indexes=options.get("indexes") or (),
            primary_key=composite,
        )

    # Fields.

    def fields(self, model: ModelState, *, bind: bool = True) -> Iterator[Any]:
        """Yield bound copies of the model's own fields that may have a column.

        Without `bind`, the names of those that the state has.
        """
        has_key = False
        for name, field in model.fields.items():
            if field.many_to_many:
                continue
            has_key = has_key or field.primary_key
            yield self.bound(model, name) if bind else name
        if not has_key:
            yield bound_copy(_auto_key(), "id")
        if model.options.get("order_with_respect_to"):
            yield bound_copy(_order(), "_order")

    def parts(self, model: ModelState) -> Iterator[Part]:
        """Yield what each of the model's own fields adds to its table."""
        key = self.key(model)
        fields = self._parts(model) if self.memory is not None else self.fields(model)
        for each in fields:
            yield each if isinstance(each, Part) else self.part(key, each)

    def columns(self, model: ModelState) -> dict[str, str]:
        """Return the columns of a model's fields, by what constraints call them."""
        if self.memory is None:
            fields = self.fields(model)
            return {
                n: self.named(f.column or f.name)
                for f in fields
                for n in (f.name, f.attname)
            }
        return {n: p.declared.column for p in self.parts(model) for n in p.names}

    def names_by_column(self, model: ModelState) -> dict[str, str]:
        """Return what the state calls the fields of a model's columns."""
        return {self.named(f.column): f.name for f in self.fields(model) if f.column}

    def column(self, field: Any, *, full: bool = False) -> DeclaredColumn:
        key = getattr(field, "_fkguard_model", None)
        if self.memory is not None and key is not None and not full:
            marks = () if field.remote_field is None else self._target_marks(field)
            known = self.memory.parts.get((key, field.name))
            if marks is not None and known is not None:
                _, origin, *rest = known[0]
                if origin.value is field._fkguard_origin and tuple(rest) == marks:
                    return known[1].declared
        return super().column(field, full=full)

    def bound(self, model: ModelState, name: str) -> Any:
        """Return a copy of one field that knows its name, column and model."""
        if name == "_order" and name not in model.fields:
            return bound_copy(_order(), "_order")
        bound = bound_copy(model.fields[name], name)
        bound._fkguard_model = (model.app_label, model.name_lower)
        bound._fkguard_origin = model.fields[name]
        return bound

    def references(self, field: Any) -> tuple[str, str] | None:
        key = self.remote_key(field)
        target = self._target_field(field)
        if target is None:
            return None
        model = self.model_state(key)
        if model is not None:
            return self.key(model), self.named(target.column)
        table = global_apps.get_model(*key)._meta.db_table
        return self.key_of(table), self.named(target.column)

    def parameters(self, field: Any) -> dict[str, Any]:
        if not (field.many_to_one or field.one_to_one):
            own: dict[str, Any] = field.db_parameters(connection=self.connection)
            return own
        if field.column is None:
            return {"type": None, "check": None}
        target = self._target_field(field)
        if target is None:
            return {"type": "", "check": None}
        kind = target.rel_db_type if not is_reference(target) else None
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

    def remote_key(self, field: Any) -> ModelKey:
        """Return the model that a bound relation names, a proxy as it is."""
        here: ModelKey = getattr(field, "_fkguard_model", ("", ""))
        return _model_key(resolve_relation(field.remote_field.model, *here))

    def _target_field(self, field: Any) -> Any:
        """Return the field that a relation points to, bound; None if unknown."""
        key = self.remote_key(field)
        name = to_field_of(field)
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
            relation._fkguard_origin = relation
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
        if self.memory is not None:
            known = self.state.models.get(self.memory.keys.get(key, ("", "")))
            is_it = known is not None and not known.options.get("proxy")
            if known is not None and is_it and self.key(known) == key:
                return self.table(known)
        for model in self.state.models.values():
            if model.options.get("proxy"):
                continue
            if self.key(model) == key:
                if self.memory is not None:
                    self.memory.keys[key] = (model.app_label, model.name_lower)
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


def _auto_key() -> Any:
    return import_string(settings.DEFAULT_AUTO_FIELD)(primary_key=True)


def _order() -> Any:
    return IntegerField()
