"""
Measure what fkguard costs on a real history, wagtail's: `make bench`.

    run.py [--database NAME]... [--mode strict|auto] [--pairs N] [--starts N]
           [--tables N]

Every figure is a ratio of two processes that ran one after the other, with and
without fkguard, in turn; each line gives the median of the ratios and the smallest
and largest. A machine that does something else meanwhile shows in these two.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "scripts"))

import environments  # noqa: E402
from servers import SERVERS, Servers  # noqa: E402

from benchmarks import large  # noqa: E402

DATABASES = ["sqlite", "postgresql", "mariadb"]
#: Upper bounds of the ratios.
MIGRATE = {"sqlite": 1.05}
MIGRATE_ELSEWHERE = 1.03
START = 1.03
PREFLIGHT = 0.10


@dataclass(kw_only=True)
class Done:
    """What a process took, and what it printed."""

    seconds: float
    cpu: float
    megabytes: float
    output: str


class Bench:
    """The processes of one database."""

    def __init__(self, python: str, database: str, mode: str, servers: Servers) -> None:
        self.python = python
        self.database = database
        self.name = f"fkguard_bench_{os.getpid()}"
        if database == "sqlite":
            self.name = str(Path(tempfile.gettempdir(), f"{self.name}.sqlite3"))
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("FKGUARD_", "DJANGO_", "PYTHON"))
        }
        self.environment |= servers.environment()
        self.environment |= {
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "FKGUARD_BENCH_DATABASE": database,
            "FKGUARD_BENCH_NAME": self.name,
            "FKGUARD_MODE": mode,
        }

    def run(self, *arguments: str, guarded: bool = False) -> Done:
        """Run one process to its end."""
        environment = dict(self.environment)
        if guarded:
            environment["FKGUARD_BENCH_GUARDED"] = "1"
        with (
            tempfile.TemporaryFile("w+") as output,
            tempfile.TemporaryFile("w+") as log,
        ):
            begin = time.perf_counter()
            process = subprocess.Popen(
                [self.python, "-m", *arguments],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=log,
            )
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - begin
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            if process.returncode != 0:
                log.seek(0)
                raise SystemExit(f"{' '.join(arguments)} failed:\n{log.read()}")
            return Done(
                seconds=seconds,
                cpu=usage.ru_utime + usage.ru_stime,
                megabytes=usage.ru_maxrss / 1024,  # In KiB on Linux.
                output=output.read(),
            )

    def child(self, verb: str, *, guarded: bool = False) -> str:
        return self.run("benchmarks.child", verb, guarded=guarded).output

    def migrate(self, guarded: bool) -> tuple[float, float]:
        self.child("create")
        done = self.run("django", "migrate", "--verbosity=0", guarded=guarded)
        return done.seconds, done.cpu

    def start(self, guarded: bool) -> tuple[float, float]:
        done = self.run("django", "version", guarded=guarded)
        return done.seconds, done.cpu

    def pairs(
        self, what: str, number: int
    ) -> Iterator[tuple[tuple[float, float], ...]]:
        """Yield (without, with) of each pair; who goes first changes every time."""
        measure = getattr(self, what)
        measure(True)  # For the caches of the machine and the .pyc files.
        for each in range(number):
            if each % 2:
                guarded = measure(True)
                yield measure(False), guarded
            else:
                plain = measure(False)
                yield plain, measure(True)


def show(what: str, pairs: list[tuple[tuple[float, float], ...]], most: float) -> float:
    """Print the ratios of pairs; return the median seconds without fkguard."""
    wall = [guarded[0] / plain[0] for plain, guarded in pairs]
    cpu = [guarded[1] / plain[1] for plain, guarded in pairs]
    seconds = median(plain[0] for plain, _ in pairs)
    print(
        f"  {what:<34}{median(wall):6.3f}  ({min(wall):.3f} to {max(wall):.3f}, "
        f"{len(pairs)} pairs; CPU {median(cpu):.3f}; {seconds:.2f} s)  "
        f"{verdict(median(wall), most)}",
        flush=True,
    )
    return seconds


def verdict(ratio: float, most: float) -> str:
    return f"{'within' if ratio <= most else 'OVER'} {most:.2f}"


def measure(bench: Bench, pairs: int, starts: int) -> None:
    print(f"\n{bench.database}, mode {bench.environment['FKGUARD_MODE']}", flush=True)
    try:
        show("start-up", list(bench.pairs("start", starts)), START)
        seconds = show(
            "migrate from zero",
            list(bench.pairs("migrate", pairs)),
            MIGRATE.get(bench.database, MIGRATE_ELSEWHERE),
        )
        bench.child("create")
        bench.child("most", guarded=True)
        tail = json.loads(bench.child("tail", guarded=True))
        for what, base in (
            ("the migrate from zero", seconds),
            ("the migrate of this plan", tail["migrate"]),
        ):
            ratio = tail["preflight"] / base
            print(
                f"  preflight of {tail['plan']} on {tail['applied']} applied: "
                f"{ratio:.3f} of {what}  ({tail['preflight']:.3f} s of {base:.2f} s, "
                f"first {tail['first']:.3f} s)  {verdict(ratio, PREFLIGHT)}",
                flush=True,
            )
        bench.child("create")
        counted = json.loads(bench.child("queries", guarded=True))
        for what, (statements, catalogue) in counted.items():
            print(
                f"  catalogue queries, {what}: {catalogue} of {statements} statements"
            )
    finally:
        bench.child("drop")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument(
        "--database", action="append", choices=["sqlite", *SERVERS], default=None
    )
    parser.add_argument("--mode", default="strict", choices=["strict", "auto", "warn"])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--starts", type=int, default=15)
    parser.add_argument(
        "--tables", type=int, default=1000, help="size of the large schema; 0: none"
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
        servers.obtain([name for name in databases if name != "sqlite"])
        for database in databases:
            if database != "sqlite" and database not in servers.urls:
                print(f"\n{database}: no server", flush=True)
                continue
            bench = Bench(python, database, options.mode, servers)
            if options.pairs:
                measure(bench, options.pairs, options.starts)
            if options.tables:
                large.measure(bench, options.tables)
    finally:
        servers.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
