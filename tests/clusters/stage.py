"""A set-up on which runs of ``migrate`` are started, each in a process of its own."""

from __future__ import annotations

import io
import json
import logging
import os
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any
from unittest import mock

from django.core.management import call_command
from django.db import Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test.utils import override_settings

from fkguard.errors import Refused
from tests.clusters.library import counting
from tests.clusters.settings import NODES, SETUP
from tests.harness import Snapshot, read_catalogue
from tests.killing import Statements

#: Seconds that a node may lag behind, and that a run may take.
LAG_SECONDS, RUN_SECONDS = 30, 180
#: Aliases that are no node.
ELSEWHERE = "elsewhere"
KEPT = ("auth_", "django_", "played")


class Wrong(Exception):
    """A promise was broken."""


def check(condition: object, text: str) -> None:
    """Raise ``Wrong`` unless a condition holds."""
    if not condition:
        raise Wrong(text)


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    node: str
    #: As ``os.waitstatus_to_exitcode()`` returns it.
    code: int
    #: The class of the exception that ended it, and what was printed.
    error: str = ""
    text: str = ""
    warnings: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()

    @property
    def is_refused(self) -> bool:
        return self.error == "Refused"

    def __str__(self) -> str:
        return f"{self.node}: exit status {self.code} {self.error}: {self.text[-900:]}"


class Occurrence(Statements):
    """Signals the process after the n-th time that one statement was sent.

    Numbers of statements differ between two runs on a cluster, which may have to ask
    more than once; these do not.
    """

    def __init__(
        self, sql: str = "", number: int = 0, signal: int = signal.SIGKILL
    ) -> None:
        super().__init__()
        self.wanted = sql
        self.number = number
        self.signal = signal

    def send(self, sql: str, run: Callable[[], Any]) -> Any:
        result = super().send(sql, run)
        if self.number and sql.startswith(self.wanted):
            self.number -= 1
            if not self.number:
                os.kill(os.getpid(), self.signal)
        return result


#: The node of a process, its number, and where it writes what came of it.
Child = tuple[str, int, Path]


class Stage:
    """The nodes of a set-up, and the database that runs share."""

    def __init__(self) -> None:
        self.nodes = list(NODES)
        self.writers: list[str] = SETUP["writers"]
        self.readers = [each for each in self.nodes if each not in self.writers]
        self.folder = Path(tempfile.mkdtemp(prefix="fkguard-"))
        self.markers = 0
        self.children = 0

    def connection(self, node: str = "") -> BaseDatabaseWrapper:
        return connections[node or self.writers[0]]

    @property
    def vendor(self) -> str:
        return self.connection().vendor

    # The database

    def create(self) -> None:
        """Create the database, and one more to copy to."""
        connection = self.connection()
        for name in (SETUP["name"], f"{SETUP['name']}_{ELSEWHERE}"):
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)}")
        self.execute("CREATE TABLE played (n integer PRIMARY KEY)")
        self.settle()

    def drop(self) -> None:
        """Drop both databases, whatever a pooler keeps open."""
        connection = self.connection()
        connections.close_all()
        force = " WITH (FORCE)" if connection.vendor == "postgresql" else ""
        for name in (SETUP["name"], f"{SETUP['name']}_{ELSEWHERE}"):
            quoted = connection.ops.quote_name(name)
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"DROP DATABASE {quoted}{force}")
        rmtree(self.folder)

    def execute(self, sql: str, node: str = "") -> list[Any]:
        with self.connection(node).cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def settle(self) -> None:
        """Wait until every node has what was written on any other."""
        for writer in self.writers:
            self.markers += 1
            self.execute(f"INSERT INTO played VALUES ({self.markers})", writer)
            end = time.monotonic() + LAG_SECONDS
            for node in self.nodes:
                while not self._has_marker(node):
                    check(time.monotonic() < end, f"{node} lags behind {writer}")
                    time.sleep(0.02)

    def _has_marker(self, node: str) -> bool:
        sql = f"SELECT 1 FROM played WHERE n = {self.markers}"
        try:
            return bool(self.execute(sql, node))
        except Error:
            return False  # Neither is the table there yet.

    def empty(self, *, everything: bool = False) -> None:
        """Drop what a scenario has left: the app's tables, and fkguard's own."""
        connection = self.connection()
        quote = connection.ops.quote_name
        with connection.cursor() as cursor:
            names = connection.introspection.table_names(cursor)
            old = [
                quote(name)
                for name in names
                if name != "played" and (everything or not name.startswith(KEPT))
            ]
            if connection.vendor == "mysql":
                cursor.execute("SET foreign_key_checks = 0")
            if old:
                cascade = " CASCADE" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TABLE {', '.join(old)}{cascade}")
            if connection.vendor == "mysql":
                cursor.execute("SET foreign_key_checks = 1")
            if not everything and "django_migrations" in names:
                cursor.execute("DELETE FROM django_migrations WHERE app = 'library'")
        self.settle()

    def reset(self, last: str = "0003") -> None:
        """Begin again with the migrations of the app up to one."""
        self.empty()
        with mock.patch.object(counting, "SECONDS", 0):
            done = self.migrate(self.writers[0], "off", last)
        check(done.code == 0, f"the history was not applied: {done}")
        self.settle()

    def constraints(self, node: str = "") -> Counter[str]:
        found = Snapshot(read_catalogue(self.connection(node)), ()).constraints()
        others = (*KEPT, "fkguard_")
        return Counter({e: n for e, n in found.items() if not e.startswith(others)})

    def applied(self, node: str = "") -> list[str]:
        rows = self.execute(
            "SELECT name FROM django_migrations WHERE app = 'library' ORDER BY name",
            node,
        )
        return [row[0] for row in rows]

    # Processes

    def migrate(
        self,
        node: str,
        mode: str,
        *arguments: str,
        statements: Statements | None = None,
        **more: Any,
    ) -> Ended:
        """Run ``migrate`` on a node, in a process of its own."""
        (ended,) = self.at_once([node], mode, *arguments, statements=statements, **more)
        return ended

    def at_once(
        self,
        nodes: Sequence[str],
        mode: str,
        *arguments: str,
        statements: Statements | None = None,
        **more: Any,
    ) -> list[Ended]:
        """Run ``migrate`` on several nodes, started at the same time."""
        words = ["migrate", *(["library", *arguments] if arguments else [])]
        return self.commands(nodes, mode, words, statements=statements, **more)

    def command(self, node: str, *words: str, mode: str = "auto") -> Ended:
        """Run a command on a node, in a process of its own."""
        (ended,) = self.commands([node], mode, words)
        return ended

    def commands(
        self, nodes: Sequence[str], mode: str, words: Sequence[str], **more: Any
    ) -> list[Ended]:
        """Run a command on several nodes, started at the same time."""
        return self.finish(self.begin(nodes, mode, words, **more))

    def begin(
        self,
        nodes: Sequence[str],
        mode: str,
        words: Sequence[str],
        *,
        statements: Statements | None = None,
        setting: dict[str, Any] | None = None,
        entering: Callable[[], Any] | None = None,
    ) -> list[Child]:
        """Start a command on several nodes at the same time.

        `setting` is added to the setting FKGUARD, and what `entering` returns is
        entered in each process.
        """
        connections.close_all()
        ready, start = os.pipe()
        children: list[Child] = []
        for node in nodes:
            self.children += 1
            file = self.folder / f"{self.children}.json"
            child = os.fork()
            if not child:
                os.close(start)
                settings = {"MODE": mode, **(setting or {})}
                _play(ready, node, settings, words, statements, file, entering)
            children.append((node, child, file))
        os.close(ready)
        os.close(start)
        return children

    def finish(self, children: Sequence[Child]) -> list[Ended]:
        """Wait for processes that were started."""
        return [_ended(*each) for each in children]

    @contextmanager
    def others_at_work(self, number: int = 4) -> Iterator[None]:
        """Keep other clients busy with short transactions meanwhile."""
        connections.close_all()
        children = []
        for each in range(number):
            child = os.fork()
            if not child:
                _work(self.nodes[each % len(self.nodes)])
            children.append(child)
        try:
            yield
        finally:
            for child in children:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)


def _use(node: str) -> None:
    """Let the alias `default` lead to a node."""
    connections["default"].settings_dict.update(connections[node].settings_dict)


def _work(node: str) -> None:
    try:
        connection = connections[node]
        while True:
            try:
                connection.ensure_connection()
                connection.set_autocommit(False)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT COUNT(*) FROM played")
                connection.commit()
                connection.set_autocommit(True)
            except Error:
                connection.close()
            time.sleep(0.005)
    finally:
        os._exit(1)


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


def _play(
    ready: int,
    node: str,
    setting: dict[str, Any],
    words: Sequence[str],
    statements: Statements | None,
    file: Path,
    entering: Callable[[], Any] | None,
) -> None:
    """Run a command when the parent closes its end of the pipe; never return."""
    try:
        told = _Warnings()
        logging.getLogger("fkguard").addHandler(told)
        output = io.StringIO()
        error = ""
        code = 0
        with ExitStack() as stack:
            stack.enter_context(override_settings(FKGUARD=setting))
            _use(node)
            if entering is not None:
                stack.enter_context(entering())
            if statements is not None:
                stack.enter_context(statements.watching())
            signal.alarm(RUN_SECONDS)
            os.read(ready, 1)
            try:
                call_command(*words, stdout=output, stderr=output, no_color=True)
            except SystemExit as exit:
                code = exit.code if isinstance(exit.code, int) else int(bool(exit.code))
                output.write("" if isinstance(exit.code, int) else str(exit.code))
            except Exception as exception:  # noqa: BLE001 - it is what the run came to
                code = 1
                name = type(exception).__name__
                error = "Refused" if isinstance(exception, Refused) else name
                output.write(str(exception))
        result = {
            "code": code,
            "error": error,
            "text": output.getvalue(),
            "warnings": told.texts,
            "statements": statements.sent if statements else [],
        }
        file.write_text(json.dumps(result), encoding="utf-8")
    finally:
        # No clean-up: it belongs to the parent.
        os._exit(0)


def _ended(node: str, child: int, file: Path) -> Ended:
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status) or not file.exists():
        return Ended(node, os.waitstatus_to_exitcode(status) or 1, "Died")
    found = json.loads(file.read_text(encoding="utf-8"))
    return Ended(
        node,
        found["code"],
        found["error"],
        found["text"],
        tuple(found["warnings"]),
        tuple(found["statements"]),
    )
