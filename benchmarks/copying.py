"""
Measure `manage.py fkguard copy` beside the bare loader, and what else moves rows.

    copying.py [--database NAME]... [--source NAME] [--rows N]... [--runs N]
               [--others] [--python PATH]

The rows are those of a bookshop: eight tables of mixed widths, with a self-reference,
a cycle of two tables and a large many-to-many field. `fkguard copy` and the bare
loader, a script that writes each table to a file for LOAD DATA or COPY, copy them in
turn to each server, as whole processes and into new tables with all their keys.
`--source` copies them from a server instead of an SQLite file, and `--others` adds
dumpdata with loaddata, and sqlite3-to-mysql.
"""

from __future__ import annotations

import argparse
import json
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
from servers import SERVERS, Servers  # noqa: E402

DATABASES = ["mysql", "mariadb", "postgresql"]
#: How many times as fast `fkguard copy` is to be.
DUMPDATA, SQLITE3_TO_MYSQL, LOADER = 20.0, 5.0, 0.5
#: The most memory that it is to take, in MiB.
MEMORY = 120.0
PHASES = ("examine", "load", "prove")
APPS = ("auth", "copied")


class Bench:
    """The processes of one database."""

    def __init__(
        self, python: str, database: str, source: str, folder: Path, servers: Servers
    ) -> None:
        url = servers.urls[database]
        self.source = source
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
            **servers.environment(),
            "DJANGO_SETTINGS_MODULE": "benchmarks.copied.settings",
            "FKGUARD_BENCH_DATABASE": database,
            "FKGUARD_BENCH_NAME": self.name,
            "FKGUARD_BENCH_LOCAL": "1",
            "FKGUARD_BENCH_OLD": "" if source == "sqlite" else source,
            "FKGUARD_MODE": "off",
        }
        #: The alias of the database that the rows are read from.
        self.alias = "default" if source == "sqlite" else "old"
        #: MiB that the last process had at most, and its own CPU time.
        self.peak = self.cpu = 0.0
        #: Phase -> the seconds that it took in the last copy.
        self.phases: dict[str, float] = {}

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
            self.cpu = usage.ru_utime + usage.ru_stime
            log.seek(0)
            self.printed = log.read()
        if process.returncode != 0:
            hidden = self.printed.replace(unquote(self.url.password or "\0"), "***")
            raise SystemExit(f"{' '.join(command[1:4])} failed:\n{hidden}")
        return seconds

    def module(self, *arguments: str) -> float:
        return self.run(self.python, "-m", *arguments)

    def use(self, source: Path) -> None:
        """Read from an SQLite file, or from the server that has its rows."""
        self.environment["FKGUARD_BENCH_SOURCE"] = str(source)
        if self.alias == "old":
            self.make("old")
            self.module(*self.command("default", "old"))

    def make_source(self, path: Path, rows: int) -> None:
        self.environment["FKGUARD_BENCH_SOURCE"] = str(path)
        self.module("django", "migrate", "--verbosity=0")
        self.module("benchmarks.copied.child", "fill", str(rows))

    def make(self, alias: str) -> None:
        self.module("benchmarks.copied.child", "create", alias)
        self.module("django", "migrate", "--verbosity=0", f"--database={alias}")

    def make_target(self) -> None:
        self.make("new")

    def command(self, source: str, target: str) -> list[str]:
        return ["django", "fkguard", "copy", "--from", source, "--to", target]

    # What moves the rows

    def copy(self) -> float:
        self.make_target()
        report = self.folder / "report.json"
        seconds = self.module(*self.command(self.alias, "new"), "--report", str(report))
        found = json.loads(report.read_text())
        self.phases, self.way_in = found["seconds"], found["way_in"]
        self.rows = {each["table"]: each["target"]["rows"] for each in found["tables"]}
        return seconds

    def load(self) -> float:
        """Let the bare loader fill new tables; its process does all of its work."""
        self.make_target()
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            seconds = self.module("benchmarks.copied.child", "load", self.alias, folder)
        cpu = self.cpu
        self.module("benchmarks.copied.child", "count")
        for table, rows in json.loads(self.printed).items():
            if self.rows[table] != rows:
                raise SystemExit(f"The bare loader has left {rows} rows in {table}.")
        self.cpu = cpu
        return seconds

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
        self.module("benchmarks.copied.child", "create", "new")
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
        self.module("benchmarks.copied.child", "drop", "new")
        if self.alias == "old":
            self.module("benchmarks.copied.child", "drop", "old")


def verdict(is_within: bool, bound: str) -> str:
    return f"{'within' if is_within else 'NOT within'} {bound}"


def measure(bench: Bench, file: Path, runs: int, others: bool) -> None:
    """Print what one server takes of the rows of one file."""
    bench.use(file)
    copies, loads, peaks, cpus, loader_cpus = [], [], [], [], []
    phases: dict[str, list[float]] = {name: [] for name in PHASES}
    slow: dict[str, list[float]] = {}
    for _ in range(runs):
        copies.append(bench.copy())
        peaks.append(bench.peak)
        cpus.append(bench.cpu)
        for name in PHASES:
            phases[name].append(bench.phases[name])
        loads.append(bench.load())
        loader_cpus.append(bench.cpu)
        if others and bench.database.startswith(("mysql", "mariadb")):
            slow.setdefault("sqlite3-to-mysql", []).append(bench.sqlite3_to_mysql())
    rows = sum(bench.rows.values())
    took = median(copies)
    print(
        f"\n{bench.source} -> {bench.database}: {rows:,} rows, {bench.way_in}, "
        f"median of {runs}"
    )
    print(
        f"  fkguard copy       {took:8.2f} s  ({min(copies):.2f} to "
        f"{max(copies):.2f}), {rows / took:,.0f} rows/s, CPU {median(cpus):.2f} s"
    )
    for name in PHASES:
        print(f"    {name:<17}{median(phases[name]):8.2f} s")
    ratio = median([b / a for a, b in zip(copies, loads, strict=True)])
    print(
        f"  the bare loader    {median(loads):8.2f} s  ({min(loads):.2f} to "
        f"{max(loads):.2f}), CPU {median(loader_cpus):.2f} s: {ratio:.2f} of it, "
        + verdict(ratio >= LOADER, f"{LOADER:g}")
    )
    print(
        f"  memory at most     {max(peaks):8.1f} MiB, "
        + verdict(max(peaks) <= MEMORY, f"{MEMORY:g}"),
        flush=True,
    )
    if others and bench.alias == "default":
        # It takes minutes, in which a machine changes: a copy before, and one behind.
        before, dumped, after = bench.copy(), bench.dumpdata(), bench.copy()
        slow["dumpdata + loaddata"] = [dumped * took * 2 / (before + after)]
    for name, bound in (
        ("sqlite3-to-mysql", SQLITE3_TO_MYSQL),
        ("dumpdata + loaddata", DUMPDATA),
    ):
        if seconds := slow.get(name):
            times = median(seconds) / took
            print(
                f"  {name:<19}{median(seconds):8.2f} s: {times:.1f} times as long, "
                + verdict(times >= bound, f"{bound:g}"),
                flush=True,
            )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--database", action="append", choices=list(SERVERS))
    parser.add_argument(
        "--source", default="sqlite", choices=["sqlite", *SERVERS], help="read there"
    )
    parser.add_argument("--rows", type=int, action="append")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(
        "--others", action="store_true", help="measure slower tools, too"
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
        servers.obtain([*databases, *{options.source} - {"sqlite"}])
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for rows in options.rows or [300_000]:
                file = folder / f"{rows}.sqlite3"
                for database in databases:
                    if {database, options.source} - {"sqlite", *servers.urls}:
                        print(f"\n{database}: no server", flush=True)
                        continue
                    bench = Bench(python, database, options.source, folder, servers)
                    if not file.exists():
                        bench.make_source(file, rows)
                        size = file.stat().st_size / 1e6
                        print(f"\n{rows:,} rows, a file of {size:.0f} MB", flush=True)
                    try:
                        measure(bench, file, options.runs, options.others)
                    finally:
                        bench.drop()
                file.unlink(missing_ok=True)
    finally:
        servers.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
