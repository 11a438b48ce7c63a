"""What harmless operations do to a table, all of them at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from django.db.migrations import operations as ops
from django.db.migrations.state import ModelState

from ...declared.states import Unrendered
from ...schema.catalogue import Column, Table


@dataclass(kw_only=True)
class Change:
    """What harmless operations have done to a model since it was settled."""

    is_new: bool = False
    #: Fields whose columns are other than before.
    altered: set[str] = field(default_factory=set)
    #: What was added: constraints, indexes, and entries of ``unique_together``.
    constraints: list[Any] = field(default_factory=list)
    indexes: list[Any] = field(default_factory=list)
    together: list[tuple[str, ...]] = field(default_factory=list)

    def note(self, operation: Any, model: ModelState | None) -> None:
        """Note an operation, with the model as it is before."""
        kind = type(operation)
        if kind is ops.CreateModel:
            self.is_new = True
        elif kind is ops.AlterField:
            self.altered.add(operation.name)
        elif kind is ops.AddConstraint:
            self.constraints.append(operation.constraint)
        elif kind is ops.AddIndex:
            self.indexes.append(operation.index)
        elif kind is ops.AlterUniqueTogether and model is not None:
            had = {*map(tuple, model.options.get("unique_together") or ())}
            new = sorted(map(tuple, operation.unique_together or ()))
            self.together.extend(each for each in new if each not in had)


def changed(
    table: Table, change: Change, source: Unrendered, model: ModelState
) -> Table:
    """Return a table after harmless changes; what it had keeps its names."""
    had = {column.name: column for column in table.columns}
    columns: list[Column] = []
    constraints = list(table.constraints)
    names: dict[str, str] = {}
    for part in source.parts(model):
        names.update(dict.fromkeys(part.names, part.declared.column))
        if part.column is None:
            continue
        known = had.get(part.column.name)
        if known is None:
            constraints.extend(part.constraints)
        is_same = known is not None and change.altered.isdisjoint(part.names)
        columns.append(known if known is not None and is_same else part.column)
    for each in change.together:
        constraints.append(source.together(table.name, [names[n] for n in each]))
    constraints.extend(source.constraint(each, names) for each in change.constraints)
    constraints.extend(source.index(each, names) for each in change.indexes)
    return replace(table, columns=tuple(columns), constraints=tuple(constraints))
