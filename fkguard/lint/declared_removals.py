"""What a migration says that it takes away, and what it puts in its place.

Nothing here is a silent loss: the migration declares each of them. What tells a lost
constraint from a weakened, replaced or renamed one is the table as the migration
leaves it, so all of them are settled at its end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from ..schema import consequences as kinds
from ..schema.catalogue import Catalogue, Table
from ..schema.consequences import Consequence
from ..schema.constraints import (
    Check,
    Constraint,
    Exclusion,
    ForeignKey,
    PrimaryKey,
    Unique,
)
from ..schema.events import (
    AlterColumn,
    DropColumn,
    DropTable,
    Event,
    RemoveConstraint,
    RenameTable,
)
from ..schema.location import Place
from ..schema.matching import implies, is_same_but_unnamed, is_weaker


@dataclass(kw_only=True)
class Removed:
    """A constraint that an operation takes away."""

    event: Event
    place: Place
    #: The key of the table as it is by now.
    table: str
    constraint: Constraint
    #: The constraint with its columns as they are called by now.
    now: Constraint
    before: Table
    #: Columns of it that are gone by now.
    gone: set[str] = field(default_factory=set)


class Drops:
    """The constraints that one migration takes away, followed to its end."""

    def __init__(self) -> None:
        self.removed: list[Removed] = []

    def note(
        self,
        event: Event,
        place: Place,
        before: Table | None,
        catalogue: Catalogue,
        told: Collection[Constraint],
    ) -> None:
        """Note what an event takes away; `told` is reported as something else."""
        self._follow(event)
        if before is None:
            return
        after = catalogue.get(event.table)
        for constraint in _taken(event, before, after):
            if not any(is_same_but_unnamed(constraint, each) for each in told):
                self.removed.append(
                    Removed(
                        event=event,
                        place=place,
                        table=event.table,
                        constraint=constraint,
                        now=_renamed(constraint, event),
                        before=before,
                    )
                )

    def _follow(self, event: Event) -> None:
        for each in self.removed:
            if each.table != event.table:
                continue
            if isinstance(event, RenameTable):
                each.table = event.to
            elif isinstance(event, AlterColumn):
                each.now = _renamed(each.now, event)
            elif isinstance(event, DropColumn) and (event.old.column in each.now.uses):
                each.gone.add(event.old.column)

    def settled(
        self, catalogue: Catalogue
    ) -> Iterator[tuple[Consequence, Place, Table]]:
        """Yield what is lost, weakened or replaced by the end of the migration."""
        for each in self.removed:
            table = catalogue.get(each.table)
            if table is None or (each.now.uses and each.gone >= each.now.uses):
                continue  # Nothing is left to hold it against.
            kind, becomes = _instead(each, table)
            if kind:
                consequence = Consequence(
                    kind=kind,
                    event=each.event,
                    table=each.event.table,
                    constraint=each.constraint,
                    becomes=becomes,
                )
                yield consequence, each.place, each.before


def _taken(event: Event, before: Table, after: Table | None) -> Iterator[Constraint]:
    """Yield what the event is asked to take away, of what the table had."""
    if after is None or isinstance(event, DropTable):
        return
    for constraint in before.constraints:
        if not constraint.protects or isinstance(constraint, PrimaryKey):
            continue
        if constraint in after.constraints:
            continue
        if isinstance(event, RemoveConstraint):
            yield constraint
        elif isinstance(event, DropColumn):
            if isinstance(constraint, ForeignKey) and constraint.columns == (
                event.old.column,
            ):
                yield constraint
        elif isinstance(event, AlterColumn) and constraint.columns == (
            event.old.column,
        ):
            if isinstance(constraint, Unique):
                if event.old.unique and not event.new.unique:
                    yield constraint
            elif isinstance(constraint, Check) and event.old.check != event.new.check:
                yield constraint


def _renamed(constraint: Constraint, event: Event) -> Constraint:
    if isinstance(event, AlterColumn) and event.old.column in constraint.uses:
        return constraint.renamed_column(event.old.column, event.new.column)
    return constraint


def _instead(removed: Removed, table: Table) -> tuple[str, Constraint | None]:
    """Return what becomes of a constraint, "" where it only has another name."""
    now = removed.now
    if isinstance(now, Unique):
        uniques = [*table.of(Unique), *_keys(table)]
        if any(implies(each, now) for each in uniques):
            return "", None
        weaker = [each for each in uniques if is_weaker(each, now)]
        if weaker:
            return kinds.WEAKENED, weaker[0]
    elif isinstance(now, (Check, Exclusion)):
        same = [each for each in table.constraints if type(each) is type(now)]
        if any(replace(each, name=now.name) == now for each in same):
            return "", None
    elif isinstance(now, ForeignKey):
        keys = [k for k in table.of(ForeignKey) if k.columns == now.columns]
        if any(replace(each, name=now.name) == now for each in keys):
            return "", None
    other = _successor(removed, table)
    return (kinds.REPLACED, other) if other is not None else (kinds.REMOVED, None)


def _keys(table: Table) -> Iterator[Unique]:
    for key in table.of(PrimaryKey):
        yield Unique(name=key.name, columns=key.columns)


def _successor(removed: Removed, table: Table) -> Constraint | None:
    """Return what the migration makes in the place of a constraint."""
    now = removed.now
    # By its own name, else over the same columns; what was there before is none.
    candidates = [
        each
        for each in table.constraints
        if type(each) is type(now) and each not in removed.before.constraints
    ]
    for each in candidates:
        if now.name and each.name == now.name:
            return each
    return next((each for each in candidates if each.uses & now.uses), None)
