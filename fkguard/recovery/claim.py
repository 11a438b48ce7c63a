"""Claim a database, so that one run of ``migrate`` at a time changes its schema.

A claim is a row, not a lock of a session: it holds behind a pooler that gives each
transaction another session, and on every node of a cluster. It is written and renewed
on a connection of its own, so that no transaction of the run delays it. A waiting run
never compares clocks: it takes the claim of another host when it has seen no sign of
life for `claim_timing.LIFETIME` seconds of its own, and has asked for one.

On SQLite a lock file serves instead, see `fkguard.recovery.lock_file`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol

from django.db.backends.base.base import BaseDatabaseWrapper

from ..backends import backend_for
from .claim_protocol import RowClaim
from .holder import Holder
from .lock_file import FileClaim


class Claim(Protocol):
    """A claim of a database by one run."""

    token: str

    def holder(self) -> Holder | None:
        """Return who holds the claim."""
        ...

    def end(self, holder: Holder) -> bool:
        """End the claim of a holder; return whether it still held it.

        Raises ``Busy`` where that cannot be done while it is active.
        """
        ...

    def acquire(
        self, wait: float, own: Collection[str], tell: Callable[[Holder], None]
    ) -> bool:
        """Claim the database; return whether another run held it meanwhile.

        `wait` is in seconds. A claim whose token is in `own` belongs to a run that
        contains this one, and is shared. `tell` is called once, before waiting.
        Raises ``Busy`` after `wait` seconds, and ``CannotClaim``.
        """
        ...

    def check(self) -> None:
        """Raise ``ClaimLost`` unless the claim is still this run's."""
        ...

    def hold(self) -> None:
        """Keep the claim until the end of the current transaction, or check it."""
        ...

    def release(self) -> None:
        """Give the claim back, if it is this run's."""
        ...


def claim_for(connection: BaseDatabaseWrapper) -> Claim | None:
    """Return the claim of a connection's database, or None where none is needed.

    A database in memory belongs to its process.
    """

    facts = backend_for(connection).claims
    if not facts.uses_file:
        return RowClaim(connection, facts)
    path = facts.path()
    return FileClaim(path) if path else None
