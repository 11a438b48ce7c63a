"""Every foreign key of the models against a database, whether it is made or not."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.apps import apps as global_apps
from django.core import checks
from django.db import router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from .. import compat, conf
from ..backends import backend_for, backend_named
from ..declared.models import Rendered
from ..judgement.hazards import Case
from ..judgement.judge import Finding, finding_of
from ..schema.catalogue import Catalogue, Table
from ..schema.consequences import INCOMPATIBLE, Consequence, Difference
from ..schema.constraints import ForeignKey
from ..schema.events import AddConstraint, DeclaredColumn
from ..schema.location import Place
from ..schema.matching import find


def messages(
    connection: BaseDatabaseWrapper,
    app_labels: Collection[str] | None = None,
    *,
    warns: bool = False,
) -> list[checks.CheckMessage]:
    """Return what is wrong with the foreign keys of the models on a database.

    The catalogue is read in a number of queries that does not depend on the models.
    A table or a column that does not exist yet is the business of ``migrate``.
    """
    source = Rendered(connection)
    keys = list(_foreign_keys(source, app_labels))
    if not keys:
        return []
    tables = {key for _, key, foreign_key in keys} | {f.to_table for *_, f in keys}
    catalogue = backend_for(connection).introspection.read_with(tables)
    rules = backend_named(catalogue.server.flavour).compatibility(catalogue.server)
    found: list[checks.CheckMessage] = []
    told: set[str] = set()
    for field, key, foreign_key in keys:
        table = catalogue.get(key)
        if table is None:
            continue
        actual = find(table, foreign_key)
        is_made = isinstance(actual, ForeignKey)
        if isinstance(actual, ForeignKey):
            foreign_key = actual
        difference = rules.difference(catalogue, table, foreign_key, is_made=is_made)
        if difference is None:
            continue
        finding = _finding(catalogue, table, foreign_key, difference, warns=warns)
        if finding.hazard.is_of_session:
            if finding.hazard.id in told:
                continue
            told.add(finding.hazard.id)
        if not _is_acknowledged(field.model._meta.app_label, finding):
            found.append(_message(finding, field, difference))
    return found


def _foreign_keys(
    source: Rendered, app_labels: Collection[str] | None
) -> Iterator[tuple[Any, str, ForeignKey]]:
    """Yield field, key of its table, and the foreign key that Django makes for it.

    The foreign keys of a join table belong to the many-to-many field.
    """
    for model in compat.models_of(global_apps):
        if app_labels is not None and model._meta.app_label not in app_labels:
            continue
        if not _is_made(source.connection, model):
            continue
        key = source.key_of(model._meta.db_table)
        for field in model._meta.local_fields:
            declared = _declared(source, field)
            if declared is not None:
                yield _owner(model, field), key, source.foreign_key(key, declared)


def _declared(source: Rendered, field: Any) -> DeclaredColumn | None:
    """Return no more of a relation than its foreign key needs: there are thousands."""
    if not (field.remote_field and field.column and source.has_foreign_keys):
        return None
    references = source.references(field)
    if references is None or not getattr(field, "db_constraint", False):
        return None
    return DeclaredColumn(
        field=field.name,
        column=field.column,
        type="",
        references=references,
        db_constraint=True,
        on_delete=compat.database_on_delete(
            field.remote_field.on_delete,
            is_inline=not source.facts.names_foreign_keys,
        ),
    )


def _is_made(connection: BaseDatabaseWrapper, model: type[Model]) -> bool:
    """Say whether ``migrate`` makes the table of a model on this database."""
    if model._meta.proxy or not model._meta.can_migrate(connection):
        return False
    return bool(router.allow_migrate_model(connection.alias, model))


def _owner(model: type[Model], field: Any) -> Any:
    """Return the field that a reader knows: that of a join table is the other."""
    owner: Any = model._meta.auto_created
    if not owner:
        return field
    return next(
        (m for m in owner._meta.local_many_to_many if m.remote_field.through is model),
        field,
    )


def _finding(
    catalogue: Catalogue,
    table: Table,
    foreign_key: ForeignKey,
    difference: Difference,
    *,
    warns: bool,
) -> Finding:
    case = Case(
        consequence=Consequence(
            kind=INCOMPATIBLE,
            event=AddConstraint(table=table.name, constraint=foreign_key),
            table=table.name,
            constraint=foreign_key,
            error=difference.error,
            difference=difference,
        ),
        server=catalogue.server,
        place=Place(),
        before=table,
    )
    return finding_of(case, catalogue, warns=warns)


def _is_acknowledged(app_label: str, finding: Finding) -> bool:
    return any(
        each.matches(finding.hazard.id, *finding.case.names)
        for each in conf.acknowledged(app_label)
    )


def _message(
    finding: Finding, field: Any, difference: Difference
) -> checks.CheckMessage:
    """Return a finding with the field as its object, and SQL rather than operations."""
    message, hazard = finding.as_message(), finding.hazard
    hint = hazard.why(finding.case)
    if difference.fix:
        statements = "\n".join(f"    {each};" for each in difference.fix)
        hint += f"\nCorrect it with these statements, in this order:\n\n{statements}\n"
    message.hint = f"{hint}\nSee {hazard.url}"
    message.obj = field
    return message
