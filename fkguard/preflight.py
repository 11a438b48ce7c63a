"""Judge the whole plan of ``migrate`` before its first statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from types import CodeType
from typing import Any, TypeGuard

from django.core import checks
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import (
    CreateModel,
    RunPython,
    SeparateDatabaseAndState,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Model

from . import conf
from .acknowledgements import Acknowledgement
from .backends import introspection_for
from .backends.base.matching import find
from .backends.base.names import split_key
from .consequences import (
    INCOMPATIBLE,
    OVER_ROWS,
    RETARGETED,
    TABLE_MISSING,
    UNCREATED,
    UNDECLARED,
    Consequence,
)
from .constraints import Catalogue, Constraint, Table, Unique
from .events import (
    CHANGES,
    AddColumn,
    AlterColumn,
    CreateTable,
    DropColumn,
    DropTable,
    Event,
    RenameTable,
    RunStatement,
    Unseen,
)
from .forecast import Forecast
from .guard import ALLOW, REFUSE, WARN, Finding, Judge
from .hazards import Place
from .intents import foresee, taken_away
from .journal import Resumed, resumed
from .ledger import Outstanding, Progress
from .leftovers import Leftovers
from .missing import (
    Unresolved,
    Watch,
    may_be_made,
    reference_of,
    stand_in_for,
    stand_in_for_dangling,
    sync_events,
)
from .missing import unresolved as find_unresolved
from .planned import Planner, Step
from .probes import Prober
from .references import give_engine, tables_of
from .states import Unrendered

Plan = list[tuple[Migration, bool]]


@dataclass(kw_only=True)
class Preflight:
    """What the plan would do, as far as it can be known beforehand."""

    #: The catalogue before the first statement.
    catalogue: Catalogue
    findings: list[Finding] = field(default_factory=list)
    #: Owed constraints, by key, that the plan itself brings back or strikes.
    resolved: set[tuple[str, str]] = field(default_factory=set)
    #: (table, column) that the plan brings back after it is dropped.
    returns: set[tuple[str, str]] = field(default_factory=set)
    #: Constraints that cannot be made here, and that the plan removes again: the
    #: name, and where it is declared.
    passing: set[tuple[str, Place]] = field(default_factory=set)
    #: Where each event of the plan stands, in order.
    places: list[tuple[tuple[str, ...], Place]] = field(default_factory=list)
    unused: list[tuple[str, Acknowledgement]] = field(default_factory=list)
    #: Migrations that take something away in the middle, with no transaction to
    #: bring it back.
    uncarried: set[str] = field(default_factory=set)
    #: Migrations that an earlier run has begun, by label.
    resumed: dict[str, Resumed] = field(default_factory=dict)
    #: Migrations that were begun, and that somebody has undone since.
    undone: list[Progress] = field(default_factory=list)
    #: Whether the ledger holds anything.
    is_outstanding: bool = False

    def messages(self) -> list[checks.CheckMessage]:
        """Return the findings as check messages, errors first."""
        found = [f for f in self.findings if f.action in {REFUSE, WARN}]
        found.sort(key=lambda each: each.action != REFUSE)
        return [
            *(each.as_message() for each in found),
            *(unused_message(label, each) for label, each in self.unused),
        ]


def unused_message(label: str, each: Acknowledgement) -> checks.CheckMessage:
    """Return the warning about an acknowledgement that matches nothing."""
    return checks.Warning(
        f"The acknowledgement of {each.hazard} for {each.constraint} matches nothing.",
        hint="Remove it, or correct the hazard or the constraint's name.",
        obj=label,
        id="fkguard.W006",
    )


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


def acknowledgements_of(migration: Migration) -> tuple[Acknowledgement, ...]:
    """Return what a migration acknowledges, in its file or in settings."""
    label = f"{migration.app_label}.{migration.name}"
    in_file = getattr(migration, "fkguard_acknowledged", ())
    return (*in_file, *conf.acknowledged(label))


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
                migration.mutate_state(planner.state, preserve=False)
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
            migration.mutate_state(state, preserve=False)
    for migration, _ in plan:
        key = (migration.app_label, migration.name)
        if key in states:
            for step in planner.backwards(migration, states[key]):
                yield step, planner.state


def run(
    connection: BaseDatabaseWrapper,
    plan: Plan,
    mode: str,
    *,
    outstanding: Outstanding | None = None,
    fake_initial: bool = False,
    executor: MigrationExecutor | None = None,
    synced: Sequence[type[Model]] = (),
) -> Preflight:
    """Forecast the plan; return every finding at once.

    `synced` are the models of apps without migrations whose tables are made first.
    Raises ``CatalogueUnreadable`` and ``BadSetting``.
    """
    executor = executor or MigrationExecutor(connection)
    catalogue = introspection_for(connection).read()
    if mode == "auto":
        give_engine(catalogue)
    outstanding = outstanding or Outstanding()
    result = Preflight(catalogue=catalogue, is_outstanding=bool(outstanding))
    result.resumed = resumed(plan, outstanding.progress, catalogue)
    owed = foresee(outstanding.owed, catalogue)
    result.catalogue = catalogue.copy()
    pending: dict[int, Finding] = {}
    #: (table, column) -> the number of the last event that brings it.
    arrivals: dict[tuple[str, str], int] = {}
    numbers: dict[int, int] = {}
    opaque: list[str] = []
    moved: list[str] = []
    joins: dict[str, Finding] = {}
    elsewhere: set[str] = set()
    prober = Prober(connection, catalogue)
    skipped = _soft_applied(connection, plan, catalogue) if fake_initial else set()
    migrations: dict[str, Migration] = {}
    current: list[ProjectState] = []

    def model_of(key: str) -> tuple[str, dict[str, str]]:
        if not current:
            return "", {}
        source = Unrendered(connection, current[-1])
        for model in current[-1].models.values():
            if not model.options.get("proxy") and source.key(model) == key:
                fields = {f.column: f.name for f in source.fields(model) if f.column}
                return f"{model.app_label}.{model.name}", fields
        return "", {}

    judge = Judge(
        Forecast(catalogue, owed),
        mode,
        acknowledgements=lambda place: (
            acknowledgements_of(migrations[f"{place.app_label}.{place.migration}"])
            if place.migration
            else ()
        ),
        probe=prober,
        model_of=model_of,
        # Who comes back is known at the end; until then every one may.
        resolves=lambda each: True,
        has_table=lambda key: key in catalogue,
    )
    watch = Watch(is_lazy=connection.vendor == "sqlite")
    unresolved: dict[str, list[Unresolved]] = {}

    def add(finding: Finding) -> None:
        result.findings.append(finding)
        if finding.recipe is not None and finding.recipe.owed is not None:
            pending[id(finding.recipe.owed)] = finding
            # The key may change with a rename; the guard asks for this one.
            finding.recipe.origin_key = finding.recipe.owed.key

    def end_watch() -> None:
        for consequence, place in watch.end(catalogue, is_auto=mode == "auto"):
            table = catalogue.tables.get(consequence.table) or Table(
                name=consequence.table
            )
            found = judge.finding(consequence, table, place)
            if found is None:
                continue
            if may_be_made(consequence, opaque, moved):
                found.action = ALLOW
            if found.recipe is not None:
                judge.forecast.wrap(found.recipe)
            add(found)

    leftovers = Leftovers(connection=connection, before=result.catalogue)

    def end_migration(step: Step) -> None:
        for consequence, place, leftover in leftovers.end():
            table = result.catalogue.get(consequence.table) or Table(name="")
            found = judge.finding(consequence, table, place)
            if found is not None:
                found.case = replace(found.case, leftover=leftover)
                result.findings.append(found)
        if not watch.is_lazy:
            end_watch()
        if len(migrations) > 1 or moved:
            return
        for consequence in prober.under_foreign_keys(catalogue):
            table = catalogue.tables[consequence.table]
            place = replace(place_of(step), number=0, operation="")
            if (found := judge.finding(consequence, table, place)) is not None:
                result.findings.append(found)

    for event in sync_events(connection, synced):
        place = Place(operation="migrate --run-syncdb")
        watch.note(event, place)
        judge.consider(event, place)
    if synced:
        if not watch.is_lazy:
            end_watch()
        result.catalogue = catalogue.copy()
    previous: Step | None = None
    for step, state in steps(
        connection,
        plan,
        executor,
        lambda: judge.forecast.catalogue.tables,
        unresolved,
    ):
        if (step.migration.app_label, step.migration.name) in skipped:
            continue
        if previous is not None and previous.label != step.label:
            end_migration(previous)
        previous = step
        migrations.setdefault(step.label, step.migration)
        current[:] = [state]
        place = with_model(place_of(step), state)
        begun = result.resumed.get(step.label)
        if begun is not None:
            if begun.note(step):
                continue
            for known in (catalogue, result.catalogue):
                begun.half_made(step, known)
        is_carried = connection.features.can_rollback_ddl and step.migration.atomic
        if not is_carried and taken_away(catalogue, step.events):
            result.uncarried.add(step.label)
        watch.expect(place, unresolved.get(step.label, ()), state)
        for event in step.events:
            watch.note(event, place)
            if not outstanding.owed and begun is None and not step.is_backwards:
                # What the ledger tells of is seen to by whoever reads it.
                leftovers.note(event, place, catalogue, (*opaque, *moved_sql(moved)))
            text = opaque_text(event, step.operation)
            if text:
                opaque.append(text)
            if isinstance(event, (RunStatement, Unseen)):
                moved.append(getattr(event, "sql", "*"))
            if split_key(event.table)[0] and event.table not in elsewhere:
                # A table of another schema, which the search path does not reach.
                elsewhere.add(event.table)
                for table in introspection_for(connection).read([event.table]):
                    if table.name not in result.catalogue:
                        result.catalogue.put(table)
                        catalogue.put(table)
                        prober.keys.setdefault(table.name, table.name)
            if isinstance(event, RenameTable):
                elsewhere.add(event.to)
                prober.rename(event.table, event.to)
            result.places.append((event_key(event), place))
            if arrives(event):
                arrivals[event.table, event.new.column] = len(result.places)
            if isinstance(event, CreateTable) and event.table in joins:
                result.findings.append(joins.pop(event.table))
            verdict = judge.consider(event, place)
            if isinstance(event, AlterColumn) and event.old.column != event.new.column:
                prober.rename_column(event.table, event.old.column, event.new.column)
            if verdict.recipes and not is_carried:
                result.uncarried.add(step.label)
            for finding in verdict.findings:
                numbers[id(finding)] = len(result.places)
                if is_uncertain(finding, opaque) or (
                    finding.case.consequence.kind in {OVER_ROWS, RETARGETED}
                    and _changes_rows(finding.case.consequence, moved)
                ):
                    # SQL or code before it speaks of this very constraint: the
                    # live guard, which sees what became of it, decides.
                    finding.action = ALLOW
                if may_be_made(finding.case.consequence, opaque, moved):
                    finding.action = ALLOW
                if (
                    isinstance(event, DropTable)
                    and event.joins
                    and (finding.case.consequence.kind == "join_dropped")
                ):
                    joins[event.table] = finding
                    continue
                add(finding)
        for consequence in undeclared(step, state, connection, catalogue):
            table = catalogue.tables[consequence.table]
            found = judge.finding(consequence, table, place)
            if found is not None:
                numbers[id(found)] = len(result.places)
                result.findings.append(found)
    if previous is not None:
        end_migration(previous)
    end_watch()
    left = {id(each) for each in judge.forecast.owed}
    for identity, finding in pending.items():
        recipe = finding.recipe
        assert recipe is not None
        if identity in left and finding.action != ALLOW:
            finding.action, finding.recipe = REFUSE, None
        elif recipe.origin_key is not None:
            result.resolved.add(recipe.origin_key)
    result.returns = set(arrivals)
    for finding in result.findings:
        column = getattr(finding.case.event, "old", None)
        if column is not None:
            case = finding.case
            finding.case = replace(
                case,
                returns=isinstance(case.event, DropColumn)
                and arrivals.get((case.event.table, column.column), 0)
                > numbers[id(finding)],
            )
            finding.hazard = judge.hazard(finding.case)
    for finding in result.findings:
        if finding.case.consequence.kind == TABLE_MISSING:
            finding.case = replace(
                finding.case,
                reference=reference_of(
                    connection,
                    current[-1] if current else ProjectState(),
                    finding.case.consequence,
                    executor.loader.graph.nodes,
                ),
            )
    result.findings = _once(result.findings)
    if current:
        _let_pass(result, Unrendered(connection, current[-1]))
    for label, migration in migrations.items():
        if label in result.resumed:
            continue  # What it acknowledges may be done.
        for each in acknowledgements_of(migration):
            if each not in judge.used:
                result.unused.append((label, each))
    return result


def _once(findings: list[Finding]) -> list[Finding]:
    """Tell once what is wrong with the session, not for each foreign key of it."""
    kept: list[Finding] = []
    for finding in findings:
        if not finding.hazard.is_of_session or all(
            each.hazard is not finding.hazard for each in kept
        ):
            kept.append(finding)
    return kept


def _let_pass(result: Preflight, end: Unrendered) -> None:
    """Allow what cannot be made here, where the plan's end declares it no more."""
    found = [f for f in result.findings if f.case.consequence.kind == UNCREATED]
    if not found:
        return
    left = {
        constraint.name
        for model in end.state.models.values()
        if model.options.get("constraints") and end.is_migrated(model)
        for constraint in end.model(model)[1]
    }
    # A name that is used again was given up before; the last one is what is left.
    for finding in reversed(found):
        name = finding.case.constraint.name
        if name in left:
            left.remove(name)
        elif name:
            finding.action = ALLOW
            result.passing.add((name, finding.case.place))


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


def arrives(event: Event) -> TypeGuard[AddColumn | AlterColumn]:
    """Say whether an event brings a column of a name that was not there."""
    return isinstance(event, AddColumn) or (
        isinstance(event, AlterColumn) and event.old.column != event.new.column
    )


def with_model(place: Place, state: ProjectState) -> Place:
    """Return a place with the model's name as its class has it."""
    model = state.models.get((place.app_label, place.model.lower()))
    return replace(place, model=model.name) if model is not None else place


def opaque_text(event: Event, operation: Operation) -> str:
    """Return the SQL, or the words of the code, that may change constraints."""
    if isinstance(event, RunStatement):
        return event.sql if CHANGES.search(event.sql) else ""
    if isinstance(event, Unseen):
        if isinstance(operation, RunPython):
            code = getattr(operation.code, "__code__", None)
            return " ".join(_strings(code)) if code is not None else "*"
        return "*"
    return ""


def _strings(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, CodeType):
            yield from _strings(constant)


def is_uncertain(finding: Finding, opaque: list[str]) -> bool:
    """Say whether earlier SQL or code may have seen to the constraint."""
    constraint: Constraint = finding.case.constraint
    names = [constraint.name] if constraint.name else []
    if finding.case.consequence.kind == INCOMPATIBLE:
        # SQL before it may have made the two ends alike.
        names += [split_key(key)[1] for key in tables_of(finding.case.consequence)]
    return any(
        text == "*" or any(name.lower() in text.lower() for name in names)
        for text in opaque
    )


def moved_sql(moved: list[str]) -> list[str]:
    """Return the SQL of what may have changed rows, without the code."""
    return [text for text in moved if text != "*"]


def _changes_rows(consequence: Consequence, moved: list[str]) -> bool:
    """Say whether SQL or code of the plan may have put the rows right by then."""
    keys = {consequence.table, getattr(consequence.constraint, "to_table", "")}
    names = {split_key(key)[1].lower() for key in keys if key}
    return any(
        text == "*" or any(name in text.lower() for name in names) for text in moved
    )


def _soft_applied(
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
