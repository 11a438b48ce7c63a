"""One run of ``migrate`` on one database, from its preflight to its end."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core import checks
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from . import conf, deferred, missing, preflight
from .acknowledgements import Acknowledgement
from .backends import introspection_for
from .constraints import Catalogue, ForeignKey, Located
from .errors import BadSetting, FkguardError, Refused
from .events import (
    Event,
)
from .forecast import Forecast, Owed
from .guard import HEADLINE, REFUSE, Judge, announce, refusal
from .hazards import Place
from .ledger import Entry, Ledger
from .missing import Graph
from .preflight import Plan, Preflight, acknowledgements_of, event_key
from .probes import Prober
from .raw import look_back
from .readback import read_back
from .recipes import Workshop

logger = logging.getLogger("fkguard")

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
        #: Tables to read back at the end of the migration that runs.
        self.touched: set[str] = set()
        #: Tables that the plan itself has made.
        self.made: set[str] = set()
        #: Table and columns of each foreign key of the migration that runs.
        self.keys: dict[tuple[str, tuple[str, ...]], tuple[ForeignKey, Place]] = {}
        #: Whether the catalogue was read again since the migration began.
        self.has_looked_back = False
        #: Migration -> the events that the plan has there and that have not come yet.
        self._places: dict[tuple[str, str], list[tuple[tuple[str, ...], Place]]] = {}
        for key, place in found.places:
            pair = place.app_label, place.migration
            self._places.setdefault(pair, []).append((key, place))
        #: Whether raw SQL or code may have changed what the forecast says.
        self.is_stale = False
        self.raw: list[str] = []
        self.before_raw: Catalogue | None = None
        self.judge = Judge(
            Forecast(found.catalogue.copy()),
            mode,
            acknowledgements=self.acknowledgements,
            probe=Prober(connection, found.catalogue, is_live=True),
            returns=lambda table, column: (table, column) in found.returns,
            resolves=lambda owed: owed.key in found.resolved,
            passes=lambda constraint, place: (constraint.name, place) in found.passing,
            has_table=self.has_table,
        )
        #: The migrations on disk, by app label and name.
        self.graph: Graph = {}

    def has_table(self, key: str) -> bool:
        """Say whether a table is there; SQL may have made what no event tells of."""
        catalogue = self.judge.forecast.catalogue
        if key not in catalogue:
            found = introspection_for(self.connection).read([key]).get(key)
            if found is None:
                return False
            catalogue.put(found)
        return True

    def acknowledgements(self, place: Place) -> tuple[Acknowledgement, ...]:
        """Return what the migration that runs acknowledges."""
        return acknowledgements_of(self.migration) if self.migration else ()

    def place(self, event: Event) -> Place:
        """Return where the plan has the event; the migration's own name otherwise."""
        if self.migration is None:
            return Place()
        app_label, name = self.migration.app_label, self.migration.name
        key = event_key(event)
        left = self._places.get((app_label, name), [])
        # Not the next one alone: Django alters the relations to a renamed model in
        # an order of its own.
        for number, (each, place) in enumerate(left):
            if each == key:
                del left[number]
                return place
        return Place(app_label=app_label, migration=name)


_sessions: dict[int, Session] = {}


def session_of(connection: BaseDatabaseWrapper) -> Session | None:
    """Return the session that runs on a connection, or None."""
    return _sessions.get(_identity(connection))


def _identity(connection: BaseDatabaseWrapper) -> int:
    """Return what a connection and ``django.db.connection``, its proxy, share."""
    return id(connection.ops.connection)


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
    if not plan and executor is not None and not executor.loader.graph.nodes:
        # A project without migrations owes nothing.
        return None
    found: Preflight | None = None
    with failing_closed(mode, alias, "plan"):
        owed = _outstanding(connection, mode)
        synced = missing.to_sync(connection, given, executor)
        if not plan and not owed and not synced:
            return None
        found = preflight.run(
            connection,
            plan,
            mode,
            owed=owed,
            fake_initial=bool(given.get("fake_initial")),
            executor=executor,
            synced=synced,
        )
        if any(each.action == REFUSE for each in found.findings):
            raise refusal(found.messages(), HEADLINE.format(what="plan", alias=alias))
        announce(found.findings)
        for label, each in found.unused:
            logger.warning("%s", preflight.unused_message(label, each))
    return found  # None where warn could not judge, and goes on.


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
    executor = _executor_of(connection, plan)
    _found[_identity(connection)] = (
        _names(plan),
        check_plan(connection, plan, executor),
    )


def _executor_of(
    connection: BaseDatabaseWrapper, plan: Plan
) -> MigrationExecutor | None:
    """Return the executor that made the plan, if it is still there."""
    known = getattr(connection, "_fkguard_executor", None)
    executor: MigrationExecutor | None = known() if known is not None else None
    if executor is None:
        return None
    nodes = executor.loader.graph.nodes
    if all(nodes.get((m.app_label, m.name)) is m for m, _ in plan):
        return executor
    return None


def _names(plan: Plan) -> list[Any]:
    return [(m.app_label, m.name, backwards) for m, backwards in plan]


@contextmanager
def running(
    executor: MigrationExecutor, plan: Plan, fake: bool
) -> Iterator[Session | None]:
    """Guard one run of ``MigrationExecutor.migrate()``."""
    connection = executor.connection
    if fake or mode_of(connection.alias) == "off":
        _found.pop(_identity(connection), None)
        yield None
        return
    names, found = _found.pop(_identity(connection), (None, None))
    if not plan and names is None:
        # Asked for nothing, by a program of its own: nothing to judge or to settle.
        yield None
        return
    if names != _names(plan):
        found = check_plan(connection, plan, executor)
    if found is None:
        yield None
        return
    session = Session(connection, mode_of(connection.alias), found)
    session.graph = executor.loader.graph.nodes
    _sessions[_identity(connection)] = session
    try:
        settle_outstanding(session)
        yield session
        settle_waiting(session)
    finally:
        _sessions.pop(_identity(connection), None)
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
        if owed.constraint.uses <= present and not _still_waits(session, owed):
            with connection.schema_editor() as editor, judging_paused(editor):
                Workshop(connection, editor).settle(owed, None)
            _reread(session, [owed.table])
        else:
            forecast.owed.append(owed)


def _still_waits(session: Session, owed: Owed) -> bool:
    key = owed.constraint
    return (
        owed.waits
        and isinstance(key, ForeignKey)
        and not session.has_table(key.to_table)
    )


def settle_waiting(session: Session) -> None:
    """Make what waits for its table at the end of a run; raise where it is not there.

    The plan was let run because it makes the table: this is not to happen.
    """
    left = []
    for owed in Ledger(session.connection).owed():
        if not owed.waits or session.mode == "warn":
            continue
        if _still_waits(session, owed):
            left.append(owed_message(owed, session.connection.alias))
            continue
        with session.connection.schema_editor() as editor, judging_paused(editor):
            Workshop(session.connection, editor).settle(owed, None)
    if left:
        raise refusal(
            left,
            HEADLINE.format(what="run", alias=session.connection.alias),
            "the migrations have run, and what is named is owed",
        )


#: The connections whose apps without migrations are being made.
_syncing: set[int] = set()


@contextmanager
def syncing(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Guard ``migrate --run-syncdb``, which runs before the plan."""
    _syncing.add(_identity(connection))
    try:
        yield
    finally:
        _syncing.discard(_identity(connection))


def before_end(editor: Any) -> None:
    """Owe the foreign keys that an editor cannot make at its end (auto)."""
    connection = editor.connection
    session = session_of(connection)
    if editor.collect_sql or not (session or _identity(connection) in _syncing):
        return
    mode = session.mode if session is not None else mode_of(connection.alias)
    if mode != "auto":
        return
    forecast = session.judge.forecast if session is not None else None
    migration = session.migration if session is not None else None
    origin = f"{migration.app_label}.{migration.name}" if migration else "run-syncdb"
    catalogue = forecast.catalogue if forecast is not None else None
    for owed in missing.owe(editor, catalogue, origin):
        if forecast is None or catalogue is None:
            continue
        forecast.owed.append(owed)
        if (table := catalogue.get(owed.table)) is not None:
            catalogue.put(table.without(owed.constraint))


def report_owed(connection: BaseDatabaseWrapper) -> None:
    """Log what is still owed at the end of a run."""
    for owed in Ledger(connection).owed():
        logger.error("%s", owed_message(owed, connection.alias))


def stand_in(executor: MigrationExecutor, state: ProjectState) -> None:
    """Complete the state that an interrupted run left, which Django refuses (auto)."""
    if mode_of(executor.connection.alias) == "auto":
        missing.stand_in_for_dangling(state, executor.loader.graph.nodes)


@contextmanager
def applying(
    migration: Migration, editor: Any, state: ProjectState | None = None
) -> Iterator[None]:
    """Guard one migration; what raw SQL did is looked at before it ends."""
    session = session_of(editor.connection)
    if editor.collect_sql:
        # Put between the lines at the end: Django writes "(no-op)" for an operation
        # that has added no line.
        remarks: list[tuple[int, str]] = []
        editor._fkguard_remarks = remarks
        yield
        for number, line in reversed(remarks):
            editor.collected_sql.insert(number, line)
        return
    if session is None:
        yield
        return
    session.migration = migration
    session.keys.clear()
    session.has_looked_back = False
    if state is not None and session.mode == "auto":
        missing.stand_in_for(migration, state, session.graph)
    try:
        yield
        look_back(session, editor)
        read_back(session)
        deferred.judge_again(session)
    finally:
        session.migration = None


@contextmanager
def leaving(editor: Any, *, fails: bool) -> Iterator[None]:
    """Run what an editor has deferred, unjudged: it was judged when asked for."""
    with judging_paused(editor):
        if not fails:
            before_end(editor)
        yield
    session = session_of(editor.connection)
    if session is not None and not fails and not editor.collect_sql:
        deferred.look_for(session)


def _reread(session: Session, keys: list[str]) -> None:
    now = introspection_for(session.connection).read(keys)
    for key in keys:
        if (table := now.get(key)) is not None:
            session.judge.forecast.catalogue.put(table)


@contextmanager
def judging_paused(editor: Any) -> Iterator[None]:
    """Let an editor's calls through unjudged: they belong to one that was judged."""
    editor._fkguard_depth = getattr(editor, "_fkguard_depth", 0) + 1
    try:
        yield
    finally:
        editor._fkguard_depth -= 1
