"""Settle what an earlier run left, and write down how far this one comes."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import Error

from ..backends import backend_for
from ..errors import Refused
from ..judgement.judge import HEADLINE, refusal
from ..judgement.recipes import Owed
from ..recovery.editors import judging_paused
from ..recovery.ledger import Ledger
from ..recovery.messages import owed_message, unsettled_message
from ..recovery.progress import MigrationJournal, stale
from ..recovery.restore import Workshop
from ..recovery.temporary_drops import as_it_stands, bring_back
from ..schema.constraints import ForeignKey
from .session import Session, journal_of

logger = logging.getLogger("fkguard")


def settle_outstanding(session: Session, executor: MigrationExecutor) -> None:
    """Put back what an earlier run owes, as far as that is possible now (auto)."""
    connection = session.connection
    forecast = session.judge.forecast
    ledger = Ledger(connection)
    outstanding = ledger.outstanding()
    for each in stale(outstanding.progress, executor.recorder.applied_migrations()):
        ledger.forget(each)
    for each in session.preflight.undone:
        ledger.forget(each)
    for owed in outstanding.owed:
        keys = [owed.table]
        if isinstance(owed.constraint, ForeignKey):
            keys.append(owed.constraint.to_table)
        actual = backend_for(connection).introspection.read(keys)
        now = as_it_stands(owed, [], actual)
        is_resumed = owed.is_intent and owed.migration in session.preflight.resumed
        if owed.waits and not has_target(session, owed):
            forecast.owed.append(owed)
            continue
        if now is None:
            if is_resumed:
                session.adopted.append(owed)
            elif not owed.is_intent and owed.table in actual:
                forecast.owed.append(owed)
            else:
                logger.error("%s", unsettled_message(owed, actual, connection.alias))
            continue
        try:
            with connection.schema_editor() as editor, judging_paused(editor):
                Workshop(connection, editor).make_missing(*now)
        except (Error, Refused, ValueError) as error:
            if not is_resumed:
                raise Refused(
                    f"SystemCheckError: {owed_message(owed, connection.alias)}\n"
                    f"fkguard could not restore it: {error}\n"
                    "Nothing of the plan was run."
                ) from error
            session.adopted.append(owed)
            continue
        ledger.strike(owed)


def has_target(session: Session, owed: Owed) -> bool:
    """Say whether the table that an owed foreign key references is there."""
    key = owed.constraint
    return not isinstance(key, ForeignKey) or session.has_table(key.to_table)


def settle_waiting(session: Session) -> None:
    """Make what waits for its table at the end of a run; raise where it is not there.

    The plan was let run because it makes the table: this is not to happen.
    """
    left = []
    for owed in Ledger(session.connection).owed():
        if not owed.waits or session.mode == "warn":
            continue
        if not has_target(session, owed):
            left.append(owed_message(owed, session.connection.alias))
            continue
        with session.connection.schema_editor() as editor, judging_paused(editor):
            Workshop(session.connection, editor).settle(owed, None)
    if left:
        raise refusal(
            left,
            HEADLINE.format(what="run", alias=session.connection.alias),
            "the migrations have run, and the constraints named below still have to be "
            "restored",
        )


def forget_ended(session: Session) -> None:
    for progress in session.ended:
        Ledger(session.connection).forget(progress)
    session.ended.clear()


def report_owed(connection: BaseDatabaseWrapper) -> None:
    """Log what is still owed at the end of a run."""
    for owed in Ledger(connection).owed():
        logger.error("%s", owed_message(owed, connection.alias))


@contextmanager
def following(
    session: Session, migration: Migration, editor: Any, is_backwards: bool
) -> Iterator[None]:
    """Follow a migration that no transaction carries, operation by operation."""
    forget_ended(session)
    label = f"{migration.app_label}.{migration.name}"
    resumed = session.preflight.resumed.get(label)
    journal = MigrationJournal(
        session.connection, editor, migration, is_backwards, resumed
    )
    if resumed is not None and journal.progress.done:
        logger.warning(
            "%s: an earlier run has done the first %d of %d operations, which are not "
            "run again.",
            label,
            journal.progress.done,
            len(migration.operations),
        )
    if label in session.preflight.uncarried:
        journal.begin()
    session.journal = journal
    operations = migration.operations
    migration.__dict__["operations"] = journal.watched(
        migration, lambda: _end_operation(session, journal)
    )
    session.ended.append(journal.progress)
    try:
        yield
        with judging_paused(editor):
            journal.finish()
    except BaseException as error:
        session.ended.remove(journal.progress)
        with judging_paused(editor):
            journal.fail(error)
        raise
    finally:
        migration.__dict__["operations"] = operations


def _end_operation(session: Session, journal: MigrationJournal) -> list[Owed]:
    """Read back what an operation left; return what an earlier run of it owed."""
    catalogue = session.judge.forecast.catalogue
    with judging_paused(journal.editor):
        adopted, session.adopted = session.adopted, []
        if adopted:
            workshop = Workshop(session.connection, journal.editor)
            bring_back(workshop, adopted, journal.touched, catalogue)
        journal.verify(catalogue)
    return adopted


@contextmanager
def finishing(editor: Any, session: Session | None) -> Iterator[None]:
    """Run what was queued for the end of a migration, all of it if a part fails."""
    journal = journal_of(editor)
    with judging_paused(editor):
        if journal is None:
            yield
            return
        journal.start_leaving()
        try:
            yield
        except BaseException as error:
            if session is not None and journal.progress in session.ended:
                session.ended.remove(journal.progress)
                journal.leaving(editor.deferred_sql, error)
            raise
        finally:
            if session is not None:
                session.journal = None
