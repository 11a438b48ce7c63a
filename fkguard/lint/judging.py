"""One pass over the migrations, with a judge for each database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import connections
from django.db.migrations import Migration
from django.db.migrations.operations import SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from .. import compat
from .. import consequences as kinds
from ..acknowledgements import Acknowledgement
from ..backends import FLAVOURS, flavours_of, offline_for
from ..backends.base.offline import Offline, borrowing
from ..consequences import Consequence
from ..constraints import Catalogue, Table
from ..errors import CannotLint
from ..events import CreateTable, DropColumn, DropTable, Event, RunStatement, Unseen
from ..forecast import Forecast
from ..guard import ALLOW, Finding, Judge
from ..hazards import Place
from ..planned import Planner, Step, before_of
from ..preflight import (
    acknowledgements_of,
    arrives,
    is_uncertain,
    opaque_text,
    place_of,
    undeclared,
    unused_message,
    with_model,
)
from ..reports import BACKWARDS, FORWARDS, Direction, Entry, Problem
from ..states import Unrendered
from . import drift, drops, raw
from .entries import merged, to_entry
from .loading import Found, Key
from .locating import Paths

if TYPE_CHECKING:
    from . import Options


def offlines(options: Options) -> list[tuple[str, Offline]]:
    """Return a description of each database to judge for, by what it was called.

    Raises ``CannotLint`` for a vendor that nobody knows.
    """
    alias = options.database
    if alias not in connections:
        raise CannotLint(f"There is no database {alias!r} in DATABASES.")
    configured = connections[alias]
    asked = options.vendors or flavours_of(configured)
    found = []
    for name in dict.fromkeys(asked):
        flavour, _, number = name.partition(":")
        if flavour not in FLAVOURS:
            raise CannotLint(
                f"fkguard cannot judge for {name!r}; it knows {', '.join(FLAVOURS)}."
            )
        try:
            version = tuple(int(part) for part in number.split(".")) if number else ()
        except ValueError as error:
            raise CannotLint(
                f"{number!r} is no version; write {flavour}:8.4."
            ) from error
        offline = offline_for(flavour, version, alias)
        found.append((name, borrowing(offline, configured)))
    return found


@dataclass(kw_only=True)
class Told:
    """A finding with its direction, before the databases are put together."""

    finding: Finding
    direction: Direction


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
    session: raw.Session = field(default_factory=raw.Session)
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
            # Whether there are rows, nobody can tell without a database.
            probe=lambda consequence: (-1, ()),
            model_of=self._model_of,
        )
        judge.used = self.used
        return judge

    def _model_of(self, key: str) -> tuple[str, dict[str, str]]:
        source = Unrendered(self.connection, self.state)
        for model in self.state.models.values():
            if not model.options.get("proxy") and source.key(model) == key:
                fields = {f.column: f.name for f in source.fields(model) if f.column}
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
            text = opaque_text(event, step.operation)
            # Where the code is not known, what is found is told all the same.
            if text and text != "*":
                docket.opaque.append(text)
            if isinstance(event, (RunStatement, Unseen)):
                self._read(event, step, place, docket)
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
            for consequence in raw.unseen(event, step.operation):
                self._add(consequence, place, docket)
            return
        source = Unrendered(self.connection, self.state)
        for each in raw.read(event, place, self.catalogue, source, docket.session):
            if isinstance(each, Consequence):
                self._add(each, place, docket)
                continue
            for finding in self.judge.consider(each, place).findings:
                self._note(finding, each, docket)

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
        for consequence, place in docket.session.settled():
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
        return not any(
            consequence.constraint in source.model(model)[1]
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
                self.catalogue.drop(key)
                self._put(declared)

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
                if finding.case.consequence.kind != kinds.UNCREATED:
                    yield finding
        finally:
            self.judge, self.state = forwards, state


class Court:
    """Walks the migrations once and brings the chosen ones before each judge."""

    def __init__(
        self, found: Found, chosen: Iterable[Key], options: Options, paths: Paths
    ) -> None:
        self.found = found
        self.chosen = set(chosen)
        self.options = options
        self.paths = paths
        self.benches = [Bench(name, each) for name, each in offlines(options)]
        self.entries: list[Entry] = []
        self.problems: list[Problem] = []
        self.state = ProjectState(real_apps=found.unmigrated_apps)

    def sit(self) -> None:
        """Judge; fill `entries` and `problems`."""
        places = [n for n, key in enumerate(self.found.order) if key in self.chosen]
        if not places:
            return
        first, last = places[0], places[-1]
        left: dict[str, list[Table]] = {bench.name: [] for bench in self.benches}
        for key in self.found.order[:first]:
            self._walk(self.found.migrations[key], left)
        if first:
            for bench in self.benches:
                bench.declare(self.state, left[bench.name])
        # Those between are judged and not told of: the tables they leave are what
        # the chosen ones find.
        for key in self.found.order[first : last + 1]:
            self._judge(self.found.migrations[key], key in self.chosen)

    def _walk(self, migration: Migration, left: dict[str, list[Table]]) -> None:
        """Move the state through a migration, and keep the tables it lets go."""
        for number, operation in enumerate(migration.operations, start=1):
            lets_go = isinstance(operation, SeparateDatabaseAndState)
            before = self.state.clone() if lets_go else None
            if not self._move(migration, number, operation):
                return
            if before is None:
                continue
            for key, model in before.models.items():
                if key in self.state.models:
                    continue
                for bench in self.benches:
                    source = Unrendered(bench.connection, before)
                    if source.is_migrated(model):
                        left[bench.name].append(source.table(model))

    def _move(self, migration: Migration, number: int, operation: Operation) -> bool:
        try:
            compat.state_forwards(operation, migration.app_label, self.state)
        except Exception as error:  # noqa: BLE001 - a reader is told, and the rest is read
            self._problem(migration, number, operation, error)
            return False
        return True

    def _problem(
        self, migration: Migration, number: int, operation: Operation, error: Exception
    ) -> None:
        text = str(error).strip().partition("\n")[0]
        self.problems.append(
            Problem(
                message=f"Operation {number} ({_described(operation)}) and what "
                f"follows cannot be judged: {type(error).__name__}: {text}",
                app_label=migration.app_label,
                migration=migration.name,
                file=self.paths.of(migration),
                line=self.paths.line(migration, number),
            )
        )

    def _judge(self, migration: Migration, is_chosen: bool) -> None:
        earlier = self.state.clone() if self.options.reverse and is_chosen else None
        dockets = [(bench, Docket(migration=migration)) for bench in self.benches]
        told: list[tuple[str, Told]] = []
        is_whole = True
        for number, operation in enumerate(migration.operations, start=1):
            before = before_of(self.state, operation, migration.app_label)
            if not self._move(migration, number, operation):
                is_whole = False
                break
            try:
                for bench, docket in dockets:
                    self._consider(bench, docket, number, operation, before)
            except Exception as error:  # noqa: BLE001 - as above
                self._problem(migration, number, operation, error)
                is_whole = False
                break
        for bench, docket in dockets:
            for finding in bench.close(docket):
                told.append(
                    (
                        bench.name,
                        Told(finding=finding, direction=FORWARDS),
                    )
                )
        if earlier is not None and is_whole:
            told += self._backwards(migration, earlier)
        if is_chosen:
            self._tell(migration, told)

    def _consider(
        self,
        bench: Bench,
        docket: Docket,
        number: int,
        operation: Operation,
        before: ProjectState,
    ) -> None:
        migration = docket.migration
        planner = Planner(bench.connection, self.state, lambda: bench.catalogue.tables)
        step = Step(
            migration=migration,
            number=number,
            operation=operation,
            is_backwards=False,
            events=tuple(
                planner.events(
                    operation, migration.app_label, before, self.state, False
                )
            ),
        )
        bench.consider(step, before, self.state, docket)

    def _backwards(
        self, migration: Migration, earlier: ProjectState
    ) -> list[tuple[str, Told]]:
        told = []
        for bench in self.benches:
            docket = Docket(migration=migration)
            try:
                found = list(bench.backwards(docket, earlier))
            except Exception as error:  # noqa: BLE001 - as above
                self.problems.append(
                    Problem(
                        message="Unapplying it cannot be judged: "
                        f"{type(error).__name__}: {str(error).partition(chr(10))[0]}",
                        app_label=migration.app_label,
                        migration=migration.name,
                        file=self.paths.of(migration),
                    )
                )
                break
            told += [
                (
                    bench.name,
                    Told(finding=each, direction=BACKWARDS),
                )
                for each in found
            ]
        return told

    def _tell(self, migration: Migration, told: list[tuple[str, Told]]) -> None:
        entries = [
            to_entry(
                each.finding,
                self.found.migrations[
                    each.finding.case.place.app_label,
                    each.finding.case.place.migration,
                ],
                each.direction,
                name,
                self.paths,
            )
            for name, each in told
        ]
        for acknowledgement in acknowledgements_of(migration):
            if not any(acknowledgement in bench.used for bench in self.benches):
                message = unused_message("", acknowledgement)
                entries.append(
                    Entry(
                        id="W006",
                        slug="unused_acknowledgement",
                        level="warning",
                        message=message.msg,
                        hint=message.hint or "",
                        app_label=migration.app_label,
                        migration=migration.name,
                        file=self.paths.of(migration),
                        line=self.paths.line(migration, 0),
                        vendors=tuple(bench.name for bench in self.benches),
                        constraint=acknowledgement.constraint,
                    )
                )
        self.entries.extend(merged(entries))


def _described(operation: Operation) -> str:
    described: Any = operation.describe()
    return str(described)
