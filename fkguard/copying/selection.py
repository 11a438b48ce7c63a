"""Choose what is copied: models, tables, columns, and what each column holds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model

from .. import compat
from ..backends import backend_for
from ..backends.base import transfer as kinds
from ..backends.base.transfer import Carried
from .problems import Finding

#: Internal type of a field -> kind. ForeignKeys have that of the field they point to.
KINDS = {
    **dict.fromkeys(
        (
            *("AutoField", "BigAutoField", "SmallAutoField", "IntegerField"),
            *("BigIntegerField", "SmallIntegerField", "PositiveIntegerField"),
            *("PositiveBigIntegerField", "PositiveSmallIntegerField"),
        ),
        kinds.INTEGER,
    ),
    **dict.fromkeys(
        ("CharField", "TextField", "SlugField", "FileField", "FilePathField"),
        kinds.TEXT,
    ),
    "BooleanField": kinds.BOOLEAN,
    "FloatField": kinds.FLOAT,
    "DecimalField": kinds.DECIMAL,
    "GenericIPAddressField": kinds.ADDRESS,
    "UUIDField": kinds.UUID,
    "DateField": kinds.DATE,
    "DateTimeField": kinds.DATETIME,
    "TimeField": kinds.TIME,
    "DurationField": kinds.DURATION,
    "BinaryField": kinds.BINARY,
    "JSONField": kinds.JSON,
}
#: Types of columns of fields that are none of Django's -> kind.
COLUMN_TYPES = (
    (re.compile(r"(long|medium|tiny)?text|n?(var)?char|citext"), kinds.TEXT),
    (
        re.compile(r"(?!interval|int\w*range)(big|small|tiny|medium)?(int|serial)"),
        kinds.INTEGER,
    ),
    (re.compile(r"bool"), kinds.BOOLEAN),
    (re.compile(r"double|real|float"), kinds.FLOAT),
)


class UnknownModel(LookupError):
    """A label names no app and no model."""


@dataclass(frozen=True, kw_only=True)
class CopiedColumn(Carried):
    """A column that is copied, and what its field tells of it."""

    field: str
    #: The internal type, for the range of integers.
    internal: str
    #: Digits of a DECIMAL, decimals included.
    digits: int = 0


@dataclass(frozen=True, kw_only=True)
class CopiedTable:
    """A table that is copied."""

    model: type[Model]
    #: The keys of the table in the catalogues of the two databases.
    source: str
    target: str
    columns: tuple[CopiedColumn, ...]
    #: The primary key, in the order of its columns.
    key: tuple[str, ...]

    @property
    def label(self) -> str:
        return str(self.model._meta.label)

    @property
    def key_places(self) -> tuple[int, ...]:
        return tuple(map(self.names.index, self.key))

    @property
    def names(self) -> list[str]:
        return [each.name for each in self.columns]

    def column(self, name: str) -> CopiedColumn:
        return self.columns[self.names.index(name)]


@dataclass(kw_only=True)
class Selection:
    """The tables of a copy by their key in the target, and what is left out."""

    tables: dict[str, CopiedTable] = field(default_factory=dict)
    #: Target key of each table that a model has and that is left out -> label.
    left_out: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def select(
    source: BaseDatabaseWrapper,
    target: BaseDatabaseWrapper,
    labels: Collection[str] = (),
    excluded: Collection[str] = (),
) -> Selection:
    """Return the tables to copy: of all models, or of apps and models by label.

    What a chosen model references comes along, as its rows would be orphans
    otherwise; unless it is excluded, and its rows are in the target already.
    """
    selection = Selection()
    source_key = backend_for(source).introspection.key
    target_key = backend_for(target).introspection.key
    chosen = list(_closed(labelled(labels))) if labels else None
    unwanted = list(_with_join_tables(labelled(excluded)))
    for model in compat.models_of(apps):
        if model in unwanted or (chosen is not None and model not in chosen):
            if not model._meta.proxy:
                key = target_key(model._meta.db_table)
                selection.left_out.setdefault(key, model._meta.label)
            continue
        key = target_key(model._meta.db_table)
        if reason := why_left_out(model, source, target):
            if not (model._meta.proxy or model._meta.swapped):
                selection.left_out.setdefault(key, model._meta.label)
            selection.findings.append(
                Finding(
                    code="W601",
                    message=f"{model._meta.label} is left out: {reason}.",
                    table=model._meta.db_table,
                )
            )
            continue
        if key in selection.tables:
            continue  # Two managed models of one table.
        columns = []
        for each in copied_fields(model):
            column = carried(each, source, target)
            if column is None:
                selection.findings.append(_cannot_carry(each, source, target))
            else:
                columns.append(column)
        selection.tables[key] = CopiedTable(
            model=model,
            source=source_key(model._meta.db_table),
            target=key,
            columns=tuple(columns),
            key=tuple(str(each.column) for each in model._meta.pk_fields),
        )
    for key in selection.tables:
        selection.left_out.pop(key, None)
    return selection


def labelled(labels: Iterable[str]) -> Iterator[type[Model]]:
    """Yield the models of some apps, or by their own labels."""
    for label in labels:
        try:
            if "." in label:
                yield apps.get_model(label)
            else:
                yield from apps.get_app_config(label).get_models()
        except (LookupError, ValueError) as error:
            raise UnknownModel(f"There is no app or model {label!r}.") from error


def _with_join_tables(models: Iterable[type[Model]]) -> Iterator[type[Model]]:
    """Yield models, each followed by the join tables that Django made for it."""
    for model in models:
        concrete: Any = model._meta.concrete_model
        yield concrete
        for many in concrete._meta.local_many_to_many:
            if many.remote_field.through._meta.auto_created:
                yield many.remote_field.through


def _closed(models: Iterable[type[Model]]) -> Iterator[type[Model]]:
    """Yield models with their join tables and with all that they reference."""
    seen: set[type[Model]] = set()
    waiting: list[Any] = list(models)
    while waiting:
        model = waiting.pop()._meta.concrete_model
        if model in seen:
            continue
        seen.add(model)
        yield model
        for each in model._meta.local_fields:
            if each.remote_field and each.remote_field.model:
                waiting.append(each.remote_field.model)
        waiting += _with_join_tables([model])
        for generic in model._meta.private_fields:
            if content_type := getattr(generic, "ct_field", None):
                waiting.append(model._meta.get_field(content_type).remote_field.model)


def why_left_out(
    model: type[Model], source: BaseDatabaseWrapper, target: BaseDatabaseWrapper
) -> str:
    """Return why a model has no table of its own to copy, or ""."""
    options: Any = model._meta
    owner: Any = (options.auto_created or model)._meta
    if options.swapped or owner.swapped:
        return f"{options.swapped or owner.swapped} is used in its place"
    if options.proxy:
        concrete = options.concrete_model._meta.label
        return f"it is a proxy, and its rows are those of {concrete}"
    if not (options.managed and owner.managed):
        return "it is unmanaged, so no migration makes its table"
    for connection in (source, target):
        if not router.allow_migrate_model(connection.alias, model):
            return f"a router keeps it out of the database {connection.alias!r}"
        if not options.can_migrate(connection):
            return f"it is not for the database {connection.alias!r}"
    return ""


def copied_fields(model: type[Model]) -> list[Field[Any, Any]]:
    """Return the fields whose columns are copied; the database makes the others."""
    return [
        each
        for each in model._meta.local_concrete_fields
        if not getattr(each, "generated", False)
    ]


def carried(
    each: Field[Any, Any], source: BaseDatabaseWrapper, target: BaseDatabaseWrapper
) -> CopiedColumn | None:
    """Return the column of a field, or None where no kind fits both databases."""
    final: Any = each
    while final.remote_field is not None and hasattr(final, "target_field"):
        final = final.target_field
    internal = final.get_internal_type()
    kind = KINDS.get(internal)
    if kind is None:
        found = {_kind_of_type(final.db_type(c) or "") for c in (source, target)}
        kind = found.pop() if len(found) == 1 else None
        if kind is None and source.vendor == target.vendor:
            kind = kinds.NATIVE
    if kind is None:
        return None
    return CopiedColumn(
        name=str(each.column),
        kind=kind,
        places=(final.decimal_places or 0) if kind == kinds.DECIMAL else 0,
        digits=(final.max_digits or 0) if kind == kinds.DECIMAL else 0,
        field=f"{each.model._meta.label}.{each.name}",
        internal=internal,
    )


def _kind_of_type(db_type: str) -> str | None:
    if "[" in db_type:
        return None
    return next((k for p, k in COLUMN_TYPES if p.match(db_type.lower())), None)


def _cannot_carry(
    each: Field[Any, Any], source: BaseDatabaseWrapper, target: BaseDatabaseWrapper
) -> Finding:
    return Finding(
        code="E612",
        table=each.model._meta.db_table,
        columns=(str(each.column),),
        message=(
            f"{each.model._meta.label}.{each.name} is a {type(each).__name__}, whose "
            f"values cannot be carried from {source.vendor} to {target.vendor}."
        ),
        hint=f"Leave the model out with --exclude {each.model._meta.label}, or give "
        "the field a type that both have.",
    )
