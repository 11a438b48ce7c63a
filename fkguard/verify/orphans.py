"""Rows that reference nothing, along every foreign key that the models declare.

Driven by the models and not by the database: a foreign key that is missing there,
or was never made there, is the one that has orphans.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.db.utils import Error

from ..backends import backend_for
from ..declared.models import Rendered
from ..errors import first_line
from ..judgement import rows
from ..judgement.rows import OrphanCount
from ..schema.catalogue import Catalogue
from ..schema.constraints import ForeignKey


@dataclass(frozen=True, kw_only=True)
class DeclaredRelation:
    """A foreign key that a model declares, whether the database has it or not."""

    #: "library.Loan.book"; of a join table "library.Book.tags (tag_id)".
    label: str
    table: str
    foreign_key: ForeignKey
    #: Whether Django makes a constraint for it.
    db_constraint: bool

    def describe(self) -> str:
        """Return both ends, as tables and columns."""
        [column], [to_column] = self.foreign_key.columns, self.foreign_key.to_columns
        return (
            f"{_shown(self.table)}.{column} -> "
            f"{_shown(self.foreign_key.to_table)}.{to_column}"
        )


@dataclass(frozen=True, kw_only=True)
class KeyOrphans:
    """What a look along one relation has brought."""

    relation: DeclaredRelation
    orphans: OrphanCount = field(default_factory=OrphanCount)
    #: Why nobody could look; "" where somebody did.
    problem: str = ""


@dataclass(kw_only=True)
class Survey:
    """The relations of some models, and which of them were left out, and why."""

    relations: list[DeclaredRelation] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


def chosen(target: str | None) -> tuple[type[Model] | None, str]:
    """Return the model, and the field or "", that "app.Model.field" names.

    Raises ``LookupError``.
    """
    if target is None:
        return None, ""
    app_label, _, rest = target.partition(".")
    model_name, _, name = rest.partition(".")
    try:
        model = apps.get_model(app_label, model_name)
        own = model._meta.get_field(name) if name else None
    except (LookupError, ValueError, FieldDoesNotExist) as error:
        raise LookupError(
            f"There is no {target!r}: name app.Model or app.Model.field."
        ) from error
    if name and (own is None or own.remote_field is None or own.auto_created):
        raise LookupError(f"{target} references no model.")
    return model, name


def survey(
    connection: BaseDatabaseWrapper, model: type[Model] | None = None, name: str = ""
) -> Survey:
    """Return the relations of all models, of one, or of one of its fields."""
    found = Survey()
    source = Rendered(connection)
    for each in apps.get_models(include_auto_created=True):
        opts: Any = each._meta
        owner = opts.auto_created or each
        if model is not None and owner is not model:
            continue
        label = owner._meta.label
        if opts.auto_created:
            label += f".{_many_to_many_of(each)}"
        if opts.proxy or (name and opts.auto_created and label.split(".")[-1] != name):
            continue
        reason = _reason_to_leave_out(each, connection)
        if reason:
            if any(_is_relation(f) for f in opts.local_fields):
                found.left_out.append((label, reason))
            continue
        for own in opts.local_fields:
            if not _is_relation(own) or (
                name and not opts.auto_created and own.name != name
            ):
                continue
            column = source.column(own)
            full = (
                f"{label} ({column.column})"
                if opts.auto_created
                else (f"{label}.{own.name}")
            )
            if column.references is None or column.type is None:
                found.left_out.append((full, "it has no column"))
                continue
            to_model = own.remote_field.model
            if not router.allow_migrate_model(connection.alias, to_model):
                found.left_out.append(
                    (full, f"{to_model._meta.label} is not on this database")
                )
                continue
            key = source.key_of(opts.db_table)
            found.relations.append(
                DeclaredRelation(
                    label=full,
                    table=key,
                    foreign_key=source.foreign_key(key, column),
                    db_constraint=column.db_constraint,
                )
            )
    found.relations.sort(key=lambda each: each.label)
    found.left_out.sort()
    return found


def look(
    connection: BaseDatabaseWrapper, relations: list[DeclaredRelation]
) -> Iterator[KeyOrphans]:
    """Yield what each relation has in orphans: one query for each."""
    catalogue = backend_for(connection).introspection.read()
    for relation in relations:
        yield _look(connection, relation, catalogue)


def _look(
    connection: BaseDatabaseWrapper, relation: DeclaredRelation, catalogue: Catalogue
) -> KeyOrphans:
    foreign_key = relation.foreign_key
    pairs = rows.pairs_of(catalogue, relation.table, foreign_key)
    for pair in pairs:
        if reason := backend_for(connection).statements.reason_not_to_compare(*pair):
            return KeyOrphans(relation=relation, problem=reason)
    try:
        # A savepoint, for a caller's transaction: PostgreSQL refuses everything
        # after a statement that fails.
        with transaction.atomic(using=connection.alias):
            orphans = rows.orphans(connection, relation.table, foreign_key, pairs)
    except Error as error:
        return KeyOrphans(relation=relation, problem=first_line(error))
    return KeyOrphans(relation=relation, orphans=orphans)


def _reason_to_leave_out(model: type[Model], connection: BaseDatabaseWrapper) -> str:
    opts: Any = model._meta
    owner = opts.auto_created or model
    if not (opts.managed and owner._meta.managed):
        return "managed = False"
    if opts.swapped or owner._meta.swapped:
        return f"swapped for {owner._meta.swapped or opts.swapped}"
    if not opts.can_migrate(connection):
        return "it is meant for another database"
    if not router.allow_migrate_model(connection.alias, model):
        return "it is not on this database"
    return ""


def _is_relation(own: Any) -> bool:
    # A ForeignObject has no column of its own, and no database keeps it.
    return isinstance(own, models.ForeignKey)


def _many_to_many_of(through: type[Model]) -> str:
    """Return the name of the field that an automatic join table is made for."""
    owner: Any = through._meta.auto_created
    return next(
        str(own.name)
        for own in owner._meta.local_many_to_many
        if own.remote_field.through is through
    )


def _shown(key: str) -> str:
    return key.replace('"."', ".")
