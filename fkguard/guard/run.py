"""One run of ``migrate`` on one database, from its preflight to its end."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from django.db.models import Model

from ..judgement.foreign_keys import missing_tables
from ..judgement.judge import HEADLINE, REFUSE, announce, refusal
from ..planning import placeholder_models
from ..planning.plan import Plan, unused_message
from ..recovery import postponed_keys
from ..recovery import state as runs
from ..recovery.editors import judging_paused
from ..recovery.ledger import Ledger, Outstanding, Progress
from ..recovery.messages import owed_message
from ..recovery.state import Run, entered, run_of
from . import claiming, deferred_keys, gc, preflight, sqlmigrate
from .failing import failing_closed, mode_of
from .preflight import Preflight
from .raw_sql import look_back, watched
from .resume import (
    finishing,
    following,
    forget_ended,
    report_owed,
    settle_outstanding,
    settle_waiting,
)
from .session import Session, session_of
from .verification import read_back

logger = logging.getLogger("fkguard")


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
    given = _options(connection)
    if mode == "off" or given.get("fake"):
        return None
    if not plan and executor is not None and not executor.loader.graph.nodes:
        # A project without migrations owes nothing.
        return None
    found: Preflight | None = None
    with failing_closed(mode, alias, "plan"):
        outstanding = _outstanding(connection, mode)
        synced = missing_tables.to_sync(connection, given, executor)
        if not plan and not outstanding and not synced:
            return None
        found = _judge_plan(connection, plan, mode, outstanding, executor, synced)
        if any(each.action == REFUSE for each in found.findings):
            raise refusal(found.messages(), HEADLINE.format(what="plan", alias=alias))
        announce(found.findings)
        for label, each in found.unused:
            logger.warning("%s", unused_message(label, each))
    return found  # None where warn could not judge, and goes on.


def _options(connection: BaseDatabaseWrapper) -> dict[str, Any]:
    run = run_of(connection)
    return run.options if run is not None else {}


def _judge_plan(
    connection: BaseDatabaseWrapper,
    plan: Plan,
    mode: str,
    outstanding: Outstanding,
    executor: MigrationExecutor | None,
    synced: Sequence[type[Model]],
) -> Preflight:
    given = _options(connection)
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
    if found.owed and mode == "strict":
        raise refusal(
            [owed_message(each, connection.alias) for each in found.owed],
            HEADLINE.format(what="run", alias=connection.alias),
        )
    return found


# The run.


@contextmanager
def command(options: dict[str, Any]) -> Iterator[None]:
    """Guard one call of the ``migrate`` command."""
    connection = runs.connection_for(options)
    if connection is None:
        yield  # Django refuses the alias.
        return
    with gc.spared(), entering(Run(connection, options)):
        yield


@contextmanager
def entering(run: Run) -> Iterator[Run]:
    """Enter a run; the session of a run that contains it looks again afterwards."""
    outer = session_of(run.connection)
    if outer is None:
        with entered(run):
            yield run
        return
    deferred_keys.before_code(outer)
    look_back(outer)
    try:
        with entered(run):
            yield run
    finally:
        # The inner run has judged itself.
        outer.is_outdated = True


def before_migrate(alias: str, plan: Plan) -> None:
    """Judge the plan that ``pre_migrate`` describes."""
    connection = connections[alias]
    run = run_of(connection)
    executor = _executor_of(run, plan) if run is not None else None
    found = check_plan(connection, plan, executor)
    if run is not None and run.session is None:
        run.plan_names, run.preflight = _names(plan), found


def _executor_of(run: Run, plan: Plan) -> MigrationExecutor | None:
    """Return the executor that made the plan, if the run knows it."""
    executor: MigrationExecutor | None = run.executor
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
    executor: MigrationExecutor,
    targets: Any,
    plan: Plan | None,
    *,
    fake: bool,
    fake_initial: bool,
) -> Iterator[Plan | None]:
    """Guard one run of ``MigrationExecutor.migrate()``.

    Yields the plan to run instead, where another run has changed what is applied.
    """
    connection = executor.connection
    with ExitStack() as stack:
        run = run_of(connection)
        if run is None or not run.is_command or run.executor is not executor:
            # A program of its own gives the executor what migrate has as an option.
            options = {"fake": fake, "fake_initial": fake_initial}
            run = stack.enter_context(entering(Run(connection)))
            run.options, run.executor = options, executor
        instead = claiming.claim_for_executor(run, executor, targets, plan)
        now = instead
        if now is None:
            now = plan if plan is not None else executor.migration_plan(targets)
        with guarding(run, executor, now, fake):
            yield instead


@contextmanager
def guarding(
    run: Run, executor: MigrationExecutor, plan: Plan, fake: bool
) -> Iterator[Session | None]:
    """Guard the operations of one plan."""
    connection = run.connection
    names, found = run.plan_names, run.preflight
    run.plan_names = run.preflight = None
    if fake or mode_of(connection.alias) == "off":
        yield None
        return
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
    ledger = Ledger(connection)
    run.session = session
    try:
        if session.mode != "warn":
            if found.uncarried or found.is_outstanding:
                claiming.claim(run)
                with connection.schema_editor() as editor, judging_paused(editor):
                    ledger.open(editor)
                run.is_ledger_open = True
            if found.is_outstanding:
                settle_outstanding(session, executor)
        with gc.spared(), watched(session):
            yield session
        settle_waiting(session)
        forget_ended(session)
        deferred_keys.look_for(session)
    finally:
        run.session = None
        run.is_ledger_open = False
    report_owed(connection)


@contextmanager
def syncing(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Guard ``migrate --run-syncdb``, which runs before the plan."""
    run = run_of(connection)
    if run is None:
        yield
        return
    run.is_syncing = True
    try:
        yield
    finally:
        run.is_syncing = False


@contextmanager
def recording(recorder: MigrationRecorder, key: tuple[str, str]) -> Iterator[None]:
    """Let a migration be recorded while the claim is this run's."""
    claiming.check(recorder.connection, key, "has run and was not recorded")
    yield
    run = run_of(recorder.connection)
    if run is not None:
        run.recorded.add(key)


def is_overtaken(
    executor: MigrationExecutor, key: tuple[str, str], is_backwards: bool
) -> bool:
    """Return whether a run inside this one has done what the plan wants next."""
    run = run_of(executor.connection)
    if run is None or key not in run.overtaken:
        return False
    return (key in executor.recorder.applied_migrations()) != is_backwards


def before_end(editor: Any) -> None:
    """Owe the foreign keys that an editor cannot make at its end (auto)."""
    connection = editor.connection
    session = session_of(connection)
    run = run_of(connection)
    if editor.collect_sql or run is None or not (session or run.is_syncing):
        return
    mode = session.mode if session is not None else mode_of(connection.alias)
    if mode != "auto":
        return
    forecast = session.judge.forecast if session is not None else None
    migration = session.migration if session is not None else None
    origin = f"{migration.app_label}.{migration.name}" if migration else "run-syncdb"
    catalogue = forecast.catalogue if forecast is not None else None
    for owed in postponed_keys.owe(editor, catalogue, origin):
        if forecast is None or catalogue is None:
            continue
        forecast.owed.append(owed)
        if (table := catalogue.get(owed.table)) is not None:
            catalogue.put(table.without(owed.constraint))


def stand_in(executor: MigrationExecutor, state: ProjectState) -> None:
    """Complete the state that an interrupted run left, which Django refuses (auto)."""
    if mode_of(executor.connection.alias) == "auto":
        placeholder_models.stand_in_for_dangling(state, executor.loader.graph.nodes)


@contextmanager
def applying(
    migration: Migration, editor: Any, state: ProjectState | None, is_backwards: bool
) -> Iterator[None]:
    """Guard one migration; what raw SQL did is looked at before it ends."""
    session = session_of(editor.connection)
    if not editor.collect_sql:
        key = (migration.app_label, migration.name)
        claiming.check(editor.connection, key, "was not begun", holds=True)
    else:
        with sqlmigrate.collecting(editor):
            yield
        return
    if session is None:
        yield
        return
    deferred_keys.before(session)
    session.migration = migration
    if state is not None and session.mode == "auto":
        placeholder_models.stand_in_for(migration, state, session.graph)
    try:
        if session.mode == "warn" or editor.atomic_migration:
            yield
        else:
            with following(session, migration, editor, is_backwards):
                yield
        look_back(session)
        read_back(session, editor)
        deferred_keys.judge_again(session)
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
        deferred_keys.after(session)
