"""One run of ``migrate`` on one database, from its preflight to its end."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from django.db.models import Model

from . import collector, deferred, missing, owing, preflight, stand_ins
from .acknowledgements import Acknowledgement
from .backends import introspection_for
from .catalogue import Catalogue
from .editors import judging_paused
from .events import Event
from .failing import failing_closed, mode_of
from .forecast import Forecast, Owed
from .guard import HEADLINE, REFUSE, Judge, announce, refusal
from .hazards import Place
from .ledger import Ledger, Outstanding, Progress
from .plans import Plan, acknowledgements_of, event_key, unused_message
from .preflight import Preflight
from .probes import Prober
from .raw import look_back, watched
from .readback import read_back
from .resuming import (
    finishing,
    following,
    forget_ended,
    owed_message,
    report_owed,
    settle_outstanding,
    settle_waiting,
)
from .stand_ins import Graph

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
        self.keys: deferred.Keys = {}
        #: Those of earlier migrations that nobody has looked for yet.
        self.unseen: deferred.Keys = {}
        #: Whether SQL has run that no event tells of, and that is not about rows.
        self.has_run_code = False
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
        #: Where the call stands that was judged last.
        self.current = Place()
        #: What an interrupted operation had taken away, and comes back with it.
        self.adopted: list[Owed] = []
        #: Migrations that have ended, and that the ledger tells of.
        self.ended: list[Progress] = []

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
        self.current = self._place(event)
        return self.current

    def _place(self, event: Event) -> Place:
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
        outstanding = _outstanding(connection, mode)
        synced = missing.to_sync(connection, given, executor)
        if not plan and not outstanding and not synced:
            return None
        found = _judge_plan(connection, plan, mode, outstanding, executor, synced)
        if any(each.action == REFUSE for each in found.findings):
            raise refusal(found.messages(), HEADLINE.format(what="plan", alias=alias))
        announce(found.findings)
        for label, each in found.unused:
            logger.warning("%s", unused_message(label, each))
    return found  # None where warn could not judge, and goes on.


def _judge_plan(
    connection: BaseDatabaseWrapper,
    plan: Plan,
    mode: str,
    outstanding: Outstanding,
    executor: MigrationExecutor | None,
    synced: Sequence[type[Model]],
) -> Preflight:
    given = options.get({})
    begun_again: list[Progress] = []
    while True:
        found = preflight.run(
            connection,
            plan,
            mode,
            outstanding=outstanding,
            fake_initial=bool(given.get("fake_initial")),
            executor=executor,
            synced=synced,
        )
        undone = [r for r in found.resumed.values() if r.is_undone(found.catalogue)]
        if not undone:
            found.undone = begun_again
            return found
        for each in undone:
            # Somebody has put the database back: it begins at the beginning.
            begun_again.append(outstanding.progress.pop(each.progress.label))


def _outstanding(connection: BaseDatabaseWrapper, mode: str) -> Outstanding:
    """Return what earlier runs left; strict refuses to go on with what is owed."""
    ledger = Ledger(connection)
    found = ledger.outstanding()
    if mode == "warn":
        return Outstanding(owed=found.owed)
    if found:
        # What another run is at work on is not owed.
        ledger.claim()
        ledger.release()
        found = ledger.outstanding()
    if found.owed and mode == "strict":
        raise refusal(
            [owed_message(each, connection.alias) for each in found.owed],
            HEADLINE.format(what="run", alias=connection.alias),
        )
    return found


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
    executor: MigrationExecutor, plan: Plan, fake: bool, fake_initial: bool = False
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
        # A program of its own gives the executor what migrate has as an option.
        token = options.set({**options.get({}), "fake_initial": fake_initial})
        try:
            found = check_plan(connection, plan, executor)
        finally:
            options.reset(token)
    if found is None:
        yield None
        return
    session = Session(connection, mode_of(connection.alias), found)
    session.graph = executor.loader.graph.nodes
    ledger = Ledger(connection)
    _sessions[_identity(connection)] = session
    try:
        if session.mode != "warn":
            if found.uncarried or found.is_outstanding:
                ledger.claim()
                with connection.schema_editor() as editor, judging_paused(editor):
                    ledger.open(editor)
            if found.is_outstanding:
                settle_outstanding(session, executor)
        with collector.spared(), watched(session):
            yield session
        settle_waiting(session)
        forget_ended(session)
        deferred.look_for(session)
    finally:
        _sessions.pop(_identity(connection), None)
        ledger.release()
    report_owed(connection)


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
    for owed in owing.owe(editor, catalogue, origin):
        if forecast is None or catalogue is None:
            continue
        forecast.owed.append(owed)
        if (table := catalogue.get(owed.table)) is not None:
            catalogue.put(table.without(owed.constraint))


def stand_in(executor: MigrationExecutor, state: ProjectState) -> None:
    """Complete the state that an interrupted run left, which Django refuses (auto)."""
    if mode_of(executor.connection.alias) == "auto":
        stand_ins.stand_in_for_dangling(state, executor.loader.graph.nodes)


@contextmanager
def applying(
    migration: Migration, editor: Any, state: ProjectState | None, is_backwards: bool
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
    deferred.before(session)
    session.migration = migration
    if state is not None and session.mode == "auto":
        stand_ins.stand_in_for(migration, state, session.graph)
    try:
        if session.mode == "warn" or editor.atomic_migration:
            yield
        else:
            with following(session, migration, editor, is_backwards):
                yield
        look_back(session, editor)
        read_back(session, editor)
        deferred.judge_again(session)
    finally:
        session.migration = None


@contextmanager
def leaving(editor: Any, *, fails: bool) -> Iterator[None]:
    """Run what an editor has deferred, unjudged: it was judged when asked for."""
    session = session_of(editor.connection)
    with finishing(editor, session):
        if not fails:
            before_end(editor)
        yield
    if session is not None and not fails and not editor.collect_sql:
        deferred.after(session)
