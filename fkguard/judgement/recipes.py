"""The proven ways in which auto keeps a constraint, and what it owes meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..backends.base.backend import Backend
from ..schema import consequences as kinds
from ..schema.catalogue import Column
from ..schema.consequences import Consequence
from ..schema.constraints import (
    Check,
    Constraint,
    Exclusion,
    ForeignKey,
    Trigger,
    Unique,
)
from ..schema.events import (
    AlterColumn,
    DropColumn,
    DropTable,
)
from ..schema.matching import means


@dataclass(kw_only=True)
class Owed:
    """A constraint that was dropped for a while and must come back."""

    table: str
    constraint: Constraint
    #: Whether the project state declares it.
    is_known: bool
    #: Taken away for the length of one operation, rather than by one of the plan
    #: that another brings back.
    is_intent: bool = False
    #: What the state calls columns that are gone: field -> column.
    fields: dict[str, str] = field(default_factory=dict)
    #: The row of the ledger that reports it, where one was written.
    row: int | None = None
    #: What took it away, for messages.
    origin: str = ""
    #: Whether it is a foreign key whose referenced table was not there yet.
    waits: bool = False
    #: The migration that took it away: "app_label.name".
    migration: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Return what tells one owed constraint from another."""
        constraint = self.constraint
        return self.table, constraint.name or ",".join(constraint.columns)

    def is_declared_as(self, wanted: Constraint) -> bool:
        """Say whether a declared constraint means this one."""
        return means(wanted, self.constraint, self.fields)


@dataclass(kw_only=True)
class Recipe:
    """How auto wraps a loss that has a proven way."""

    consequence: Consequence
    #: Drop the constraint by name before the operation.
    drops_first: bool = False
    #: Put it back right after the operation, as it was.
    puts_back: bool = False
    #: It is owed from now on; the plan must bring it back or strike it.
    owed: Owed | None = None
    #: The key of `owed` when the recipe began.
    origin_key: tuple[str, str] | None = None
    #: The definition that a new column takes, for its foreign key to be made, or
    #: that an altered one keeps.
    column: Column | None = None
    #: The column that is written anew is written whole.
    restates: bool = False
    #: The constraint that is meant is dropped, if any, instead of what the operation
    #: asks for.
    replaces: bool = False


def recipe_for(
    consequence: Consequence, backend: Backend, is_known: bool
) -> Recipe | None:
    """Return the proven way to wrap a loss, or None where there is none."""
    event, constraint = consequence.event, consequence.constraint
    if consequence.difference is not None:
        remedy = consequence.difference.remedy
        return Recipe(consequence=consequence, column=remedy) if remedy else None
    if consequence.kind == kinds.NOT_FOUND:
        if isinstance(consequence.becomes, Unique):
            return Recipe(consequence=consequence, replaces=True)
        # Two checks of the same columns may say different things.
        return None
    if consequence.reset is not None:
        return Recipe(consequence=consequence, restates=True)
    if consequence.kind == kinds.TABLE_MISSING:
        return Recipe(
            consequence=consequence,
            owed=Owed(
                table=consequence.table,
                constraint=constraint,
                is_known=True,
                waits=True,
            ),
        )
    if consequence.error in kinds.TOO_LARGE:
        return None
    lost = {kinds.DROPPED, kinds.SHRUNK, kinds.FAILS, kinds.CHANGED, kinds.DANGLING}
    if consequence.kind not in lost or (
        consequence.becomes and (consequence.kind == kinds.FAILS)
    ):
        return None
    if isinstance(event, DropColumn):
        return _recipe_for_dropped_column(consequence, event, backend, is_known)
    if isinstance(event, DropTable) and isinstance(constraint, ForeignKey):
        return Recipe(
            consequence=consequence,
            drops_first=not backend.rebuilds_tables,
            owed=Owed(
                table=consequence.table, constraint=constraint, is_known=is_known
            ),
        )
    if backend.rebuilds_tables:
        if isinstance(constraint, Trigger) or (
            isinstance(constraint, Unique)
            and constraint.is_index
            and consequence.kind == kinds.DROPPED
        ):
            return Recipe(consequence=consequence, puts_back=True)
        return None
    if isinstance(event, AlterColumn):
        if consequence.kind == kinds.DANGLING:
            return None
        if consequence.kind == kinds.FAILS:
            if isinstance(constraint, (Unique, Check)):
                return Recipe(consequence=consequence, drops_first=True, puts_back=True)
            return None
        if isinstance(constraint, Unique):
            return Recipe(consequence=consequence, drops_first=True, puts_back=True)
        if isinstance(constraint, (ForeignKey, Check)):
            if isinstance(constraint, ForeignKey) and (
                not constraint.columns or cannot_empty(constraint, event, backend)
            ):
                return None
            return Recipe(consequence=consequence, puts_back=True)
    return None


def cannot_empty(foreign_key: ForeignKey, event: AlterColumn, backend: Backend) -> bool:
    """Say whether SET NULL can no longer be: 1830 on MySQL, 1005 on MariaDB."""
    actions = {foreign_key.on_delete, foreign_key.on_update}
    return (
        not backend.takes_set_null_on_not_null
        and "SET NULL" in actions
        and event.old.column in foreign_key.columns
        and not event.new.null
    )


def _recipe_for_dropped_column(
    consequence: Consequence, event: DropColumn, backend: Backend, is_known: bool
) -> Recipe | None:
    constraint = consequence.constraint
    if consequence.table != event.table or isinstance(constraint, ForeignKey):
        return None
    if event.old.column not in constraint.uses:
        # A rebuild of the table (SQLite) loses what has nothing to do with it.
        if isinstance(constraint, Trigger) or (
            isinstance(constraint, Unique) and constraint.is_index
        ):
            return Recipe(consequence=consequence, puts_back=True)
        return None
    if isinstance(constraint, (Unique, Check, Exclusion)):
        if (
            backend.rebuilds_tables
            and not is_known
            and not (isinstance(constraint, Unique) and constraint.is_index)
        ):
            return None
        return Recipe(
            consequence=consequence,
            drops_first=True,
            owed=Owed(
                table=event.table,
                constraint=constraint,
                is_known=is_known,
                fields={event.old.field: event.old.column},
            ),
        )
    return None
