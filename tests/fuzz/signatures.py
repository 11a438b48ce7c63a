"""What constraints are equal to, whatever the server calls them or prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.state import ProjectState

from fkguard.declared.states import Unrendered
from fkguard.schema.catalogue import Catalogue, Table
from fkguard.schema.constraints import (
    Check,
    Constraint,
    ForeignKey,
    PrimaryKey,
    Unique,
)

from .byhand import DRIFT, PREFIX

#: Tables that belong to the test database and not to a history.
KEPT = {
    "django_migrations",
    "django_content_type",
    "fkguard_claim",
    "fkguard_ledger",
}

Signature = tuple[object, ...]
Signatures = dict[str, Counter[Signature]]


def signature(constraint: Constraint) -> Signature:
    """Return what makes a constraint the same on a server and in a forecast."""
    if isinstance(constraint, PrimaryKey):
        return "PRIMARY KEY", constraint.columns
    if isinstance(constraint, Unique) and constraint.expressions:
        # A state tells bare columns among the expressions from none; no server does.
        return "UNIQUE", constraint.name
    if isinstance(constraint, Unique):
        return (
            "UNIQUE",
            constraint.columns,
            "WHERE" if constraint.condition else "",
            constraint.include,
            constraint.deferrable,
            constraint.nulls_distinct,
            _chosen(constraint.name),
        )
    if isinstance(constraint, ForeignKey):
        return (
            "FOREIGN KEY",
            constraint.columns,
            constraint.to_table,
            constraint.to_columns,
            constraint.on_delete,
            constraint.on_update,
        )
    if isinstance(constraint, Check):
        columns = sorted(constraint.uses, key=str.lower)
        return "CHECK", tuple(columns), _chosen(constraint.name)
    return constraint.kind, constraint.name


def _chosen(name: str) -> str:
    """Return a name that somebody chose, which a later migration may name."""
    name = name.removesuffix(DRIFT)
    return name if name.startswith(("uc", "chk", PREFIX)) else ""


def of_table(table: Table | None) -> Counter[Signature]:
    """Return a table's constraints; each once, as SQLite merges equal keys."""
    if table is None:
        return Counter()
    found = {signature(c) for c in table.constraints if c.protects}
    # SQLite keeps one index for a field's own unique and a named one of its column.
    twins = {(*each[:-1], "") for each in found if each[0] == "UNIQUE" and each[-1]}
    return Counter(found - twins)


def of_catalogue(catalogue: Catalogue) -> Signatures:
    return {t.name: of_table(t) for t in catalogue if t.name not in KEPT}


def declared(connection: BaseDatabaseWrapper, state: ProjectState) -> Signatures:
    """Return what a project state declares on this database."""
    source = Unrendered(connection, state)
    found: Signatures = {}
    for model in state.models.values():
        if not source.is_migrated(model):
            continue
        for table in (
            source.table(model),
            *(source.join(model, name) for name in source.joins(model)),
        ):
            found[table.name] = of_table(_needful(table))
    return found


def _needful(table: Table) -> Table:
    """Return a table less the checks that say what UNSIGNED says already (MariaDB).

    MODIFY drops them, and the column takes no negative number all the same.
    """
    unsigned = {(c.name,) for c in table.columns if "unsigned" in c.type.lower()}
    return table.without(
        *(c for c in table.of(Check) if c.columns in unsigned and not c.name)
    )


def missing(wanted: Signatures, actual: Signatures) -> set[tuple[str, Signature]]:
    """Return what is wanted and not there, under the name that was chosen for it."""
    return {
        (key, each)
        for key, signatures in wanted.items()
        for each in signatures
        if not any(
            each == other or (not each[-1] and each[:-1] == other[:-1])
            for other in actual.get(key, ())
        )
    }


def differences(forecast: Catalogue, actual: Catalogue) -> Iterator[str]:
    """Yield what a forecast says otherwise than the server, a line each."""
    ours, theirs = of_catalogue(forecast), of_catalogue(actual)
    for key in sorted(ours.keys() | theirs.keys()):
        if key not in ours or key not in theirs:
            where = "on the server" if key in theirs else "in the forecast"
            yield f"{key}: is {where} alone"
            continue
        for each in ours[key] - theirs[key]:
            yield f"{key}: in the forecast alone: {each}"
        for each in theirs[key] - ours[key]:
            yield f"{key}: on the server alone: {each}"
        foreseen, found = forecast.tables[key], actual.tables[key]
        one, other = _columns(foreseen), _columns(found)
        if one != other:
            yield f"{key}: columns {sorted(one - other)}, found {sorted(other - one)}"


def _columns(table: Table) -> set[tuple[str, bool]]:
    # A generated column says nothing about NULL, and servers say it otherwise.
    return {(c.name, c.null or bool(c.generated)) for c in table.columns}
