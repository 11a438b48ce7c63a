"""Tables that a model takes over in the state alone."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations import CreateModel, SeparateDatabaseAndState
from django.db.migrations.state import ProjectState

from ..declared.states import Unrendered
from ..planning.planner import Step
from ..schema.catalogue import Catalogue
from ..schema.consequences import UNDECLARED, Consequence
from ..schema.constraints import Unique
from ..schema.events import Event
from ..schema.matching import find


def undeclared(
    step: Step,
    state: ProjectState,
    connection: BaseDatabaseWrapper,
    catalogue: Catalogue,
) -> Iterator[Consequence]:
    """Yield the uniques of a table that a model takes over in the state alone."""
    operation = step.operation
    if step.is_backwards or not isinstance(operation, SeparateDatabaseAndState):
        return
    source = Unrendered(connection, state)
    for inner in operation.state_operations:
        if not isinstance(inner, CreateModel):
            continue
        model = state.models.get((step.migration.app_label, inner.name_lower))
        if model is None or not source.is_migrated(model):
            continue
        declared = source.table(model)
        table = catalogue.get(declared.name)
        for unique in table.of(Unique) if table is not None else ():
            if len(unique.columns) > 1 and find(declared, unique) is None:
                yield Consequence(
                    kind=UNDECLARED,
                    event=Event(table=declared.name, declared=source.look_up),
                    table=declared.name,
                    constraint=unique,
                )
