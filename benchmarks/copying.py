"""
Measure `manage.py fkguard copy` beside what else moves rows.

    copying.py [--database NAME]... [--rows N] [--pairs N] [--no-larger]

One SQLite file, a bookshop's with a self-reference, a circle of two tables and a
large many-to-many field, goes to each server with `fkguard copy`, sqlite3-to-mysql,
dumpdata and loaddata, and the server's bare loader. All of them run one after the
other on the same rows; a figure is the seconds of whole processes, the loader's
alone those of its statements.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "scripts"))

import environments  # noqa: E402
from servers import SERVERS, Servers, variable  # noqa: E402

DATABASES = ["mysql", "mariadb", "postgresql"]
#: How many times as fast `fkguard copy` is to be.
DUMPDATA, SQLITE3_TO_MYSQL = 20.0, 5.0
#: The most memory that it is to take, in MB.
MEMORY = 120.0
#: How many times as many rows are copied for the look at the memory.
LARGER = 4
APPS = ("auth", "copied")


class Bench:
    """The processes of one database."""

    def __init__(self, python: str, database: str, folder: Path, url: str) -> None:
        self.python = python
        self.database = database
        self.folder = folder
        self.url = urlsplit(url)
        self.name = f"fkguard_copying_{os.getpid()}"
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("FKGUARD_", "DJANGO_", "PYTHON"))
        }
        self.environment = {
            **kept,
            variable(database): url,
            "DJANGO_SETTINGS_MODULE": "benchmarks.copied.settings",
            "FKGUARD_BENCH_DATABASE": database,
            "FKGUARD_BENCH_NAME": self.name,
            "FKGUARD_BENCH_LOCAL": "1",
            "FKGUARD_MODE": "off",
        }
        #: MB that the last process had at most.
        self.peak = 0.0

    def run(self, *command: str) -> float:
        """Run one process; return its seconds."""
        with tempfile.TemporaryFile("w+") as log:
            begin = time.perf_counter()
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - begin
            process.returncode = os.waitstatus_to_exitcode(status)
            self.peak = usage.ru_maxrss / 1024
            log.seek(0)
            self.printed = log.read()
        if process.returncode != 0:
            hidden = self.printed.replace(unquote(self.url.password or "\0"), "***")
            raise SystemExit(f"{' '.join(command[1:4])} failed:\n{hidden}")
        return seconds

    def module(self, *arguments: str) -> float:
        return self.run(self.python, "-m", *arguments)

    def use(self, source: Path) -> None:
        self.environment["FKGUARD_BENCH_SOURCE"] = str(source)

    def make_source(self, path: Path, rows: int) -> None:
        self.use(path)
        self.module("django", "migrate", "--verbosity=0")
        self.module("benchmarks.copied.child", "fill", str(rows))

    def make_target(self) -> None:
        self.module("benchmarks.copied.child", "create")
        self.module("django", "migrate", "--verbosity=0", "--database=new")

    # What moves the rows

    def copy(self) -> float:
        self.make_target()
        return self.module(
            *("django", "fkguard", "copy", "--from", "default", "--to", "new")
        )

    def load(self) -> float:
        """Return the seconds of the bare loader; the target has its tables."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            self.module("benchmarks.copied.child", "load", folder)
        return float(self.printed)

    def dumpdata(self) -> float:
        self.make_target()
        path = str(self.folder / "dump.json")
        return self.module("django", "dumpdata", *APPS, "--output", path) + self.module(
            "django", "loaddata", "--database=new", "--verbosity=0", path
        )

    def sqlite3_to_mysql(self) -> float:
        """Let it make the tables too, which is several times as fast as filling those
        of `migrate`. Its default for integers is narrower than a BigAutoField, and no
        foreign key joins the two.
        """
        self.module("benchmarks.copied.child", "create")
        return self.run(
            str(Path(self.python).parent / "sqlite3mysql"),
            *("--quiet", "--sqlite-file", self.environment["FKGUARD_BENCH_SOURCE"]),
            *("--mysql-database", self.name),
            *("--mysql-host", self.url.hostname or "127.0.0.1"),
            *("--mysql-port", str(self.url.port or 3306)),
            *("--mysql-user", unquote(self.url.username or "")),
            *("--mysql-password", unquote(self.url.password or "")),
            *("--mysql-integer-type", "BIGINT"),
        )

    def drop(self) -> None:
        self.module("benchmarks.copied.child", "drop")


def verdict(is_within: bool, bound: str) -> str:
    return f"{'within' if is_within else 'NOT within'} {bound}"


def measure(bench: Bench, source: Path, larger: Path | None, pairs: int) -> None:
    bench.use(source)
    copies, loads, others, peaks = [], [], [], []
    for _ in range(pairs):
        copies.append(bench.copy())
        peaks.append(bench.peak)
        way_in = bench.printed.strip().splitlines()[-1]
        loads.append(bench.load())
        if bench.database.startswith(("mysql", "mariadb")):
            others.append(bench.sqlite3_to_mysql())
    print(f"\n{bench.database}: {way_in}", flush=True)
    spread = f"{min(copies):.2f} to {max(copies):.2f}, {pairs} runs"
    print(f"  fkguard copy            {median(copies):7.2f} s  ({spread})")

    def ratio(what: str, seconds: list[float], bound: float = 0.0) -> None:
        found = [b / a for a, b in zip(copies, seconds, strict=False)]
        print(
            f"  {what:<24}{median(seconds):7.2f} s  {median(found):7.3f} of it  "
            + (verdict(median(found) >= bound, f"{bound:g}") if bound else ""),
            flush=True,
        )

    ratio("the bare loader", loads)
    if others:
        ratio("sqlite3-to-mysql", others, SQLITE3_TO_MYSQL)
    # It takes minutes, in which a machine changes: a copy before, and one behind.
    before, slow, after = bench.copy(), bench.dumpdata(), bench.copy()
    copies = [(before + after) / 2]
    ratio("dumpdata + loaddata", [slow], DUMPDATA)
    if larger is not None:
        bench.use(larger)
        seconds = bench.copy()
        peaks.append(bench.peak)
        print(f"  {LARGER} times as many rows {seconds:10.2f} s")
    print(
        f"  memory at most {', '.join(f'{each:.1f}' for each in peaks)} MB  "
        + verdict(max(peaks) <= MEMORY, f"{MEMORY:g}"),
        flush=True,
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--database", action="append", choices=list(SERVERS))
    parser.add_argument("--rows", type=int, default=160_000)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument(
        "--no-larger", action="store_true", help="leave the larger copy out"
    )
    parser.add_argument(
        "--python",
        type=os.path.abspath,
        help="one that has the group `bench` installed",
    )
    options = parser.parse_args(arguments)
    databases = options.database or DATABASES
    python = options.python
    if python is None:
        found = environments.interpreters()
        if not found:
            print("No Python from 3.11 to 3.14 with venv and headers.", file=sys.stderr)
            return 1
        python = environments.make(
            "bench",
            found[max(found)],
            *("--editable", ".", "--group", "databases", "--group", "bench"),
        )
    servers = Servers()
    try:
        servers.obtain(databases)
        with tempfile.TemporaryDirectory() as name:
            source = larger = None
            folder = Path(name)
            for database in databases:
                if database not in servers.urls:
                    print(f"\n{database}: no server", flush=True)
                    continue
                bench = Bench(python, database, folder, servers.urls[database])
                if source is None:
                    source = folder / "source.sqlite3"
                    bench.make_source(source, options.rows)
                    if not options.no_larger:
                        larger = folder / "larger.sqlite3"
                        bench.make_source(larger, options.rows * LARGER)
                try:
                    measure(bench, source, larger, options.pairs)
                finally:
                    bench.drop()
    finally:
        servers.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
