"""The judge of one database, and what one migration brings before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from django.db.migrations import Migration
from django.db.migrations.state import ProjectState

from ..acknowledgements import Acknowledgement
from ..backends.base.offline import Offline
from ..declared.cache import ModelKey
from ..declared.states import Unrendered
from ..judgement.forecast import Forecast
from ..judgement.judge import ALLOW, Finding, Judge
from ..judgement.opaque_code import is_uncertain, opaque_text
from ..judgement.state_only import undeclared
from ..planning.plan import acknowledgements_of, arrives, place_of, with_model
from ..planning.planner import Planner, Step
from ..schema import consequences as kinds
from ..schema.catalogue import Catalogue, Table
from ..schema.consequences import Consequence
from ..schema.events import (
    CreateTable,
    DropColumn,
    DropTable,
    Event,
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
from .sql import effects


@dataclass(kw_only=True)
class Docket:
    """What one migration has brought before the judge so far."""

    migration: Migration
    findings: list[Finding] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)
    #: (table, column) -> the number of the last event that brings it.
    arrivals: dict[tuple[str, str], int] = field(default_factory=dict)
    opaque: list[str] = field(default_factory=list)
    drops: drops.Drops = field(default_factory=drops.Drops)
    session: effects.Session = field(default_factory=effects.Session)
    events: int = 0


class Bench:
    """The judge of one database, and the catalogue that it carries along."""

    def __init__(self, name: str, connection: Offline) -> None:
        self.name = name
        self.connection = connection
        self.used: set[Acknowledgement] = set()
        self.state = ProjectState()
        self.migrations: dict[str, Migration] = {}
        #: Dropped join tables, of which another migration may make a new one.
        self.joins: dict[str, Finding] = {}
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
            model_of=self._model_of,
        )
        judge.used = self.used
        return judge

    def _model_of(self, key: str) -> tuple[str, dict[str, str]]:
        source = Unrendered(self.connection, self.state)
        for model in self.state.models.values():
            if not model.options.get("proxy") and source.key(model) == key:
                fields = source.names_by_column(model)
                return f"{model.app_label}.{model.name}", fields
        return "", {}

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

    def consider(
        self, step: Step, before: ProjectState, state: ProjectState, docket: Docket
    ) -> None:
        """Judge what an operation asks of the schema."""
        self.state = state
        self.migrations[step.label] = step.migration
        place = with_model(place_of(step), state)
        for event in step.events:
            docket.events += 1
            if isinstance(event, (RunStatement, Unseen)):
                self._read(event, step, place, docket)
            # Where the code is not known, what is found is told all the same.
            if (text := opaque_text(event)) and text != "*":
                docket.opaque.append(text)
            if isinstance(event, (RunStatement, Unseen)):
                continue
            if arrives(event):
                docket.arrivals[event.table, event.new.column] = docket.events
            if isinstance(event, CreateTable) and event.table in self.joins:
                docket.findings.append(self.joins.pop(event.table))
            was = self.catalogue.get(event.table)
            verdict = self.judge.consider(event, place)
            for finding in verdict.findings:
                self._note(finding, event, docket)
            if not step.is_backwards:
                told = [f.case.constraint for f in verdict.findings]
                docket.drops.note(event, place, was, self.catalogue, told)
                source = Unrendered(self.connection, state)
                for each in self.circles.closed(
                    event, step.migration.app_label, self.catalogue, source
                ):
                    self._add(each, place, docket)
        for consequence in undeclared(step, state, self.connection, self.catalogue):
            self._add(consequence, place, docket)
        for consequence in drift.of(
            step, before, state, self.connection, self.catalogue
        ):
            self._add(consequence, place, docket)

    def _read(
        self, event: RunStatement | Unseen, step: Step, place: Place, docket: Docket
    ) -> None:
        """Judge what raw SQL asks of the schema, and name what runs unseen."""
        if isinstance(event, Unseen):
            for consequence in effects.unseen(event, step.operation):
                self._add(consequence, place, docket)
            self._forget(self.made, opaque_text(event))
            return
        known = set(self.made)
        source = Unrendered(self.connection, self.state)
        for each in effects.read(event, place, self.catalogue, source, docket.session):
            if isinstance(each, Consequence):
                self._add(each, place, docket)
                continue
            for finding in self.judge.consider(each, place).findings:
                self._note(finding, each, docket)
        self.made |= docket.session.added
        self._forget(known, event.sql)

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

    def _note(self, finding: Finding, event: Event, docket: Docket) -> None:
        docket.numbers[id(finding)] = docket.events
        if is_uncertain(finding, docket.opaque):
            finding.action = ALLOW
        if (
            isinstance(event, DropTable)
            and event.joins
            and finding.case.consequence.kind == kinds.JOIN_DROPPED
        ):
            # Told where a migration makes it again, as another table.
            self.joins[event.table] = finding
            return
        docket.findings.append(finding)

    def _add(self, consequence: Consequence, place: Place, docket: Docket) -> None:
        table = self.catalogue.get(consequence.table) or Table(name=consequence.table)
        found = self.judge.finding(consequence, table, place)
        if found is not None:
            docket.numbers[id(found)] = docket.events
            docket.findings.append(found)

    def close(self, docket: Docket) -> Iterator[Finding]:
        """Yield what a migration comes to; the next begins with what is declared."""
        for consequence, place, was in docket.drops.settled(self.catalogue):
            found = self.judge.finding(consequence, was, place)
            if found is not None:
                docket.findings.append(found)
        source = Unrendered(self.connection, self.state)
        for consequence, place in docket.session.settled(source):
            self._add(consequence, place, docket)
        for finding in docket.findings:
            case = finding.case
            column = getattr(case.event, "old", None)
            if isinstance(case.event, DropColumn) and column is not None:
                arrival = docket.arrivals.get((case.event.table, column.column), 0)
                number = docket.numbers.get(id(finding), docket.events)
                finding.case = replace(case, returns=arrival > number)
                finding.hazard = self.judge.hazard(finding.case)
            if finding.action != ALLOW and not self._is_given_up(finding):
                yield finding
        self._restore(docket.findings)
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

    def backwards(self, docket: Docket, before: ProjectState) -> Iterator[Finding]:
        """Yield what unapplying a migration would lose."""
        forwards, state = self.judge, self.state
        self.judge = self._judge(self.catalogue.copy())
        planner = Planner(
            self.connection, before, lambda: self.judge.forecast.catalogue.tables
        )
        try:
            for step in planner.backwards(docket.migration, before):
                self.consider(step, planner.state, planner.state, docket)
            for finding in self.close(docket):
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
