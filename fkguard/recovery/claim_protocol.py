"""A claim as a row of `fkguard_claim`: look, acquire, hold, release."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import Error

from ..backends.base.claims import TABLE, Claims, Reason
from ..errors import CannotClaim, ClaimLost, first_line
from ..schema.names import quote
from . import claim_timing as timing
from .claim_table import COLUMNS, ClaimRow, Observer, holder_of
from .holder import Busy, Holder
from .quiet import quiet_cursor

logger = logging.getLogger("fkguard")


class RowClaim:
    """A claim as a row of `fkguard_claim`."""

    def __init__(self, connection: BaseDatabaseWrapper, facts: Claims) -> None:
        self.connection = connection
        self.facts = facts
        self.token = secrets.token_hex(16)
        self.is_shared = False
        self.row: ClaimRow | None = None
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
            return holder_of(cursor.fetchone())

    def end(self, holder: Holder) -> bool:
        """Delete the row of a holder; return whether it was still there."""
        self._look()
        row = self._open()
        try:
            unchanged = self.facts.is_unchanged.format(table=self.table)
            sql = f"DELETE FROM {self.table} WHERE {unchanged}"
            deadline = time.monotonic() + timing.LIFETIME
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
        row, waiting = self.row, Observer(self.row)
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
                    give_up = give_up or time.monotonic() + timing.PATIENCE
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
        deadline = time.monotonic() + timing.LAG
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
                    f"written on another one: it lags more than {timing.LAG:.0f} "
                    "seconds behind, or reads a snapshot of an earlier transaction"
                )
            time.sleep(pause)
            pause = min(pause * 2, 0.5)

    # Holding

    def _beat(self) -> None:
        row = self.row
        assert row is not None
        while not self._stop.wait(timing.BEAT):
            # A lost connection is opened again by the next beat.
            with suppress(Error):
                if not row.beat():
                    return

    def check(self) -> None:
        row = self.row
        if self.is_shared or row is None:
            return
        deadline = time.monotonic() + timing.PATIENCE
        while True:
            try:
                if row.is_fresh or row.beat():
                    return
                break
            except Error as error:
                # No other run has taken it as long as none could see it expire.
                if time.monotonic() < row.renewed + timing.LIFETIME / 2:
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
            self._thread.join(timing.PATIENCE)
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

    def _open(self) -> ClaimRow:
        return ClaimRow(self.connection, self.facts, self.table, self.token)
