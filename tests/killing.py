"""End a run of migrate before and after each statement that it sends.

A run is a child process, forked from the one that tests, with a connection of its
own. Every statement goes through one place there, transactions included, and at the
chosen one the process is killed, or its connection is by the server.
"""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from django.db import connection, connections
from django.db.backends.utils import CursorWrapper

from tests.harness import Lab

#: What changes the schema; between two of these, rows of the ledger change.
DDL = re.compile(r"\s*(ALTER|CREATE|DROP|RENAME)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Point:
    """A place in a run: before or after its statement of that number."""

    number: int
    is_before: bool
    sql: str = field(compare=False)

    def __str__(self) -> str:
        when = "before" if self.is_before else "after"
        return f"{when} statement {self.number}: {' '.join(self.sql.split())[:100]}"


def kill_process() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def cut_connection() -> None:
    """Have the server end the connection, as an administrator would."""
    number = connection.connection.thread_id()
    other = connection.copy("other_session")
    with other.cursor() as cursor:
        cursor.execute(f"KILL {number}")
    other.close()


class Statements:
    """Everything that a process sends to the server, in order."""

    def __init__(
        self, point: Point | None = None, end: Callable[[], None] = kill_process
    ) -> None:
        self.point = point
        self.end = end
        self.sent: list[str] = []

    def send(self, sql: str, run: Callable[[], Any]) -> Any:
        self.sent.append(sql)
        number = len(self.sent)
        point = self.point
        is_here = point is not None and point.number == number
        if is_here and point is not None and point.is_before:
            self.end()
        result = run()
        if is_here and point is not None and not point.is_before:
            self.end()
        return result

    def watching(self) -> ExitStack:
        stack = ExitStack()
        # Not an `execute_wrapper()`, from which fkguard hides its own statements.
        for name in ("_execute", "_executemany"):
            execute = getattr(CursorWrapper, name)

            def executing(
                cursor: CursorWrapper, sql: Any, *args: Any, execute: Any = execute
            ) -> Any:
                # Signs of life are sent when they are due, by a thread of their own.
                if threading.current_thread() is not threading.main_thread():
                    return execute(cursor, sql, *args)
                return self.send(str(sql), lambda: execute(cursor, sql, *args))

            stack.enter_context(mock.patch.object(CursorWrapper, name, executing))
        for name in ("_commit", "_rollback", "_set_autocommit"):
            original = getattr(connection, name)

            def sending(*args: Any, name: str = name, original: Any = original) -> Any:
                sql = f"{name.strip('_').upper()} {args or ''}"
                return self.send(sql, lambda: original(*args))

            stack.enter_context(mock.patch.object(connection, name, sending))
        return stack


@dataclass(frozen=True)
class Image:
    """A small database, to be put back as often as one likes."""

    tables: dict[str, str]
    rows: dict[str, list[tuple[Any, ...]]]

    @classmethod
    def taken(cls) -> Image:
        tables, rows = {}, {}
        with connection.cursor() as cursor:
            for name in connection.introspection.table_names(cursor):
                cursor.execute(f"SHOW CREATE TABLE `{name}`")
                tables[name] = cursor.fetchone()[1]
                cursor.execute(f"SELECT * FROM `{name}`")
                rows[name] = cursor.fetchall()
        return cls(tables, rows)

    def put_back(self) -> None:
        with connection.cursor() as cursor:
            names = connection.introspection.table_names(cursor)
            cursor.execute("SET foreign_key_checks = 0")
            cursor.execute(f"DROP TABLE {', '.join(f'`{each}`' for each in names)}")
            for name, sql in self.tables.items():
                cursor.execute(sql)
                for row in self.rows[name]:
                    marks = ", ".join(["%s"] * len(row))
                    cursor.execute(f"INSERT INTO `{name}` VALUES ({marks})", row)
            cursor.execute("SET foreign_key_checks = 1")


def run_child(lab: Lab, mode: str, statements: Statements, told: Path) -> int:
    """Run migrate in a child process; return how it ended, as ``waitpid()`` does."""
    connections.close_all()
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    status = 1
    try:
        with statements.watching():
            outcome = lab.migrate_only(mode)
        told.write_text("\0".join(statements.sent), encoding="utf-8")
        status = 0 if outcome is None else 3
    finally:
        # No clean-up: it belongs to the parent.
        os._exit(status)


def points(sent: list[str], *, every: bool) -> Iterator[Point]:
    """Yield the points of a run: all, or those around what changes the schema."""
    for number, sql in enumerate(sent, start=1):
        if every or DDL.match(sql):
            yield Point(number, True, sql)
            yield Point(number, False, sql)
