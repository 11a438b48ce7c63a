"""The walk through the migrations for one database that nobody asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.db.migrations import Migration
from django.db.migrations.state import ProjectState

from ..acknowledgements import Acknowledgement
from ..backends.base.offline import Offline
from ..declared.cache import ModelKey
from ..declared.states import Unrendered
from ..judgement.forecast import Forecast
from ..judgement.judge import ALLOW, Finding, Judge
from ..judgement.opaque_code import is_uncertain, opaque_text, words_of
from ..judgement.state_only import undeclared
from ..judgement.walk import PlanWalk, Walked
from ..planning.plan import acknowledgements_of, place_of, with_model
from ..planning.planner import Planner, Step
from ..schema import consequences as kinds
from ..schema.catalogue import Catalogue, Table
from ..schema.consequences import Consequence
from ..schema.events import (
    CreateTable,
    RunStatement,
    Unseen,
)
from ..schema.location import Place
from ..schema.matching import find
from ..schema.names import is_named
from . import declared_removals as drops
from . import drift
from .dependency_cycles import Circles
from .fast_path.pending import Change, changed
from .left_behind import Later, left_behind
from .pending_events import PendingEvents
from .sql import effects


@dataclass(kw_only=True)
class WalkedMigration(Walked):
    """What one migration has come to so far."""

    migration: Migration
    opaque: list[str] = field(default_factory=list)
    drops: drops.Drops = field(default_factory=drops.Drops)
    session: effects.SqlSession = field(default_factory=effects.SqlSession)
    pending: PendingEvents = field(default_factory=PendingEvents)


class DatabaseLinter(PlanWalk):
    """The walk through the migrations for one database, and its catalogue."""

    connection: Offline

    def __init__(self, name: str, connection: Offline, later: Later) -> None:
        super().__init__(connection)
        self.name = name
        self.later = later
        self.used: set[Acknowledgement] = set()
        self.migrations: dict[str, Migration] = {}
        #: Names of the constraints that SQL has made.
        self.made: set[str] = set()
        self.circles = Circles()
        self.judge = self._judge(Catalogue(connection.server))

    @property
    def catalogue(self) -> Catalogue:
        return self.judge.forecast.catalogue

    def _judge(self, catalogue: Catalogue) -> Judge:
        judge = Judge(
            Forecast(catalogue),
            "strict",
            acknowledgements=lambda place: acknowledgements_of(
                self.migrations[f"{place.app_label}.{place.migration}"]
            ),
            probe=_not_counted,
            model_of=self.model_of,
        )
        judge.used = self.used
        return judge

    def declare(self, state: ProjectState, left: Iterable[Table]) -> None:
        """Begin with what a state declares, and with tables that it has let go."""
        source = Unrendered(self.connection, state)
        for table in left:
            self.catalogue.put(table)
        for model in state.models.values():
            if source.is_migrated(model):
                self._put(source.table(model))
                for name in source.joins(model):
                    self._put(source.join(model, name))

    def settle(self, state: ProjectState, changes: Mapping[ModelKey, Change]) -> None:
        """Carry the catalogue through harmless changes, all of a table at once."""
        source = Unrendered(self.connection, state)
        materialised = self.judge.forecast.consequences.materialised
        for key, change in changes.items():
            model = state.models.get(key)
            if model is None or not source.is_migrated(model):
                continue
            table = None if change.is_new else self.catalogue.get(source.key(model))
            if change.is_new:
                table = source.table(model)
            elif table is not None:
                table = changed(table, change, source, model)
            if table is not None:
                self.catalogue.put(materialised(table))

    def others(self, tables: Mapping[str, Table]) -> set[ModelKey]:
        """Return the models whose tables are no longer the given ones."""
        now = self.catalogue.tables
        keys = {k for k in {*tables, *now} if tables.get(k) is not now.get(k)}
        source = Unrendered(self.connection, self.state)
        return {k for k, m in self.state.models.items() if source.key(m) in keys}

    def _put(self, table: Table) -> None:
        consequences = self.judge.forecast.consequences
        consequences.create_table(
            self.catalogue, CreateTable(table=table.name, after=table)
        )

    def step(
        self,
        step: Step,
        before: ProjectState,
        state: ProjectState,
        walked: WalkedMigration,
    ) -> None:
        """Judge what an operation asks of the schema."""
        self.state = state
        self.migrations[step.label] = step.migration
        place = with_model(place_of(step), state)
        for event in step.events:
            walked.events += 1
            if isinstance(event, (RunStatement, Unseen)):
                self._read(event, step, place, walked)
            # Where the code is not known, what is found is told all the same.
            if (text := opaque_text(event)) and text != "*":
                walked.opaque.append(text)
            if isinstance(event, (RunStatement, Unseen)):
                continue
            was = self.catalogue.get(event.table)
            verdict = self.consider(event, place, walked)
            if self._has_pending_events(walked):
                for consequence in walked.pending.alter(event):
                    self.add(consequence, place, walked)
            if not step.is_backwards:
                told = [f.case.constraint for f in verdict.findings]
                walked.drops.note(event, place, was, self.catalogue, told)
                source = Unrendered(self.connection, state)
                for each in self.circles.closed(
                    event, step.migration.app_label, self.catalogue, source
                ):
                    self.add(each, place, walked)
        for consequence in undeclared(step, state, self.connection, self.catalogue):
            self.add(consequence, place, walked)
        for consequence in drift.of(
            step, before, state, self.connection, self.catalogue
        ):
            self.add(consequence, place, walked)
        for consequence in left_behind(
            step, before, state, self.connection, self.catalogue, self.later
        ):
            self.add(consequence, place, walked)

    def _read(
        self,
        event: RunStatement | Unseen,
        step: Step,
        place: Place,
        walked: WalkedMigration,
    ) -> None:
        """Judge what raw SQL asks of the schema, and name what runs unseen."""
        if isinstance(event, Unseen):
            for consequence in effects.unseen(event, step.operation):
                self.add(consequence, place, walked)
                if self._has_pending_events(walked):
                    walked.pending.run_code(
                        frozenset(words_of(event.code) or ()),
                        consequence.error,
                        step,
                        self.catalogue,
                        Unrendered(self.connection, self.state),
                    )
            self._forget(self.made, opaque_text(event))
            return
        known = set(self.made)
        source = Unrendered(self.connection, self.state)
        for each in effects.read(event, place, self.catalogue, source, walked.session):
            if isinstance(each, Consequence):
                self.add(each, place, walked)
                continue
            self.consider(each, place, walked)
        if self._has_pending_events(walked):
            walked.pending.run_sql(
                event.sql, walked.session.written, step, self.catalogue, source
            )
        walked.session.written.clear()
        self.made |= walked.session.added
        self._forget(known, event.sql)

    def _has_pending_events(self, walked: WalkedMigration) -> bool:
        rules = self.judge.forecast.consequences
        return rules.keeps_pending_events and walked.migration.atomic

    def _forget(self, names: Iterable[str], text: str) -> None:
        """Give up what SQL has made, where SQL or code that names it may end it."""
        source = Unrendered(self.connection, self.state)
        for name in names:
            if not is_named(name, text):
                continue
            for table, constraint in self.catalogue.named(name):
                declared = source.look_up(table.name)
                if declared is None or find(declared, constraint) is None:
                    self.catalogue.put(table.without(constraint))

    def may_be_settled(self, finding: Finding, walked: Walked) -> bool:
        """Say whether SQL or code of the migration may have seen to a finding."""
        assert isinstance(walked, WalkedMigration)
        return is_uncertain(finding, walked.opaque)

    def close(self, walked: WalkedMigration) -> Iterator[Finding]:
        """Yield what a migration comes to; the next begins with what is declared."""
        for consequence, place, was in walked.drops.settled(self.catalogue):
            self.add(consequence, place, walked, was)
        source = Unrendered(self.connection, self.state)
        for consequence, place in walked.session.settled(source):
            self.add(consequence, place, walked)
        for finding in walked.findings:
            self.tell_return(finding, walked)
            if finding.action != ALLOW and not self._is_given_up(finding):
                yield finding
        self._restore(walked.findings)
        self.judge.forecast.owed.clear()

    def _is_given_up(self, finding: Finding) -> bool:
        """Say whether what this database cannot make is declared no more, either."""
        consequence = finding.case.consequence
        if consequence.kind != kinds.UNCREATED:
            return False
        source = Unrendered(self.connection, self.state)
        # What another stands for can be made here, and is declared as any other.
        merged = consequence.becomes is not None
        return not any(
            consequence.constraint
            in (source.table(model).constraints if merged else source.model(model)[1])
            for model in self.state.models.values()
            if model.options.get("constraints") and source.is_migrated(model)
        )

    def _restore(self, findings: Iterable[Finding]) -> None:
        """Put the tables of findings back to what the state declares.

        Each migration is judged by itself, whatever was found in those before it,
        so that the findings are the same whichever of them are looked at.
        """
        source = Unrendered(self.connection, self.state)
        keys = {f.case.consequence.table for f in findings}
        keys |= {f.case.event.table for f in findings}
        for key in sorted(keys - {""}):
            if (declared := source.look_up(key)) is not None:
                was = self.catalogue.get(key)
                self.catalogue.drop(key)
                self._put(declared)
                # What SQL has made, no state declares.
                for each in was.constraints if was is not None else ():
                    if each.name in self.made:
                        effects.put(self.catalogue, key, each)

    def backwards(
        self, walked: WalkedMigration, before: ProjectState
    ) -> Iterator[Finding]:
        """Yield what unapplying a migration would lose."""
        forwards, state = self.judge, self.state
        self.judge = self._judge(self.catalogue.copy())
        planner = Planner(
            self.connection, before, lambda: self.judge.forecast.catalogue.tables
        )
        try:
            for step in planner.backwards(walked.migration, before):
                self.step(step, planner.state, planner.state, walked)
            for finding in self.close(walked):
                consequence = finding.case.consequence
                if consequence.kind == kinds.SQL_DROPS and (
                    consequence.constraint.name in self.made
                ):
                    continue  # SQL takes back what SQL has made.
                if consequence.kind != kinds.UNCREATED:
                    yield finding
        finally:
            self.judge, self.state = forwards, state


def _not_counted(consequence: Consequence) -> tuple[int, tuple[str, ...]] | None:
    """Say that there may be rows where a migration itself asks for their loss.

    Whether rows stand in the way of anything else, nobody tells without a database.
    """
    asked = consequence.kind in {kinds.RETARGETED, kinds.JOIN_DROPPED}
    return (-1, ()) if asked else None
