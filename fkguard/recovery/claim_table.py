"""The row of a claim, on a connection of its own, and what a waiting run sees of it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import Error

from ..backends.base.claims import Claims, Reason
from ..schema.names import quote
from . import claim_timing as timing
from .holder import Holder
from .process import host, identity
from .quiet import quiet_cursor

COLUMNS = "token, host, pid, process, since, beat, challenger"


class ClaimRow:
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
        return not self.is_lost and time.monotonic() - self.renewed < timing.FRESH

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
        return holder_of(found)

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


class Observer:
    """What a waiting run has observed of the holder."""

    def __init__(self, row: ClaimRow) -> None:
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
        if found != self._seen or gap > timing.SLOW + 1.5:
            self._seen, self._since = found, now
            return False
        if found.challenger == self.row.token:
            return now - self._since > timing.CHALLENGE
        if now - self._since > timing.LIFETIME:
            begun = time.monotonic()
            self.row.challenge(found)
            if time.monotonic() - begun > timing.SLOW:
                self.restart()
        return False


def _is_here(found: Holder) -> bool:
    """Return whether the holder's process is one that this machine can see."""
    machine = found.process.rpartition(" ")[0]
    return bool(machine) and machine == identity().rpartition(" ")[0]


def holder_of(found: Any) -> Holder | None:
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
