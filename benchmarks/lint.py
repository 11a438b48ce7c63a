"""
Measure the linter beside others, on generated histories and on wagtail's.

    lint.py [--migrations N]... [--repeat N] [--python PATH]

The linters run one after the other in processes of their own, on the same files and
with every migration imported before the clock starts, since all of them import the
same. Each figure is CPU time, the median of several runs, in seconds; ratios are
between runs of this very bench. Whole processes are compared where it says so.
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
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "scripts"))

import environments  # noqa: E402

from benchmarks import history  # noqa: E402

#: What each tool is called, the command, and how many times as fast fkguard is to be.
RIVALS = (
    ("django-migration-linter", ["lintmigrations", "--no-cache"], 20.0),
    ("django-safe-migrations", ["check_migrations"], 5.0),
    ("django-migrations-inspector", ["migration_inspect", "audit", "--offline"], 1.0),
)
LINT = ["fkguard", "lint"]
#: `--latest 1` against `showmigrations`, and wagtail's history against migrating it.
LATEST = 1.3
WAGTAIL = 0.1

TIMED = """
import contextlib, io, json, sys, time
import django
django.setup()
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader
MigrationLoader(None)
command, repeat = json.loads(sys.argv[1]), int(sys.argv[2])
seconds = []
for _ in range(repeat):
    begin = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()) as output:
        try:
            call_command(*command)
        except SystemExit as error:
            if error.code not in (0, 1):
                raise
    seconds.append(time.process_time() - begin)
print(json.dumps(seconds))
"""


class Project:
    """A project on disk, and the processes that run in it."""

    def __init__(self, python: str, folder: Path, settings: str) -> None:
        self.python = python
        self.folder = folder
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("FKGUARD_", "DJANGO_", "PYTHON"))
        }
        self.environment = {
            **kept,
            "DJANGO_SETTINGS_MODULE": settings,
            "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}",
        }

    def timed(self, command: list[str], repeat: int) -> float:
        """Return the CPU seconds of a command in a process that is warm."""
        output = self._run("-c", TIMED, json.dumps(command), str(repeat))
        return median(json.loads(output.splitlines()[-1]))

    def whole(self, command: list[str], repeat: int = 1) -> float:
        """Return the CPU seconds of a whole process."""
        seconds = []
        for _ in range(repeat):
            begin = os.times()
            self._run("-m", "django", *command)
            end = os.times()
            seconds.append(
                end.children_user
                + end.children_system
                - begin.children_user
                - begin.children_system
            )
        return median(seconds)

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [self.python, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in {0, 1} or "Traceback" in done.stderr:
            raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stderr}")
        return done.stdout


def verdict(ratio: float, least: float) -> str:
    return f"{'at least' if ratio >= least else 'BELOW'} {least:g}"


def beside_others(project: Project, migrations: int, repeat: int) -> None:
    """Print how long each linter takes for the same history."""
    own = project.timed(LINT, repeat)
    print(f"\n{migrations} migrations\n  {'fkguard lint':<42}{own:8.2f} s")
    for name, command, least in RIVALS:
        # The slowest takes minutes: once is enough to see twenty times.
        seconds = project.timed(command, 1 if least > 10 else repeat)
        ratio = seconds / own
        print(
            f"  {name:<42}{seconds:8.2f} s  {ratio:7.1f} times fkguard's  "
            f"{verdict(ratio, least)}",
            flush=True,
        )


def latest(project: Project, repeat: int) -> None:
    """Print what `--latest 1` costs beside `showmigrations`, as whole processes."""
    pairs = [
        (
            project.whole(["showmigrations"]),
            project.whole([*LINT, "--latest", "1"]),
        )
        for _ in range(repeat + 1)
    ][1:]
    ratio = median(lint / shown for shown, lint in pairs)
    within = "within" if ratio <= LATEST else "OVER"
    print(
        f"  lint --latest 1 / showmigrations, whole processes: {ratio:.2f}  "
        f"{within} {LATEST}",
        flush=True,
    )


def wagtail(python: str, repeat: int) -> None:
    """Print what the history of wagtail costs beside migrating it, as processes."""
    with tempfile.TemporaryDirectory() as folder:
        project = Project(python, ROOT, "benchmarks.settings")
        project.environment["FKGUARD_BENCH_GUARDED"] = "1"
        shares: list[tuple[float, float, float]] = []
        for number in range(repeat):
            name = str(Path(folder, f"{number}.sqlite3"))
            project.environment["FKGUARD_BENCH_NAME"] = name
            project.environment["FKGUARD_MODE"] = "off"
            migrate = project.whole(["migrate", "--verbosity=0"])
            warm = project.timed([*LINT, "--third-party"], 3)
            whole = project.whole([*LINT, "--third-party"])
            shares.append((migrate, whole, warm))
    migrate, whole, warm = (median(each) for each in zip(*shares, strict=True))
    print("\nwagtail's whole history")
    for what, seconds in (("lint", warm), ("lint, whole process", whole)):
        ratio = seconds / migrate
        within = "within" if ratio <= WAGTAIL else "OVER"
        print(
            f"  {what} / migrate: {ratio:.3f} ({seconds:.2f} s of {migrate:.2f} s)  "
            f"{within} {WAGTAIL}",
            flush=True,
        )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--migrations", type=int, action="append")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument(
        "--python",
        type=os.path.abspath,
        help="one that has the group `bench` installed",
    )
    options: Any = parser.parse_args(arguments)
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
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for number in options.migrations or [500, 1000]:
            root = Path(folder, str(number))
            history.write(root, number)
            project = Project(python, root, "project")
            beside_others(project, number, options.repeat)
            if number == max(options.migrations or [1000]):
                latest(project, options.repeat)
    wagtail(python, options.repeat)
    print(f"\n{time.perf_counter() - begin:.0f} s in all")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
