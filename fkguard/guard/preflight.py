"""Judge the whole plan of ``migrate`` before its first statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.core import checks
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import RunPython, RunSQL
from django.db.migrations.state import ProjectState
from django.db.models import Model

from ..acknowledgements import Acknowledgement
from ..backends import backend_for, facts_of
from ..declared.states import Unrendered
from ..judgement.forecast import Forecast
from ..judgement.foreign_keys.created import give_engine, referenced_by
from ..judgement.foreign_keys.missing_tables import Watch, sync_events
from ..judgement.judge import ALLOW, REFUSE, WARN, Finding, Judge
from ..judgement.opaque_code import OpaqueCode
from ..judgement.relations import reference_of
from ..judgement.rows import Prober
from ..judgement.state_only import undeclared
from ..judgement.walk import PlanWalk, Walked
from ..planning.files import is_third_party
from ..planning.placeholder_models import Unresolved
from ..planning.plan import (
    Plan,
    acknowledgements_of,
    event_key,
    place_of,
    soft_applied,
    steps,
    unused_message,
    with_model,
)
from ..planning.planner import Step
from ..recovery.half_applied import Leftovers
from ..recovery.ledger import Outstanding, Progress
from ..recovery.resumed import Resumed, resumed
from ..recovery.temporary_drops import foresee, taken_away
from ..schema.catalogue import Catalogue, Table
from ..schema.consequences import NOT_FOUND, TABLE_MISSING, UNCREATED, Consequence
from ..schema.events import Event, RemoveConstraint, RenameTable
from ..schema.location import Place
from ..schema.names import split_key


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
    #: What Django's own operations remove, and how they look it up.
    removals: dict[tuple[tuple[str, ...], Place], str] = field(default_factory=dict)
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
    walk = Walk(connection, plan, mode, outstanding or Outstanding(), executor)
    if synced:
        walk.sync(synced)
    skipped = soft_applied(connection, plan, walk.catalogue) if fake_initial else set()
    for step, state in steps(
        connection,
        plan,
        executor,
        lambda: walk.judge.forecast.catalogue.tables,
        walk.unresolved,
    ):
        if (step.migration.app_label, step.migration.name) not in skipped:
            walk.step(step, state)
    return walk.end()


class Walk(PlanWalk):
    """The walk through a plan of ``migrate``, on the catalogue of its database."""

    def __init__(
        self,
        connection: BaseDatabaseWrapper,
        plan: Plan,
        mode: str,
        outstanding: Outstanding,
        executor: MigrationExecutor,
    ) -> None:
        super().__init__(connection)
        # Asked of the editor: one of another package may know no transactions.
        self._carries = connection.schema_editor().atomic_migration
        self.mode = mode
        self.graph = executor.loader.graph.nodes
        #: As it will be where the walk has come to.
        self.catalogue = backend_for(connection).introspection.read()
        if mode == "auto":
            give_engine(self.catalogue)
        self.found = Preflight(
            catalogue=self.catalogue, is_outstanding=bool(outstanding)
        )
        self.found.resumed = resumed(plan, outstanding.progress, self.catalogue)
        self.owes = bool(outstanding.owed)
        owed = foresee(outstanding.owed, self.catalogue)
        self.found.catalogue = self.catalogue.copy()
        self.prober = Prober(connection, self.catalogue)
        self.judge = Judge(
            Forecast(self.catalogue, owed, is_actual=True),
            mode,
            acknowledgements=self._acknowledgements,
            probe=self.prober,
            model_of=self.model_of,
            # Who comes back is known at the end; until then every one may.
            resolves=lambda each: True,
            has_table=lambda key: key in self.catalogue,
            is_third_party=self._is_third_party,
        )
        self.watch = Watch(is_lazy=facts_of(connection).finds_tables_late)
        self.leftovers = Leftovers(connection=connection, before=self.found.catalogue)
        self.unread = OpaqueCode()
        self.prober.is_uncertain = self._may_have_changed_rows
        #: Relations of each migration whose model nothing has made by then.
        self.unresolved: dict[str, list[Unresolved]] = {}
        #: The migrations so far, by label.
        self.migrations: dict[str, Migration] = {}
        self.walked = Walked(findings=self.found.findings)
        self._previous: Step | None = None
        #: id of an owed constraint -> the finding whose recipe owes it.
        self._pending: dict[int, Finding] = {}
        #: Tables outside the search path that were read, or renamed to.
        self._elsewhere: set[str] = set()

    def sync(self, models: Sequence[type[Model]]) -> None:
        """Walk through what ``--run-syncdb`` does before the plan."""
        for event in sync_events(self.connection, models):
            place = Place(operation="migrate --run-syncdb")
            self.watch.note(event, place)
            self.judge.consider(event, place)
        if not self.watch.is_lazy:
            self._end_watch()
        self.found.catalogue = self.catalogue.copy()

    def step(self, step: Step, state: ProjectState) -> None:
        """Walk through one operation; `state` is the one behind it."""
        if self._previous is not None and self._previous.label != step.label:
            self._end_migration(self._previous)
        self._previous = step
        self.migrations.setdefault(step.label, step.migration)
        self.state = state
        place = with_model(place_of(step), state)
        begun = self.found.resumed.get(step.label)
        if begun is not None:
            if begun.note(step):
                return
            for known in (self.catalogue, self.found.catalogue):
                begun.half_made(step, known)
        is_carried = self._carries and step.migration.atomic
        if not is_carried and taken_away(self.catalogue, step.events):
            self.found.uncarried.add(step.label)
        self.watch.expect(place, self.unresolved.get(step.label, ()), state)
        for event in step.events:
            self.watch.note(event, place)
            if not self.owes and begun is None and not step.is_backwards:
                # What the ledger tells of is seen to by whoever reads it.
                self.leftovers.note(event, place, self.catalogue, self.unread.texts)
            self.unread.note(event)
            self._follow_names(event)
            if self._judge(event, place) and not is_carried:
                self.found.uncarried.add(step.label)
        for consequence in undeclared(step, state, self.connection, self.catalogue):
            self.add(consequence, place, self.walked)

    def end(self) -> Preflight:
        """Put together what only the whole plan tells."""
        if self._previous is not None:
            self._end_migration(self._previous)
        self._end_watch()
        found = self.found
        left = {id(each) for each in self.judge.forecast.owed}
        for identity, finding in self._pending.items():
            recipe = finding.recipe
            assert recipe is not None
            if identity in left and finding.action != ALLOW:
                finding.action, finding.recipe = REFUSE, None
            elif recipe.origin_key is not None:
                found.resolved.add(recipe.origin_key)
        found.returns = set(self.walked.arrivals)
        for finding in found.findings:
            self.tell_return(finding, self.walked)
            self._tell_reference(finding)
        found.findings = _once(found.findings)
        if self.migrations:
            _let_pass(found, Unrendered(self.connection, self.state))
        for label, migration in self.migrations.items():
            if label in found.resumed:
                continue  # What it acknowledges may be done.
            if any(isinstance(o, (RunPython, RunSQL)) for o in migration.operations):
                continue  # Its code may cause the loss while it runs.
            for each in acknowledgements_of(migration):
                if each not in self.judge.used:
                    found.unused.append((label, each))
        return found

    # One event.

    def _follow_names(self, event: Event) -> None:
        """Read tables of another schema, and follow one to its new name."""
        for key in sorted({event.table, *referenced_by(event)} - self._elsewhere):
            if not split_key(key)[0]:
                continue
            # The search path does not reach it.
            self._elsewhere.add(key)
            for table in backend_for(self.connection).introspection.read([key]):
                if table.name not in self.found.catalogue:
                    self.found.catalogue.put(table)
                    self.catalogue.put(table)
                    self.prober.keys.setdefault(table.name, table.name)
        if isinstance(event, RenameTable):
            self._elsewhere.add(event.to)
            self.prober.rename(event.table, event.to)

    def _judge(self, event: Event, place: Place) -> bool:
        """Judge an event; say whether a recipe wraps it."""
        key = event_key(event)
        self.found.places.append((key, place))
        if isinstance(event, RemoveConstraint) and event.lookup:
            self.found.removals[key, place] = event.lookup
        self.walked.events += 1
        verdict = self.consider(event, place, self.walked)
        self.prober.follow(event)
        return bool(verdict.recipes)

    def may_be_settled(self, finding: Finding, walked: Walked) -> bool:
        """Say whether SQL or code of the plan may have seen to a finding."""
        consequence = finding.case.consequence
        if consequence.kind == NOT_FOUND and (
            # An earlier run may have removed it, or an earlier finding has it gone.
            finding.case.place.label in self.found.resumed
            or any(
                each.case.consequence.table == consequence.table
                and each.case.consequence.kind != NOT_FOUND
                for each in walked.findings
            )
        ):
            return True
        return self.unread.may_have_settled(finding)

    def keep(self, finding: Finding, walked: Walked) -> None:
        """Keep a finding, and what its recipe will owe."""
        super().keep(finding, walked)
        if finding.recipe is not None and finding.recipe.owed is not None:
            self._pending[id(finding.recipe.owed)] = finding
            # The key may change with a rename; the guard asks for this one.
            finding.recipe.origin_key = finding.recipe.owed.key

    # The end of a migration.

    def _end_migration(self, step: Step) -> None:
        before = self.found.catalogue
        for consequence, place, leftover in self.leftovers.end():
            table = before.get(consequence.table) or Table(name="")
            finding = self.add(consequence, place, self.walked, table)
            if finding is not None:
                finding.case = replace(finding.case, leftover=leftover)
        if not self.watch.is_lazy:
            self._end_watch()
        if len(self.migrations) > 1 or self.unread.rows:
            return
        declared = Unrendered(self.connection, self.state).look_up
        for consequence in self.prober.under_foreign_keys(self.catalogue, declared):
            place = replace(place_of(step), number=0, operation="")
            self.add(consequence, place, self.walked)

    def _end_watch(self) -> None:
        is_auto = self.mode == "auto"
        for consequence, place in self.watch.end(self.catalogue, is_auto=is_auto):
            table = self.catalogue.tables.get(consequence.table) or Table(
                name=consequence.table
            )
            finding = self.judge.finding(consequence, table, place)
            if finding is None:
                continue
            if self.unread.may_have_made(consequence):
                finding.action = ALLOW
            if finding.recipe is not None:
                self.judge.forecast.wrap(finding.recipe)
            self.keep(finding, self.walked)

    # The end of the plan.

    def _tell_reference(self, finding: Finding) -> None:
        """Say where a relation stands whose table is missing."""
        if finding.case.consequence.kind == TABLE_MISSING:
            reference = reference_of(
                self.connection,
                self.state,
                finding.case.consequence,
                self.graph,
            )
            finding.case = replace(finding.case, reference=reference)

    # What the judge and the prober ask.

    def _may_have_changed_rows(self, consequence: Consequence) -> bool:
        table = self.catalogue.get(consequence.table)
        return table is not None and self.unread.may_have_changed_rows(table)

    def _acknowledgements(self, place: Place) -> tuple[Acknowledgement, ...]:
        if not place.migration:
            return ()
        return acknowledgements_of(self.migrations[place.label])

    def _is_third_party(self, place: Place) -> bool:
        return bool(place.migration) and is_third_party(self.migrations[place.label])


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
    models = [
        model
        for model in end.state.models.values()
        if model.options.get("constraints") and end.is_migrated(model)
    ]
    left = {constraint.name for model in models for constraint in end.model(model)[1]}
    # What another stands for can be made here, and is declared as any other.
    left |= {
        constraint.name
        for model in models
        for constraint in model.options["constraints"]
    } & {f.case.constraint.name for f in found if f.case.consequence.becomes}
    # A name that is used again was given up before; the last one is what is left.
    for finding in reversed(found):
        name = finding.case.constraint.name
        if name in left:
            left.remove(name)
        elif name:
            finding.action = ALLOW
            result.passing.add((name, finding.case.place))
