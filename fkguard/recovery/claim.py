"""Claim a database, so that one run of ``migrate`` at a time changes its schema.

A claim is a row, not a lock of a session: it holds behind a pooler that gives each
transaction another session, and on every node of a cluster. It is written and renewed
on a connection of its own, so that no transaction of the run delays it. A waiting run
never compares clocks: it takes the claim of another host when it has seen no sign of
life for `LIFETIME` seconds of its own, and has asked for one.

On SQLite a lock file serves instead, see `fkguard.recovery.lock_file`.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any, Protocol

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import Error

from ..backends import backend_for
from ..backends.base.claims import TABLE, Claims, Reason
from ..errors import CannotClaim, ClaimLost, first_line
from ..schema.names import quote
from .holder import Busy, Holder
from .lock_file import FileClaim
from .process import host, identity
from .quiet import quiet_cursor

logger = logging.getLogger("fkguard")

#: Seconds between two signs of life of a holder.
BEAT = 2.0
#: Seconds without a sign of life after which a holder on another host is asked for one.
LIFETIME = 20.0
#: Seconds that it has to answer.
CHALLENGE = 6.0
#: Seconds of one's own statement from which the server may have been stopped for all,
#: as a Galera cluster is by DDL: what was observed meanwhile proves nothing.
SLOW = 1.0
#: Seconds for which a sign of life that the server accepted is not repeated.
FRESH = 1.0
#: Seconds that errors of the claim's own connection are answered with another try.
PATIENCE = 10.0
#: Seconds that the run's own connection may lag behind the claim's.
LAG = 30.0

COLUMNS = "token, host, pid, process, since, beat, challenger"


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


class RowClaim:
    """A claim as a row of `fkguard_claim`."""

    def __init__(self, connection: BaseDatabaseWrapper, facts: Claims) -> None:
        self.connection = connection
        self.facts = facts
        self.token = secrets.token_hex(16)
        self.is_shared = False
        self.row: _Row | None = None
        self._schema = ""
        #: Whether the run's own connection may read the table.
        self._is_readable = True
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    # Looking

    def holder(self) -> Holder | None:
        """Return who holds the claim, read on the connection itself."""
        if not self._look():
            return None
        with quiet_cursor(self.connection) as cursor:
            cursor.execute(f"SELECT {COLUMNS} FROM {self.table} WHERE id = 1")
            return _holder(cursor.fetchone())

    def end(self, holder: Holder) -> bool:
        """Delete the row of a holder; return whether it was still there."""
        self._look()
        row = self._open()
        try:
            unchanged = self.facts.is_unchanged.format(table=self.table)
            sql = f"DELETE FROM {self.table} WHERE {unchanged}"
            deadline = time.monotonic() + LIFETIME
            while True:
                found = row.read()
                if found is None or found.token != holder.token:
                    return False
                try:
                    parameters = (found.token, found.beat, found.challenger)
                    if row.run(sql, parameters)[1]:
                        return True
                except Error as error:
                    if self.facts.reason(error) is not Reason.CONFLICT:
                        raise
                if time.monotonic() > deadline:
                    raise Busy(found)
                time.sleep(0.1)
        finally:
            row.close()

    @property
    def table(self) -> str:
        """The quoted name, with the schema that the run's connection creates in."""
        character = self.facts.quote_character
        return f"{quote(self._schema, character)}.{quote(TABLE, character)}"

    def _look(self) -> bool:
        """Read the current schema; return whether it has the table."""
        with quiet_cursor(self.connection) as cursor:
            cursor.execute(self.facts.look)
            schema, exists = cursor.fetchone()
        self._schema = schema or ""
        return bool(schema and exists)

    # Acquiring

    def acquire(
        self, wait: float, own: Collection[str], tell: Callable[[Holder], None]
    ) -> bool:
        begun = time.monotonic()
        exists = self._look()
        if not self._schema:
            raise CannotClaim("the connection has no current schema", Reason.FORBIDDEN)
        self.row = self._open()
        try:
            was_busy = self._acquire(exists, begun + wait, own, tell)
            self._wait_until_visible(was_busy)
        except BaseException:
            self.release()
            raise
        return was_busy

    def _acquire(
        self,
        exists: bool,
        deadline: float,
        own: Collection[str],
        tell: Callable[[Holder], None],
    ) -> bool:
        assert self.row is not None
        row, waiting = self.row, _Waiting(self.row)
        give_up = 0.0
        was_busy = False
        pause = 0.05
        while True:
            try:
                if not exists:
                    row.create_table()
                    exists = True
                if row.insert():
                    break
                found = row.read()
                if found is not None and found.token == self.token:
                    break  # Written before the connection was lost.
                if found is not None and found.token in own:
                    self.is_shared = True
                    self.token = found.token
                    return was_busy
                was_busy = True
                if found is not None and waiting.may_take(found) and row.take(found):
                    logger.warning(
                        "The claim of %s was taken over: that run no longer answers.",
                        found.describe(),
                    )
                    break
                give_up = 0.0
            except Error as error:
                reason = self.facts.reason(error)
                if reason is Reason.MISSING and exists:
                    exists = False
                    continue
                if reason in {Reason.FORBIDDEN, Reason.READ_ONLY, Reason.MISSING}:
                    raise CannotClaim(first_line(error), reason) from error
                if reason is Reason.CONFLICT:
                    exists = True  # Another run has created the table.
                waiting.restart()
                found = None
                if reason is Reason.OTHER:
                    # Lost, or refused for too many connections: connect again.
                    row.close()
                    give_up = give_up or time.monotonic() + PATIENCE
                    if time.monotonic() > give_up:
                        raise CannotClaim(first_line(error), reason) from error
            if found is not None:
                if not waiting.is_told and pause > 0.2:
                    waiting.is_told = True
                    tell(found)
                if time.monotonic() > deadline:
                    raise Busy(found)
            time.sleep(pause)
            pause = min(pause * 1.5, 1.0)
        self._thread = threading.Thread(
            target=self._beat, name="fkguard-claim", daemon=True
        )
        self._thread.start()
        return was_busy

    def _wait_until_visible(self, was_busy: bool) -> None:
        """Wait until the run's own connection sees the claim.

        It then sees what earlier runs have committed, too, although it may lead to
        another node of a cluster than the connection of the claim: every node
        commits in one order.
        """
        connection = self.connection
        deadline = time.monotonic() + LAG
        sql = f"SELECT token FROM {self.table} WHERE id = 1"
        pause = 0.01
        while True:
            # None outside a transaction.
            savepoint = connection.savepoint()
            try:
                with quiet_cursor(connection) as cursor:
                    cursor.execute(sql)
                    rows = cursor.fetchall()
            except Error as error:
                if self.facts.reason(error) is not Reason.FORBIDDEN:
                    raise
                # SET ROLE of the run's session alone.
                if savepoint is not None:
                    connection.savepoint_rollback(savepoint)
                self._is_readable = False
                return
            if savepoint is not None:
                connection.savepoint_commit(savepoint)
            if rows and rows[0][0] == self.token:
                return
            if not (was_busy or connection.get_autocommit()):
                # A snapshot from before the claim, which nobody else held.
                self._is_readable = False
                return
            if time.monotonic() > deadline:
                raise CannotClaim(
                    "the connection of this run does not see the claim that was "
                    f"written on another one: it lags more than {LAG:.0f} seconds "
                    "behind, or reads a snapshot of an earlier transaction"
                )
            time.sleep(pause)
            pause = min(pause * 2, 0.5)

    # Holding

    def _beat(self) -> None:
        row = self.row
        assert row is not None
        while not self._stop.wait(BEAT):
            # A lost connection is opened again by the next beat.
            with suppress(Error):
                if not row.beat():
                    return

    def check(self) -> None:
        row = self.row
        if self.is_shared or row is None:
            return
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                if row.is_fresh or row.beat():
                    return
                break
            except Error as error:
                # No other run has taken it as long as none could see it expire.
                if time.monotonic() < row.renewed + LIFETIME / 2:
                    return
                if time.monotonic() > deadline:
                    raise ClaimLost(first_line(error)) from error
                time.sleep(0.2)
        holder = row.read()
        raise ClaimLost(f"it is {holder.describe()}" if holder else "it was ended")

    def hold(self) -> None:
        row = self.row
        atomic = self.connection.in_atomic_block
        if self.is_shared or row is None:
            return
        if not (self.facts.hold and atomic and self._is_readable):
            self.check()
            return
        # No beat in between: a snapshot of REPEATABLE READ could not lock its row.
        with row.lock, quiet_cursor(self.connection) as cursor:
            cursor.execute(self.facts.hold.format(table=self.table), [self.token])
            is_mine = cursor.fetchone() is not None
        if not is_mine:
            row.is_lost = True
            self.check()

    def release(self) -> None:
        row, self.row = self.row, None
        if row is None:
            return
        self._stop.set()
        if self._thread is not None:
            self._thread.join(PATIENCE)
        if row.may_be_mine and not self.is_shared:
            for is_last in (False, True):
                try:
                    row.delete()
                    break
                except Error as error:
                    row.close()
                    if is_last and self.facts.reason(error) is Reason.OTHER:
                        logger.warning(
                            "fkguard could not give back its claim of the database "
                            "%r: %s. It ends with this process.",
                            self.connection.alias,
                            first_line(error),
                        )
        row.close()

    def _open(self) -> _Row:
        return _Row(self.connection, self.facts, self.table, self.token)


class _Row:
    """The row, on a connection of its own."""

    def __init__(
        self, connection: BaseDatabaseWrapper, facts: Claims, table: str, token: str
    ) -> None:
        self.facts = facts
        self.table = table
        self.token = token
        #: Held while a statement of the claim runs, in whichever thread.
        self.lock = threading.RLock()
        #: When the last statement that proved the claim was sent.
        self.renewed = float("-inf")
        self.is_lost = False
        #: Whether the row may be this run's: written, or lost while writing it.
        self.may_be_mine = False
        self.own = connection.copy()
        self.own.settings_dict["AUTOCOMMIT"] = True
        # A pool would keep the connection for others, and has its own limits.
        (self.own.settings_dict.get("OPTIONS") or {}).pop("pool", None)
        self.own.inc_thread_sharing()

    @property
    def is_fresh(self) -> bool:
        return not self.is_lost and time.monotonic() - self.renewed < FRESH

    def run(self, sql: str, parameters: Collection[Any] = ()) -> tuple[Any, int]:
        """Run a statement; return its first row and the number of rows."""
        with self.lock, quiet_cursor(self.own) as cursor:
            cursor.execute(sql, list(parameters))
            row = cursor.fetchone() if cursor.description else None
            return row, cursor.rowcount

    def create_table(self) -> None:
        name = self.facts.quote_character
        columns = (
            ("id", "integer NOT NULL PRIMARY KEY"),
            ("token", "varchar(32) NOT NULL UNIQUE"),
            ("host", "varchar(255) NOT NULL"),
            ("pid", "bigint NOT NULL"),
            ("process", "varchar(255) NOT NULL"),
            ("since", f"{self.facts.clock_type} NOT NULL"),
            ("beat", "bigint NOT NULL"),
            ("challenger", "varchar(32) NOT NULL"),
        )
        text = ", ".join(f"{quote(column, name)} {kind}" for column, kind in columns)
        # Two members of a group may do so at once: a statement that succeeds on one
        # and fails on another takes that one out of the group.
        # https://dev.mysql.com/doc/refman/9.7/en/group-replication-limitations.html
        self.run(
            f"CREATE TABLE IF NOT EXISTS {self.table} ({text})"
            f"{self.facts.table_options}"
        )

    def insert(self) -> bool:
        """Insert the row; return False where there is one."""
        now = time.monotonic()
        self.may_be_mine = True
        try:
            self.run(
                f"INSERT INTO {self.table} (id, {COLUMNS}) "
                f"VALUES (1, %s, %s, %s, %s, {self.facts.clock}, 0, '')",
                (self.token, host(), os.getpid(), identity()),
            )
        except Error as error:
            self.may_be_mine = self.facts.reason(error) is Reason.OTHER
            if self.facts.reason(error) is not Reason.CONFLICT:
                raise
            return False
        self.renewed = now
        return True

    def read(self) -> Holder | None:
        found, _ = self.run(f"SELECT {COLUMNS} FROM {self.table} WHERE id = 1")
        return _holder(found)

    def beat(self) -> bool:
        """Give a sign of life; return False where the row is another run's."""
        now = time.monotonic()
        with self.lock:
            if self.is_lost:
                return False
            _, count = self.run(
                f"UPDATE {self.table} SET beat = beat + 1, challenger = '' "
                "WHERE id = 1 AND token = %s",
                (self.token,),
            )
            if count:
                self.renewed = now
            else:
                self.is_lost = True
            return bool(count)

    def challenge(self, found: Holder) -> bool:
        """Ask the holder for a sign of life."""
        _, count = self.run(
            f"UPDATE {self.table} SET challenger = %s WHERE id = 1 AND token = %s "
            "AND beat = %s AND challenger = %s",
            (self.token, found.token, found.beat, found.challenger),
        )
        return bool(count)

    def take(self, found: Holder) -> bool:
        """Replace the holder, unless it has given a sign of life."""
        now = time.monotonic()
        self.may_be_mine = True
        unchanged = self.facts.is_unchanged.format(table=self.table)
        _, count = self.run(
            f"UPDATE {self.table} SET token = %s, host = %s, pid = %s, process = %s, "
            f"since = {self.facts.clock}, beat = 0, challenger = '' WHERE {unchanged}",
            (
                *(self.token, host(), os.getpid(), identity()),
                *(found.token, found.beat, found.challenger),
            ),
        )
        self.may_be_mine = bool(count)
        if count:
            self.renewed = now
        return bool(count)

    def delete(self) -> None:
        self.run(f"DELETE FROM {self.table} WHERE id = 1 AND token = %s", (self.token,))

    def close(self) -> None:
        with self.lock, suppress(Error):
            self.own.close()
        # Closing what the server has closed may fail, and leave it as open.
        self.own.connection = None


class _Waiting:
    """What a waiting run has observed of the holder."""

    def __init__(self, row: _Row) -> None:
        self.row = row
        self.is_told = False
        self._seen: Holder | None = None
        self._since = 0.0
        self._last = time.monotonic()

    def restart(self) -> None:
        self._seen = None

    def may_take(self, found: Holder) -> bool:
        """Return whether a holder has ended, by all that was observed so far."""
        now = time.monotonic()
        gap, self._last = now - self._last, now
        if found.is_dead:
            return True
        if _is_here(found):
            return False  # It runs: how long its statements take proves nothing.
        if found != self._seen or gap > SLOW + 1.5:
            self._seen, self._since = found, now
            return False
        if found.challenger == self.row.token:
            return now - self._since > CHALLENGE
        if now - self._since > LIFETIME:
            begun = time.monotonic()
            self.row.challenge(found)
            if time.monotonic() - begun > SLOW:
                self.restart()
        return False


def _is_here(found: Holder) -> bool:
    """Return whether the holder's process is one that this machine can see."""
    machine = found.process.rpartition(" ")[0]
    return bool(machine) and machine == identity().rpartition(" ")[0]


def _holder(found: Any) -> Holder | None:
    if found is None:
        return None
    token, name, pid, process, since, beat, challenger = found
    return Holder(
        token=token,
        host=name,
        pid=pid,
        process=process,
        since=since,
        beat=beat,
        challenger=challenger,
    )


def claim_for(connection: BaseDatabaseWrapper) -> Claim | None:
    """Return the claim of a connection's database, or None where none is needed.

    A database in memory belongs to its process.
    """

    facts = backend_for(connection).claims
    if not facts.uses_file:
        return RowClaim(connection, facts)
    path = facts.path()
    return FileClaim(path) if path else None
