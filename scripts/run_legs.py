"""
Run the test suite on every database and supported Django: `make test`.

    run_legs.py [--database NAME]... [--django X.Y] [--python PATH] [--jobs N] [--full]

A leg is one Django, one Python and one database; another one tests the built wheel.
A leg runs the kinds of tests (tests/kinds.py) that its Django or its database can
change the outcome of: see `kinds_of`. `--full` runs all of them in every leg, and every
database with every Django; `make proof` does.
Each leg writes .test-logs/<leg>.log. The exit status is zero when every leg ran
tests and none failed. What could not be tested for want of an interpreter is said
in the last lines, of which the very last is `N passed, N failed, N skipped`.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import environments
from environments import ROOT, VENVS
from servers import SERVERS, Servers, end_on_signals, variable

LOGS = ROOT / ".test-logs"

# Each supported Django series, and the Python versions it supports.
DJANGOS = {
    "5.2": [(3, 11), (3, 12), (3, 13), (3, 14)],
    "6.0": [(3, 12), (3, 13), (3, 14)],
    "6.1": [(3, 12), (3, 13), (3, 14)],
}
OLDEST, NEWEST = min(DJANGOS), max(DJANGOS)
# The databases that each Django is tested on; the newest is on all of them. The other
# versions of a server differ by what fkguard reads of it, not by what Django sends it.
CHOSEN_DATABASES = {
    "5.2": ("sqlite", "postgresql", "mariadb"),
    "6.0": ("sqlite",),
}
# Another version of a server that is tested in full.
OTHER_VERSIONS = {"mariadb118", "postgresql18"}
# The slowest first, so that the last ones to end are short.
DATABASES = [*SERVERS, "sqlite"]
# The server that a leg must meet: what version() has to say.
FAMILIES = {
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "mariadb118": "MariaDB",
    "postgresql": "PostgreSQL",
    "postgresql18": "PostgreSQL",
    "sqlite": "SQLite",
}
# Where the mode that changes nothing is tried, one with DDL that is rolled back.
WARNED = {"mysql", "sqlite"}
LEG_SECONDS = 1500
STALL_SECONDS = 300

# Without a database of its own yet, so through the connection that creates one.
ASK_VERSION = """
from django.db import connection
if connection.vendor == "sqlite":
    print("SQLite", ".".join(map(str, connection.Database.sqlite_version_info)))
else:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT version()")
        version = cursor.fetchone()[0]
    if connection.vendor == "mysql":
        # Not connection.mysql_is_mariadb, which opens the database itself.
        family = "MariaDB" if "MariaDB" in version else "MySQL"
        version = f"{family} {version}"
    print(*version.replace("-", " ").split()[:2])
"""
WHERE_IS_FKGUARD = "import fkguard; print(fkguard.__file__)"


@dataclass
class Leg:
    """One run of the test suite, and what came of it."""

    django: str
    python: str
    interpreter: str
    database: str
    is_wheel: bool = False
    #: The kinds of tests it runs; none for all of them.
    kinds: tuple[str, ...] = ()
    server: str = "-"
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    problem: str = ""

    @property
    def name(self) -> str:
        kind = "wheel-" if self.is_wheel else ""
        return f"{kind}django{self.django}-{self.database}"

    @property
    def venv(self) -> str:
        kind = "wheel-" if self.is_wheel else ""
        return f"{kind}django{self.django}-python{self.python}"

    @property
    def log(self) -> Path:
        return LOGS / f"{self.name}.log"

    @property
    def name_suffix(self) -> str:
        """The part of the database names that no other leg or checkout has."""
        checkout = zlib.crc32(str(ROOT).encode())
        kind = "w" if self.is_wheel else ""
        return f"_{self.django.replace('.', '')}{kind}_{checkout:08x}"


class LegError(Exception):
    """A leg could not run."""


class Processes:
    """The processes of the legs, each with a group of its own, to end them all."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.running: set[subprocess.Popen[bytes]] = set()
        self.stopping = False

    def run(
        self,
        command: list[str],
        log: Path,
        *,
        cwd: Path = ROOT,
        env: dict[str, str] | None = None,
        seconds: float = LEG_SECONDS,
    ) -> int:
        """Run a command to its end, its output appended to the log."""
        with log.open("ab") as output:
            with self.lock:
                if self.stopping:
                    raise LegError("interrupted")
                process = subprocess.Popen(
                    command,
                    cwd=cwd,
                    env=env,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
                self.running.add(process)
            try:
                return process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                raise LegError(f"stopped after {seconds} s") from None
            finally:
                # Also what the tests started and left behind.
                self.kill(process)
                with self.lock:
                    self.running.discard(process)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        with self.lock:
            self.stopping = True
            running = list(self.running)
        for process in running:
            self.kill(process)


processes = Processes()


def choose_interpreter(
    django: str, found: dict[tuple[int, int], str], database: str = "sqlite"
) -> tuple[int, int] | None:
    """
    Return a Python of this machine for a leg, so that each version is in some leg.

    All but the newest Django take the oldest that they support; the newest Django
    takes the newest on SQLite and the one before on servers.
    """
    usable = [version for version in DJANGOS[django] if version in found]
    if not usable:
        return None
    if django != NEWEST:
        return usable[0]
    return usable[-1] if database == "sqlite" else usable[-2:][0]


def kinds_of(django: str, database: str, *, is_wheel: bool) -> tuple[str, ...]:
    """
    Return the kinds of tests that a leg runs, each where its outcome can differ.

    What needs no database depends on Django and on what the wheel holds; what starts
    processes is the same code as the rest and only has to start, once in full; kills,
    copies, runs at once, random histories, the linter's verdicts and what loses nothing
    depend on the server, and not on which of its versions.
    """
    if is_wheel:
        return ("unit", "smoke")
    if django == NEWEST:
        if database in OTHER_VERSIONS:
            return ("server",)
        kinds = ("server", "twin", "run", "lint", "fuzz", "kill", "copy")
        if database in WARNED:
            kinds = (*kinds, "warn")
        return (*kinds, "unit", "project", "demo") if database == "sqlite" else kinds
    if django == OLDEST and database == "sqlite":
        return ("server", "twin", "run", "lint", "unit", "smoke")
    return ("server",)


def plan(options: argparse.Namespace) -> tuple[list[Leg], list[str]]:
    """Return the legs to run, and what cannot be tested on this machine."""
    if options.python:
        found = environments.find_interpreters([options.python])
    else:
        found = environments.every_interpreter()
    # The other commands that plan legs have tests of their own to run in them.
    is_full = getattr(options, "full", True)
    legs, untested = [], []
    if not options.python:
        for missing in environments.PYTHONS:
            if missing not in found:
                untested.append("Python {}.{}: no interpreter found.".format(*missing))
    for django in DJANGOS:
        if options.django not in (None, django):
            continue
        if choose_interpreter(django, found) is None:
            pythons = ", ".join(f"{x}.{y}" for x, y in DJANGOS[django])
            untested.append(f"Django {django}: no interpreter found ({pythons}).")
            continue
        chosen = DATABASES
        if options.django is None and not is_full:
            chosen = CHOSEN_DATABASES.get(django, DATABASES)
        for database in options.database or sorted(chosen, key=DATABASES.index):
            version = choose_interpreter(django, found, database)
            assert version is not None
            legs.append(Leg(django, "{}.{}".format(*version), found[version], database))
    if legs and not options.database:
        last = next(leg for leg in reversed(legs) if leg.database == "sqlite")
        legs.append(
            Leg(last.django, last.python, last.interpreter, "sqlite", is_wheel=True)
        )
    if not is_full:
        for leg in legs:
            leg.kinds = kinds_of(leg.django, leg.database, is_wheel=leg.is_wheel)
    return in_turns(legs), untested


def in_turns(legs: list[Leg]) -> list[Leg]:
    """
    Return the legs in rounds, so that no two next to each other share a server.

    Those of the newest Django come first: they run more, and the last are short.
    """
    rounds: dict[str, int] = {}
    order = {}
    newest_first = sorted(
        legs, key=lambda leg: (leg.django, not leg.is_wheel), reverse=True
    )
    for leg in newest_first:
        number = rounds[leg.database] = rounds.get(leg.database, -1) + 1
        order[leg.name] = (number, DATABASES.index(leg.database))
    return sorted(legs, key=lambda leg: order[leg.name])


def requirements(leg: Leg, wheel: Path | None = None) -> list[str]:
    package = [str(wheel)] if wheel else ["--editable", "."]
    groups = ["--group", "tests", "--group", "databases"]
    return [f"Django~={leg.django}.0", *package, *groups]


def build() -> tuple[Path, Path]:
    """
    Build the wheel from the sdist; return the wheel and the folder to test it from.

    The folder is the unpacked sdist without its fkguard/, so that nothing but the
    installed wheel can be imported, and a test left out of the sdist is missed.
    """
    log = LOGS / "build.log"
    folder = LOGS / "build"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    newest = environments.interpreters()
    python = environments.make("build", newest[max(newest)], "--group", "build")
    if processes.run([python, "-m", "build", "--outdir", str(folder)], log) != 0:
        raise LegError(f"the build failed\n{tail(log)}")
    (sdist,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    with tarfile.open(sdist) as archive:
        if hasattr(tarfile, "data_filter"):
            archive.extractall(folder, filter="data")
        else:
            archive.extractall(folder)
    unpacked = folder / sdist.name.removesuffix(".tar.gz")
    shutil.rmtree(unpacked / "fkguard")
    return wheel, unpacked


def environment_of(leg: Leg, urls: dict[str, str]) -> dict[str, str]:
    own = {
        "FKGUARD_TEST_DATABASE": leg.database,
        "FKGUARD_TEST_NAME_SUFFIX": leg.name_suffix,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    # Nothing of the caller's may choose another mode, settings or options.
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FKGUARD_", "PYTEST_", "PYTHONPATH", "VIRTUAL_ENV"))
    }
    return kept | urls | own


def check_server(leg: Leg, servers: Servers) -> None:
    """Raise unless the leg's server is there."""
    if leg.database == "sqlite":
        return
    if leg.database not in servers.urls:
        raise LegError(f"no server: {variable(leg.database)} is not set, none started")
    url = urlsplit(servers.urls[leg.database])
    port = url.port or (5432 if url.scheme.startswith("postgres") else 3306)
    try:
        socket.create_connection((url.hostname or "localhost", port), 10).close()
    except OSError as error:
        raise LegError(f"{url.hostname}:{port} does not answer: {error}") from None


def run_leg(leg: Leg, servers: Servers, wheels: dict[str, Path]) -> None:
    """Run one leg; raise when it could not run."""
    python = str(VENVS / leg.venv / "bin" / "python")
    cwd = wheels["folder"] if leg.is_wheel else ROOT
    env = environment_of(leg, servers.environment())
    check_server(leg, servers)
    asked = subprocess.run(
        [python, "-c", ASK_VERSION],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    if asked.returncode != 0:
        raise LegError(asked.stderr.strip())
    leg.server = asked.stdout.strip()
    if not leg.server.startswith(FAMILIES[leg.database]):
        raise LegError(f"the server is {leg.server}")
    if leg.is_wheel:
        where = subprocess.run(
            [python, "-c", WHERE_IS_FKGUARD], cwd=cwd, env=env, capture_output=True
        ).stdout.decode()
        if not where.startswith(str(VENVS / leg.venv)):
            raise LegError(f"fkguard was imported from {where or 'nowhere'}")
    report = leg.log.with_suffix(".xml")
    command = [python, "-m", "pytest", f"--junitxml={report}", "--color=no"]
    # A test that hangs says where, long before the leg is stopped.
    command += ["-o", f"faulthandler_timeout={STALL_SECONDS}"]
    command += ["-o", f"cache_dir={LOGS / 'cache' / leg.name}"]
    command += ["--durations=25", "--durations-min=0.5"]
    command += [word for kind in leg.kinds for word in ("--kind", kind)]
    status = processes.run(command, leg.log, cwd=cwd, env=env)
    count(leg, report)
    leg.cpu_seconds = cpu_seconds(leg.log)
    if status != 0 and not leg.failed:
        raise LegError(f"pytest ended with status {status}")
    if not leg.passed and not leg.failed:
        raise LegError("no test ran")


def count(leg: Leg, report: Path) -> None:
    """Read the numbers from the report; a test and its teardown are one."""
    if not report.exists():
        return
    for suite in ElementTree.parse(report).iter("testsuite"):
        tests, failures, errors, leg.skipped = (
            int(suite.get(name, 0))
            for name in ("tests", "failures", "errors", "skipped")
        )
        leg.failed = failures + errors
        leg.passed = max(tests - leg.failed - leg.skipped, 0)


def cpu_seconds(log: Path) -> float:
    """Return what the tests say that they took of a processor, servers not counted."""
    text = log.read_text(errors="replace")
    found = re.findall(r"^Processor time: ([\d.]+) s", text, re.MULTILINE)
    return float(found[-1]) if found else 0.0


def tail(log: Path, lines: int = 60) -> str:
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def finish(leg: Leg, servers: Servers, wheels: dict[str, Path]) -> Leg:
    """Run a leg and note what came of it, whatever happens."""
    begin = time.monotonic()
    try:
        if not leg.problem:
            run_leg(leg, servers, wheels)
    except LegError as error:
        leg.problem = str(error)
    except Exception as error:  # noqa: BLE001 - it is reported, and fails the run
        leg.problem = f"{type(error).__name__}: {error}"
    leg.seconds = time.monotonic() - begin
    # A leg that did not run counts as one failure.
    if leg.problem and not leg.failed:
        leg.failed = 1
    return leg


def make_environments(legs: list[Leg]) -> dict[str, Path]:
    """Make the legs' environments; return the wheel and the folder of its tests."""
    wheels: dict[str, Path] = {}
    for venv in dict.fromkeys(leg.venv for leg in legs):
        users = [leg for leg in legs if leg.venv == venv]
        leg = users[0]
        try:
            if leg.is_wheel:
                wheels["wheel"], wheels["folder"] = build()
                # Its name does not change when its contents do.
                shutil.rmtree(VENVS / venv, ignore_errors=True)
            wanted = requirements(leg, wheels.get("wheel") if leg.is_wheel else None)
            environments.make(venv, leg.interpreter, *wanted)
        except (LegError, OSError, subprocess.CalledProcessError) as error:
            for user in users:
                user.problem = f"no environment: {error}"
    return wheels


def tell(leg: Leg) -> None:
    """Print that a leg has ended, and the end of its log when it failed."""
    outcome = f"{leg.passed} passed, {leg.failed} failed"
    print(f"{leg.name}: {outcome} in {leg.seconds:.0f} s", flush=True)
    if leg.failed:
        print(f"--- {leg.log.relative_to(ROOT)}\n{tail(leg.log)}")
        print(f"--- {leg.problem}" if leg.problem else "---", flush=True)


def table(legs: list[Leg]) -> str:
    head = ["leg", "Django", "Python", "server", "passed", "failed", "skipped"]
    rows = [[*head, "s", "CPU s"]]
    for leg in legs:
        numbers = [leg.passed, leg.failed, leg.skipped]
        numbers += [round(leg.seconds), round(leg.cpu_seconds)]
        rows.append([leg.name, leg.django, leg.python, leg.server, *map(str, numbers)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i < 4 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def report(legs: list[Leg], untested: list[str]) -> bool:
    """Print the outcome of every leg; return whether all is well."""
    print(f"\n{table(legs)}\n")
    for leg in legs:
        if leg.problem:
            print(f"DID NOT RUN: {leg.name}: {leg.problem.splitlines()[-1]}")
    for line in untested:
        print(f"NOT TESTED: {line}")
    passed = sum(leg.passed for leg in legs)
    failed = sum(leg.failed for leg in legs) if legs else 1
    skipped = sum(leg.skipped for leg in legs)
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return failed == 0 and passed > 0


def run(options: argparse.Namespace) -> bool:
    legs, untested = plan(options)
    print("Legs:", ", ".join(leg.name for leg in legs) or "none", flush=True)
    servers = Servers()
    try:
        with ThreadPoolExecutor() as pool:
            # Programs are fetched while environments are made.
            databases = {leg.database for leg in legs} - {"sqlite"}
            ordered = [name for name in SERVERS if name in databases]
            starting = pool.submit(servers.obtain, ordered)
            wheels = make_environments(legs)
            starting.result()
        with ThreadPoolExecutor(options.jobs) as pool:
            running = [pool.submit(finish, leg, servers, wheels) for leg in legs]
            try:
                for future in as_completed(running):
                    tell(future.result())
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                processes.stop()
                raise
    finally:
        servers.stop()
    return report(legs, untested)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--database", action="append", choices=DATABASES)
    parser.add_argument("--django", choices=list(DJANGOS))
    parser.add_argument("--python", help="the one interpreter to use")
    parser.add_argument("--full", action="store_true", help="every test in every leg")
    # A leg waits for its server half of the time: one more than there are cores.
    parser.add_argument("--jobs", type=int, default=1 + max(2, os.cpu_count() or 2))
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    end_on_signals()
    LOGS.mkdir(exist_ok=True)
    with (LOGS / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print("Another run is under way in this checkout.", file=sys.stderr)
            return 1
        for old in [*LOGS.glob("*.log"), *LOGS.glob("*.xml")]:
            old.unlink()
        try:
            return 0 if run(options) else 1
        except KeyboardInterrupt:
            print("Interrupted.", file=sys.stderr)
            return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
