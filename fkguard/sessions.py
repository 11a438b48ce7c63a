"""One run of ``migrate`` on one database, from its preflight to its end.

The live guard: it judges each call of a schema editor, runs recipes around it, and
reads back what matters. A call outside a session is judged by itself.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core import checks
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Model

from . import compat, conf, live, preflight
from . import consequences as kinds
from .acknowledgements import Acknowledgement
from .backends import introspection_for
from .backends.base.consequences import find
from .consequences import Consequence
from .constraints import Catalogue, Constraint, Located, Table
from .declared import Rendered
from .errors import BadSetting, FkguardError, Refused
from .events import (
    AddColumn,
    AlterColumn,
    CreateTable,
    DropColumn,
    DropTable,
    Event,
    RemoveConstraint,
    RunStatement,
)
from .forecast import Forecast, Owed
from .guard import REFUSE, Finding, Judge, Verdict, announce, refusal
from .hazards import Place
from .ledger import Entry, Ledger
from .preflight import Plan, Preflight, acknowledgements_of, event_key
from .probes import Prober
from .recipes import Workshop, event_model, hidden_from

logger = logging.getLogger("fkguard")

HEADLINE = "SystemCheckError: fkguard refuses this {what} on the database {alias!r}."

#: What the command line of ``migrate`` says that its signals do not.
options: ContextVar[dict[str, Any]] = ContextVar("fkguard_options")


class Session:
    """What is known while one plan runs."""

    def __init__(
        self, connection: BaseDatabaseWrapper, mode: str, found: Preflight
    ) -> None:
        self.connection = connection
        self.mode = mode
        self.preflight = found
        self.migration: Migration | None = None
        self.owed: list[Owed] = []
        self._next = 0
        #: Whether raw SQL or code may have changed what the forecast says.
        self.is_stale = False
        self.raw: list[str] = []
        self.before_raw: Catalogue | None = None
        self.judge = Judge(
            Forecast(found.catalogue.copy()),
            mode,
            acknowledgements=self.acknowledgements,
            probe=Prober(connection, found.catalogue),
            returns=lambda table, column: (table, column) in found.returns,
            resolves=lambda owed: owed.key in found.resolved,
        )

    def acknowledgements(self, place: Place) -> tuple[Acknowledgement, ...]:
        """Return what the migration that runs acknowledges."""
        return acknowledgements_of(self.migration) if self.migration else ()

    def place(self, event: Event) -> Place:
        """Return where the plan has the event; the migration's own name otherwise."""
        key = event_key(event)
        for number in range(self._next, len(self.preflight.places)):
            if self.preflight.places[number][0] == key:
                self._next = number + 1
                return self.preflight.places[number][1]
        if self.migration is None:
            return Place()
        return Place(app_label=self.migration.app_label, migration=self.migration.name)


_sessions: dict[int, Session] = {}


def session_of(connection: BaseDatabaseWrapper) -> Session | None:
    """Return the session that runs on a connection, or None."""
    return _sessions.get(id(connection))


# Preflight.


def check_plan(
    connection: BaseDatabaseWrapper,
    plan: Plan,
    executor: MigrationExecutor | None = None,
) -> Preflight | None:
    """Judge a plan; raise ``Refused`` with everything that is wrong with it.

    Returns None where the mode is off or nothing will run.
    """
    alias = connection.alias
    mode = mode_of(alias)
    given = options.get({})
    if mode == "off" or given.get("fake"):
        return None
    with failing_closed(mode, alias, "plan"):
        owed = _outstanding(connection, mode)
        if not plan and not owed:
            return None
        found = preflight.run(
            connection,
            plan,
            mode,
            owed=owed,
            fake_initial=bool(given.get("fake_initial")),
            executor=executor,
        )
        if any(each.action == REFUSE for each in found.findings):
            raise refusal(found.messages(), HEADLINE.format(what="plan", alias=alias))
        announce(found.findings)
        for label, each in found.unused:
            logger.warning("%s", preflight.unused_message(label, each))
        return found
    return None


def _outstanding(connection: BaseDatabaseWrapper, mode: str) -> list[Owed]:
    """Return what the ledger still owes; strict refuses to go on."""
    owed = Ledger(connection).owed()
    if owed and mode == "strict":
        raise refusal(
            [owed_message(each, connection.alias) for each in owed],
            HEADLINE.format(what="run", alias=connection.alias),
        )
    return owed


def owed_message(owed: Owed, alias: str) -> checks.CheckMessage:
    """Return the error about a constraint that the ledger still owes."""
    where = Located(table=owed.table, constraint=owed.constraint).describe()
    return checks.Error(
        f"{where} was taken away by {owed.origin or 'an operation'} and is not back.",
        hint=(
            f"{owed.constraint.describe()} is owed in {Entry._meta.db_table}. Run "
            f"FKGUARD_MODE=auto python manage.py migrate --database {alias} to make "
            "it again."
        ),
        id="fkguard.E005",
    )


@contextmanager
def failing_closed(mode: str, alias: str, what: str) -> Iterator[None]:
    """Refuse, and say that it was fkguard, where fkguard itself fails."""
    try:
        yield
    except Refused:
        raise
    except Exception as error:
        text = (
            f"fkguard could not judge this {what} on the database {alias!r}: "
            f"{type(error).__name__}: {_one_line(error)}"
        )
        if mode == "warn":
            logger.warning("%s", text, exc_info=not isinstance(error, FkguardError))
            return
        raise Refused(
            f"SystemCheckError: {text}\nNothing was run by this {what}. "
            "FKGUARD_MODE=off runs it unguarded."
        ) from error


def _one_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else ""


def mode_of(alias: str) -> str:
    """Return the mode of a database; refuse everything where a setting is wrong."""
    try:
        return conf.mode(alias)
    except BadSetting as error:
        raise Refused(f"SystemCheckError: (fkguard.E001) {error}") from error


# The run.

_found: dict[int, tuple[list[Any], Preflight | None]] = {}


def before_migrate(alias: str, plan: Plan) -> None:
    """Judge the plan that ``pre_migrate`` tells of."""
    connection = connections[alias]
    _found[id(connection)] = (_names(plan), check_plan(connection, plan))


def _names(plan: Plan) -> list[Any]:
    return [(m.app_label, m.name, backwards) for m, backwards in plan]


@contextmanager
def running(
    executor: MigrationExecutor, plan: Plan, fake: bool
) -> Iterator[Session | None]:
    """Guard one run of ``MigrationExecutor.migrate()``."""
    connection = executor.connection
    if fake or mode_of(connection.alias) == "off":
        _found.pop(id(connection), None)
        yield None
        return
    names, found = _found.pop(id(connection), (None, None))
    if names != _names(plan):
        found = check_plan(connection, plan, executor)
    if found is None:
        yield None
        return
    session = Session(connection, mode_of(connection.alias), found)
    _sessions[id(connection)] = session
    try:
        settle_outstanding(session)
        yield session
    finally:
        _sessions.pop(id(connection), None)
    report_owed(connection)


def settle_outstanding(session: Session) -> None:
    """Make what an earlier run owes, as far as its columns are there (auto)."""
    connection = session.connection
    forecast = session.judge.forecast
    for owed in Ledger(connection).owed():
        table = introspection_for(connection).read([owed.table]).get(owed.table)
        present = {c.name for c in table.columns} if table else set()
        if table is None or session.mode == "warn":
            continue
        if owed.constraint.uses <= present:
            with connection.schema_editor() as editor:
                with judging_paused(editor):
                    Workshop(connection, editor).settle(owed, None)
            _reread(session, [owed.table])
        else:
            forecast.owed.append(owed)


def report_owed(connection: BaseDatabaseWrapper) -> None:
    """Log what is still owed at the end of a run."""
    for owed in Ledger(connection).owed():
        logger.error("%s", owed_message(owed, connection.alias))


@contextmanager
def applying(migration: Migration, editor: Any) -> Iterator[None]:
    """Guard one migration; what raw SQL did is looked at before it ends."""
    session = session_of(editor.connection)
    if session is None or editor.collect_sql:
        yield
        return
    session.migration = migration
    try:
        yield
        look_back(session, editor)
    finally:
        session.migration = None


# One call.


@contextmanager
def judging_paused(editor: Any) -> Iterator[None]:
    """Let an editor's calls through unjudged: they belong to one that was judged."""
    editor._fkguard_depth = getattr(editor, "_fkguard_depth", 0) + 1
    try:
        yield
    finally:
        editor._fkguard_depth -= 1


def call(
    name: str,
    wrapped: Callable[..., Any],
    editor: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Judge one call of an editor, and run it if nothing speaks against it."""
    if getattr(editor, "_fkguard_depth", 0):
        return wrapped(*args, **kwargs)
    connection = editor.connection
    mode = mode_of(connection.alias)
    if mode == "off":
        return wrapped(*args, **kwargs)
    with judging_paused(editor):
        if editor.collect_sql:
            _comment(name, editor, mode, args, kwargs)
            return wrapped(*args, **kwargs)
        session = session_of(connection)
        events: list[Event] = []
        verdicts: list[Verdict] = []
        with failing_closed(mode, connection.alias, "operation"):
            source = Rendered(connection)
            events = live.BUILDERS[name](source, *args, **kwargs)
            if name == "execute":
                _note_raw(session, events, editor)
                events = []
            verdicts = _judge(connection, session, mode, events, editor)
        return _run(name, wrapped, editor, session, events, verdicts, args, kwargs)


def _judge(
    connection: BaseDatabaseWrapper,
    session: Session | None,
    mode: str,
    events: list[Event],
    editor: Any,
) -> list[Verdict]:
    if session is not None and session.is_stale and events:
        look_back(session, editor)
    verdicts = []
    alone: Judge | None = None
    for event in events:
        if session is not None:
            judge, place = session.judge, session.place(event)
        else:
            if not _may_lose(event, connection):
                continue
            if alone is None:
                alone = _judge_alone(connection, mode, events)
            judge, place = alone, Place(operation=f"{type(event).__name__}")
        verdict = judge.consider(event, place)
        verdicts.append(verdict)
        if verdict.refused:
            raise refusal(
                [each.as_message() for each in verdict.refused],
                HEADLINE.format(what="operation", alias=connection.alias),
            )
        if session is None or place.number == 0:
            # What the plan foresaw has been told before it began.
            announce(verdict.findings)
    return verdicts


def _may_lose(event: Event, connection: BaseDatabaseWrapper) -> bool:
    """Say whether an event outside a plan is worth a look at the catalogue."""
    if isinstance(event, (DropTable, DropColumn, AlterColumn, RemoveConstraint)):
        return True
    if isinstance(event, CreateTable):
        return bool(event.unsupported)
    return connection.vendor == "sqlite" and isinstance(event, AddColumn)


def _judge_alone(
    connection: BaseDatabaseWrapper, mode: str, events: list[Event]
) -> Judge:
    keys = {event.table for event in events if event.table}
    for event in events:
        if isinstance(event, AlterColumn):
            keys.update(i.table for i in event.incoming)
    catalogue = introspection_for(connection).read(sorted(keys))
    return Judge(
        Forecast(catalogue),
        mode,
        acknowledgements=lambda place: (),
        probe=Prober(connection, catalogue),
    )


def _run(
    name: str,
    wrapped: Callable[..., Any],
    editor: Any,
    session: Session | None,
    events: list[Event],
    verdicts: list[Verdict],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Run the call with its recipes around it."""
    recipes = [r for v in verdicts for r in v.recipes]
    settled = [v.settles for v in verdicts if v.settles is not None]
    due = [o for v in verdicts for o in v.due]
    struck = [o for v in verdicts for o in v.struck]
    owed = session.judge.forecast.owed if session else []
    if not (recipes or settled or due or struck or owed):
        return wrapped(*args, **kwargs)
    connection = editor.connection
    workshop = Workshop(connection, editor)
    model = _model(args)
    hiding = [*owed, *due] if name != "create_model" else []
    with hidden_from(model, hiding, connection):
        if recipes:
            workshop.prepare(recipes, model)
        result = None
        if settled and name in {"remove_constraint", "remove_index"}:
            # Nothing is left to remove: the constraint went with its column.
            pass
        elif settled and name == "alter_unique_together":
            result = wrapped(
                args[0], _without(args, settled, connection), *args[2:], **kwargs
            )
        else:
            result = wrapped(*args, **kwargs)
    for recipe in recipes:
        if recipe.puts_back:
            workshop.put_back(recipe)
    after = event_model(events[0], args) if events else None
    for each in due:
        workshop.settle(each, after)
    for each in struck:
        workshop.ledger.strike(each)
    for each in owed:
        workshop.ledger.update(each)
    return result


def _model(args: tuple[Any, ...]) -> type[Model] | None:
    first = args[0] if args else None
    return first if isinstance(first, type) and hasattr(first, "_meta") else None


def _without(
    args: tuple[Any, ...], settled: list[Owed], connection: BaseDatabaseWrapper
) -> set[tuple[str, ...]]:
    """Return the old ``unique_together`` less what is not there any more."""
    model, old = args[0], args[1]
    source = Rendered(connection)
    columns = {f.name: f.column for f in model._meta.local_fields}
    keep = set()
    for names in old:
        unique = source.together("", [columns.get(n, n) for n in names])
        if not any(each.is_declared_as(unique) for each in settled):
            keep.add(tuple(names))
    return keep


# Raw SQL.

_CHANGES = re.compile(r"\b(drop|alter|rename|change|modify|do|call|exec)\b", re.I)


def _note_raw(session: Session | None, events: list[Event], editor: Any) -> None:
    """Remember a statement that may change constraints, and what was there."""
    if session is None:
        return
    for event in events:
        if not isinstance(event, RunStatement) or not _CHANGES.search(event.sql):
            continue
        if session.before_raw is None:
            session.before_raw = introspection_for(session.connection).read()
        session.raw.append(event.sql)
        session.is_stale = True


def look_back(session: Session, editor: Any) -> None:
    """See what raw SQL did; refuse a loss that it does not speak of."""
    if not session.is_stale:
        return
    now = introspection_for(session.connection).read()
    before, raw = session.before_raw, " ".join(session.raw).lower()
    session.is_stale, session.before_raw, session.raw = False, None, []
    findings = []
    for table in before or ():
        for constraint in table.constraints:
            if constraint.protects and not _explained(table, constraint, now, raw):
                findings.append(_unforeseen(session, table, constraint))
    session.judge.forecast.catalogue = now.copy()
    if not findings:
        return
    refused = [each for each in findings if each.action == REFUSE]
    announce(findings)
    if refused:
        error = refusal(
            [each.as_message() for each in refused],
            HEADLINE.format(what="SQL", alias=session.connection.alias),
        )
        raise error


def _explained(table: Table, constraint: Constraint, now: Catalogue, raw: str) -> bool:
    """Say whether a constraint is still there, or the SQL speaks of it."""
    if constraint.name and constraint.name.lower() in raw:
        return True
    after = now.get(table.name)
    if after is None:
        # The table was dropped or renamed: its own constraints went with it.
        return True
    if any(each == constraint for each in after.constraints):
        return True
    if constraint.name == "" or find(after, constraint) is not None:
        return True
    gone = {c.name for c in table.columns} - {c.name for c in after.columns}
    return bool(constraint.uses) and constraint.uses <= gone


def _unforeseen(session: Session, table: Table, constraint: Constraint) -> Finding:
    event = RunStatement(table="", sql="")
    place = Place(operation="Raw SQL")
    if session.migration is not None:
        place = Place(
            app_label=session.migration.app_label,
            migration=session.migration.name,
            operation="raw SQL",
        )
    consequence = Consequence(
        kind=kinds.DROPPED, event=event, table=table.name, constraint=constraint
    )
    finding = session.judge._finding(consequence, table, place)
    assert finding is not None
    return finding


def _reread(session: Session, keys: list[str]) -> None:
    now = introspection_for(session.connection).read(keys)
    for key in keys:
        if (table := now.get(key)) is not None:
            session.judge.forecast.catalogue.put(table)


# sqlmigrate.


def _comment(
    name: str, editor: Any, mode: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """Add what the guard would find to collected SQL, as comments.

    Judged on what the models declare: the database may be long past it.
    """
    connection = editor.connection
    model = _model(args)
    if name == "execute" or model is None:
        return
    try:
        source = Rendered(connection)
        events = live.BUILDERS[name](source, *args, **kwargs)
        catalogue = Catalogue(introspection_for(connection).server())
        for each in compat.models_of(model._meta.apps):
            if not each._meta.proxy:
                catalogue.put(source.table(each))
        judge = Judge(Forecast(catalogue), "warn", acknowledgements=lambda place: ())
        for event in events:
            if isinstance(event, CreateTable):
                catalogue.drop(event.table)
            for finding in judge.consider(event, Place()).findings:
                editor.collected_sql.append(
                    f"-- fkguard.{finding.hazard.id}: "
                    + " ".join(finding.hazard.message(finding.case).split())
                )
    except Exception as error:
        # Collecting SQL harms nobody: say so, and go on.
        editor.collected_sql.append(
            f"-- fkguard could not judge this: {type(error).__name__}"
        )
