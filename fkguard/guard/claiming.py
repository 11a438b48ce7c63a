"""Claim the database of a run, and plan again what another run has changed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import Error

from .. import conf
from ..backends.base.claims import TABLE, Reason
from ..errors import BadSetting, CannotClaim, ClaimLost, Refused, UnknownVendor
from ..judgement.foreign_keys import missing_tables
from ..recovery.claim import Claim, claim_for
from ..recovery.claim_timing import CHALLENGE, LIFETIME
from ..recovery.holder import Busy, Holder
from ..recovery.state import Run, entered, run_of, runs

if TYPE_CHECKING:
    from django.db.migrations.executor import MigrationExecutor

    from ..planning.plan import Plan

logger = logging.getLogger("fkguard")

#: Options of ``migrate`` that only show something, or delete records.
SHOWS = ("plan", "check_unapplied", "prune")


def claim_for_command(
    executor: MigrationExecutor, plan: Plan, plan_again: Callable[[], Plan]
) -> Plan:
    """Claim the database for the plan of ``migrate``; return the plan to run."""
    run = run_of(executor.connection)
    if run is None or not run.is_command or run.executor is not None:
        return plan
    run.executor = executor
    if any(run.options.get(name) for name in SHOWS):
        return plan
    if (
        plan
        or _records(executor)
        or missing_tables.to_sync(executor.connection, run.options, executor)
    ):
        claim(run)
    elif not follow(run):
        return plan
    return plan_again() if read_again(executor) else plan


def claim_for_executor(
    run: Run, executor: MigrationExecutor, targets: Any, plan: Plan | None
) -> Plan | None:
    """Claim the database for an executor; return the plan to run, where it changed."""
    if run.is_command:
        if not run.overtaken:
            return None
        run.overtaken.clear()
    else:
        wanted = plan if plan is not None else executor.migration_plan(targets)
        if not wanted and not _records(executor):
            return None
        claim(run)
    before = set(executor.loader.applied_migrations)
    if not read_again(executor):
        return None
    if plan is None:
        return executor.migration_plan(targets)
    applied = executor.loader.applied_migrations
    nodes = executor.loader.graph.nodes
    return [
        (nodes.get((m.app_label, m.name), m), is_backwards)
        for m, is_backwards in plan
        if not (
            ((m.app_label, m.name) in applied) != is_backwards
            and ((m.app_label, m.name) in before) == is_backwards
        )
    ]


def read_again(executor: MigrationExecutor) -> bool:
    """Read what is applied; return whether that is not what the graph was made of."""
    if set(executor.recorder.applied_migrations()) == set(
        executor.loader.applied_migrations
    ):
        return False
    executor.loader.build_graph()
    return True


def _records(executor: MigrationExecutor) -> bool:
    """Return whether Django will record squashed migrations, with an empty plan."""
    loader = executor.loader
    done = [key for key in loader.replacements if key in loader.applied_migrations]
    return bool(done) and not executor.recorder.applied_migrations().keys() >= set(done)


# The claim


def claim(run: Run, *, is_harmless: bool = False) -> None:
    """Claim the database of a run, unless a run that contains it has; wait for others.

    Raises ``Refused`` where another run holds the claim for too long, and where the
    server accepts no writes. A run that `is_harmless` goes on then.
    """
    if run.has_claimed:
        return
    run.has_claimed = True
    connection = run.connection
    alias = connection.alias
    if any(outer.claim is not None for outer in runs(connection)):
        return
    try:
        wait = conf.claim_wait(alias)
        found = claim_for(connection) if conf.claims(alias) else None
    except BadSetting as error:
        raise Refused(f"SystemCheckError: (fkguard.E001) {error}") from error
    except UnknownVendor:
        found = None
    if found is None:
        return
    own = {outer.claim.token for outer in runs() if outer.claim is not None}
    try:
        found.acquire(wait, own, lambda holder: _tell_waiting(alias, holder, wait))
    except Busy as error:
        if is_harmless:
            return
        raise Refused(busy_message(alias, error.holder, wait)) from error
    except CannotClaim as error:
        if is_harmless:
            return
        if error.reason is Reason.FORBIDDEN:
            _warn_once(alias, str(error))
            return
        raise Refused(unclaimed_message(alias, error)) from error
    run.claim = found


@contextmanager
def claimed(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Hold the claim of a database, for the run that is active or by itself."""
    if (active := run_of(connection)) is not None:
        claim(active)
        yield
        return
    with entered(Run(connection)) as run:
        claim(run)
        yield


def follow(run: Run) -> bool:
    """Let a run with nothing to apply wait for one that is active.

    That one may still create permissions and content types, as this one will. Return
    whether there was one. Nothing is written where no run is, or was killed.
    """
    connection = run.connection
    if runs(connection)[1:] or connection.in_atomic_block:
        return False
    try:
        found = claim_for(connection) if conf.claims(connection.alias) else None
        if found is None or found.holder() is None:
            return False
    except (BadSetting, CannotClaim, UnknownVendor, Error):
        return False
    claim(run, is_harmless=True)
    return True


def held(connection: BaseDatabaseWrapper) -> Claim | None:
    """Return the claim under which the innermost run works."""
    return next((r.claim for r in runs(connection) if r.claim is not None), None)


def check(
    connection: BaseDatabaseWrapper,
    key: tuple[str, str],
    ending: str,
    *,
    holds: bool = False,
) -> None:
    """Raise ``Refused`` where the claim of a run was lost.

    With `holds`, keep it until the end of the migration's transaction.
    """
    found = held(connection)
    if found is None:
        return
    try:
        found.hold() if holds else found.check()
    except ClaimLost as error:
        raise Refused(
            f"SystemCheckError: fkguard stops this run on the database "
            f"{connection.alias!r}: its claim was lost ({error}), and another run may "
            f"be changing the schema.\n{'.'.join(key)} {ending}. Look at "
            "`python manage.py showmigrations` and `python manage.py fkguard verify` "
            "before running migrate again."
        ) from error


# Words


def busy_message(alias: str, holder: Holder, wait: float) -> str:
    """Return why a run is refused while another one is active."""
    return (
        f"SystemCheckError: another migrate is active on the database {alias!r}: "
        f"{holder.describe()}. This one has waited {wait:g} seconds "
        '(FKGUARD["CLAIM_WAIT"]). Nothing was run.\n'
        "Run it again when that one has ended. A killed run of this host no longer "
        f"counts; one of another host is replaced {LIFETIME + CHALLENGE:.0f} seconds "
        "after its last sign of life. If neither applies, end that process, and then "
        f"its claim: python manage.py fkguard release --database {alias}"
    )


def unclaimed_message(alias: str, error: CannotClaim) -> str:
    """Return why a run is refused that could not claim its database."""
    if error.reason is Reason.READ_ONLY:
        return (
            f"SystemCheckError: the database {alias!r} is read-only, and there are "
            f"migrations to apply: {error}. Nothing was run. Run migrate on the "
            "primary server."
        )
    return (
        f"SystemCheckError: fkguard could not claim the database {alias!r}, so another "
        f"migrate may be active: {error}. Nothing was run.\n"
        "The claim needs a second connection with the settings of the first. "
        'FKGUARD = {"CLAIM": False} runs without one, and without protection from '
        "another migrate."
    )


def _tell_waiting(alias: str, holder: Holder, wait: float) -> None:
    logger.warning(
        "Waiting up to %g seconds for another migrate on the database %r: %s.",
        wait,
        alias,
        holder.describe(),
    )


@cache
def _warn_once(alias: str, reason: str) -> None:
    logger.warning(
        "fkguard could not claim the database %r: %s. Another migrate at the same time "
        "is not held back. Give the account CREATE, SELECT, INSERT, UPDATE and DELETE "
        'on the table %s, or set FKGUARD = {"CLAIM": False}.',
        alias,
        reason,
        TABLE,
    )
