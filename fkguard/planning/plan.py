"""The plan of ``migrate``, step by step, and what stands where in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeGuard

from django.core import checks
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState

from .. import compat, conf
from ..acknowledgements import Acknowledgement
from ..declared.states import Unrendered
from ..schema.catalogue import Catalogue
from ..schema.events import AddColumn, AlterColumn, Event
from ..schema.location import Place
from .placeholder_models import Unresolved, stand_in_for, stand_in_for_dangling
from .placeholder_models import unresolved as find_unresolved
from .planner import Planner, Step

if TYPE_CHECKING:
    from django.db.migrations.executor import MigrationExecutor

Plan = list[tuple[Migration, bool]]


def steps(
    connection: BaseDatabaseWrapper,
    plan: Plan,
    executor: MigrationExecutor,
    tables: Callable[[], Iterable[str]] | None = None,
    unresolved: dict[str, list[Unresolved]] | None = None,
) -> Iterator[tuple[Step, ProjectState]]:
    """Yield the steps of a plan in the order in which they run.

    Each must be judged before the next is asked for, as `Planner` says; `tables`
    says which tables that has left, and `unresolved` gets the relations of each
    migration whose model nothing has made by then.
    """
    loader = executor.loader
    full_plan = executor.migration_plan(loader.graph.leaf_nodes(), clean_start=True)
    wanted = {(m.app_label, m.name): (m, backwards) for m, backwards in plan}
    is_backwards = any(backwards for _, backwards in plan)
    planner = Planner(
        connection, ProjectState(real_apps=loader.unmigrated_apps), tables
    )
    if not is_backwards:
        # The plan starts from everything that is applied, whatever its place in
        # the full plan, as MigrationExecutor.migrate() does.
        for migration, _ in full_plan:
            if (migration.app_label, migration.name) in loader.applied_migrations:
                compat.mutate_state(migration, planner.state)
        graph = loader.graph.nodes
        stand_in_for_dangling(planner.state, graph)
        for migration, _ in full_plan:
            key = (migration.app_label, migration.name)
            if key in wanted:
                if unresolved is not None:
                    unresolved[".".join(key)] = [
                        *find_unresolved(migration, planner.state)
                    ]
                stand_in_for(migration, planner.state, graph)
                for step in planner.forwards(wanted[key][0]):
                    yield step, planner.state
        return
    states: dict[tuple[str, str], ProjectState] = {}
    state = planner.state
    for migration, _ in full_plan:
        key = (migration.app_label, migration.name)
        if key in wanted:
            states[key] = state.clone()
        if key in wanted or key in loader.applied_migrations:
            compat.mutate_state(migration, state)
    for migration, _ in plan:
        key = (migration.app_label, migration.name)
        if key in states:
            for step in planner.backwards(migration, states[key]):
                yield step, planner.state


def soft_applied(
    connection: BaseDatabaseWrapper, plan: Plan, catalogue: Catalogue
) -> set[tuple[str, str]]:
    """Return the initial migrations that ``--fake-initial`` will not run."""
    found = set()
    for migration, _ in plan:
        if migration.initial is False or (
            migration.initial is None
            and any(app == migration.app_label for app, _ in migration.dependencies)
        ):
            continue
        state = ProjectState()
        keys = []
        source = Unrendered(connection, state)
        for operation in migration.operations:
            if isinstance(operation, CreateModel):
                operation.state_forwards(migration.app_label, state)
                model = state.models[migration.app_label, operation.name_lower]
                if source.is_migrated(model):
                    keys.append(source.key(model))
        if keys and all(key in catalogue for key in keys):
            found.add((migration.app_label, migration.name))
    return found


def event_key(event: Event) -> tuple[str, ...]:
    """Return what a planned event and the call it foresees have in common."""
    part = ""
    for name in ("old", "new"):
        if (column := getattr(event, name, None)) is not None:
            part = column.column
            break
    constraint = getattr(event, "constraint", None)
    if constraint is not None:
        part = constraint.name or ",".join(constraint.columns)
    return type(event).__name__, event.table, part


def arrives(event: Event) -> TypeGuard[AddColumn | AlterColumn]:
    """Say whether an event brings a column of a name that was not there."""
    return isinstance(event, AddColumn) or (
        isinstance(event, AlterColumn) and event.old.column != event.new.column
    )


def place_of(step: Step) -> Place:
    """Return where a step stands, for messages."""
    operation: Any = step.operation
    model = getattr(operation, "model_name", None) or getattr(operation, "name", "")
    return Place(
        app_label=step.migration.app_label,
        migration=step.migration.name,
        number=step.number,
        operation=operation.describe(),
        model=str(model or ""),
    )


def with_model(place: Place, state: ProjectState) -> Place:
    """Return a place with the model's name as its class has it."""
    model = state.models.get((place.app_label, place.model.lower()))
    return replace(place, model=model.name) if model is not None else place


def acknowledgements_of(migration: Migration) -> tuple[Acknowledgement, ...]:
    """Return what a migration acknowledges, in its file or in settings."""
    label = f"{migration.app_label}.{migration.name}"
    in_file = getattr(migration, "fkguard_acknowledged", ())
    return (*in_file, *conf.acknowledged(label))


def unused_message(label: str, each: Acknowledgement) -> checks.CheckMessage:
    """Return the warning about an acknowledgement that matches nothing."""
    return checks.Warning(
        f"The acknowledgement of {each.hazard} for {each.constraint} matches nothing.",
        hint="Remove it, or correct the hazard or the constraint's name.",
        obj=label,
        id="fkguard.W006",
    )
