"""Close what `verify` found: a plan first, then its statements.

It never deletes or changes a row, and drops nothing but what Django made for the very
declaration that it puts in its place.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.backends.base.base import BaseDatabaseWrapper

from ..errors import FkguardError
from ..verify import verify
from .applying import Progress, Repairer, Stopped, is_in_transaction
from .planning import RepairPlanner
from .steps import Plan, RepairStep


class Unsafe(FkguardError):
    """Nothing may be repaired in a session such as this one."""


def plan(connection: BaseDatabaseWrapper, app_labels: Collection[str] = ()) -> Plan:
    """Return what closes the gaps of some apps, or of all, and what stands in the way.

    Writes nothing. Raises what `verify()` raises.
    """
    return RepairPlanner(connection, verify(connection, app_labels)).plan()


def apply(connection: BaseDatabaseWrapper, found: Plan, tell: Progress) -> None:
    """Run a plan; raise ``Stopped`` at the first statement that fails.

    Each statement commits by itself, so that no lock outlives it, and what is done
    stays done. Raises ``Unsafe`` where the session would check nothing.
    """
    if not found.catalogue.server.foreign_key_checks:
        raise Unsafe(
            "foreign key checks are off in this session, so that a new foreign key "
            "would not check any row"
        )
    if is_in_transaction(connection):
        raise Unsafe("a transaction is open, and a repair commits each statement")
    Repairer(connection, found, tell).run()


__all__ = ["Plan", "RepairStep", "Stopped", "Unsafe", "apply", "plan"]
