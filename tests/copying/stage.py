"""Databases to copy between, and the commands that do it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from fkguard.backends import backend_for
from tests.copying import settings
from tests.settings import LEG, database

ROOT = Path(__file__).resolve().parent.parent.parent


class Stage:
    """One source, and one target that can be made anew."""

    def __init__(self, folder: Path, name: str = "copy") -> None:
        self.source = folder / "source.sqlite3"
        self.back = folder / "back.sqlite3"
        self.target = folder / "target.sqlite3"
        self.folder = folder
        #: The report of the copy that a fixture has made.
        self.first: dict[str, Any] = {}
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.copying.settings",
            "FKGUARD_MODE": "strict",
            "FKGUARD_COPY_SOURCE": str(self.source),
            "FKGUARD_COPY_TARGET": str(self.target),
            "FKGUARD_COPY_BACK": str(self.back),
            "FKGUARD_COPY_NAME": name,
        }
        databases = {"default": {}, "new": settings.target()}
        databases["new"]["NAME"] = (
            str(self.target) if LEG == "sqlite" else database(name)["NAME"]
        )
        self.connections = ConnectionHandler(databases)
        self._worker: subprocess.Popen[str] | None = None
        self._worker_environment: dict[str, str] = {}

    @property
    def connection(self) -> BaseDatabaseWrapper:
        """Return a connection of this process to the target."""
        connection: Any = self.connections["new"]
        return connection

    def close(self) -> None:
        self.connection.close()

    # Processes

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        if arguments[0] == "django" and self.environment == self._begun():
            return self._ask_worker(arguments[1:])
        return subprocess.run(
            self.command(*arguments),
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def _begun(self) -> dict[str, str]:
        """Begin the worker; return the environment that it has."""
        if self._worker is None:
            self._worker_environment = dict(self.environment)
            self._worker = subprocess.Popen(
                self.command("tests.copying.worker"),
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        return self._worker_environment

    def _ask_worker(self, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
        worker = self._worker
        assert worker is not None
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(json.dumps(arguments) + "\n")
        worker.stdin.flush()
        answer = worker.stdout.readline()
        assert answer, f"the worker has died of {arguments}"
        return subprocess.CompletedProcess(arguments, *json.loads(answer))

    def end(self) -> None:
        """Delete the target, and end the worker."""
        self.drop_target()
        if self._worker is not None:
            self._worker.communicate()

    def must(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def copy(
        self, *arguments: str, source: str = "default", target: str = "new"
    ) -> subprocess.CompletedProcess[str]:
        return self.run(
            "django",
            *("fkguard", "copy", "--from", source, "--to", target),
            *arguments,
        )

    def report(self, *arguments: str, **ends: str) -> dict[str, Any]:
        """Copy, and return the report."""
        path = self.folder / "report.json"
        path.unlink(missing_ok=True)
        done = self.copy("--report", str(path), *arguments, **ends)
        assert path.exists(), done.stdout + done.stderr
        report: dict[str, Any] = json.loads(path.read_text())
        assert (done.returncode == 0) == report["agrees"], done.stdout + done.stderr
        return report

    # Databases

    def make_source(self, empty: Path, factor: int = 1) -> None:
        """Fill a copy of a file that `migrate` has made."""
        shutil.copy(empty, self.source)
        self.must("tests.copying.fill", str(factor))

    def make_target(self) -> None:
        """Make the target, as `migrate` leaves it."""
        self.drop_target()
        if LEG != "sqlite":
            self._server(f"CREATE DATABASE {self._name()}")
        self.must("django", "migrate", "--verbosity=0", "--database=new")

    def flush(self) -> None:
        """Leave the target as `migrate` has left it, whatever rows it has taken."""
        self.tell("DROP TABLE IF EXISTS fkguard_copy")
        self.close()
        self.must("django", "flush", "--no-input", "--verbosity=0", "--database=new")

    def drop_target(self) -> None:
        self.close()
        if LEG == "sqlite":
            self.target.unlink(missing_ok=True)
        else:
            self._server(f"DROP DATABASE IF EXISTS {self._name()}")

    def _name(self) -> str:
        connection = self.connection
        return connection.ops.quote_name(str(connection.settings_dict["NAME"]))

    def _server(self, sql: str) -> None:
        with self.connection._nodb_cursor() as cursor:
            cursor.execute(sql)

    def in_source(self, *statements: str) -> None:
        """Run SQL in the source as a client that enforces no foreign key."""
        with sqlite3.connect(self.source) as connection:
            for sql in statements:
                connection.execute(sql)
        connection.close()

    def plant(self, source: Path) -> None:
        """Take a copy of a source."""
        shutil.copy(source, self.source)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the target."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()]

    def tell(self, *statements: str) -> None:
        """Run SQL in the target."""
        with self.connection.cursor() as cursor:
            for sql in statements:
                cursor.execute(sql)

    def rows(self) -> dict[str, int]:
        """Return how many rows each table of the target has."""
        transfer = backend_for(self.connection).transfer
        catalogue = backend_for(self.connection).introspection.read()
        return {
            each.name: transfer.count(each.name)
            for each in catalogue
            # What runs of migrate keep for themselves.
            if each.name not in {"django_migrations", "fkguard_claim"}
        }
