"""
Migrate on poolers, clusters and replicas, as production has them: `make clusters`.

    clusters.py [--setup NAME]... [--database NAME]... [--scenario TEXT]... [--keep]

Each set-up of scripts/setups.py is started from Debian packages, on loopback, and
stopped when its scenarios have been played (tests/clusters). Ends with a table, and
with zero when every scenario ran and passed.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

import environments
from environments import ROOT, VENVS
from setups import SETUPS, Setup, SetupError

#: Seconds for all scenarios of a set-up.
SECONDS = 2400


@dataclass
class Row:
    """What came of one scenario of a set-up."""

    setup: str
    scenario: str
    passed: bool
    outcome: str
    seconds: float

    def cells(self) -> list[str]:
        first = (self.outcome.strip().splitlines() or [""])[-1]
        word = "passed" if self.passed else "FAILED"
        return [self.setup, self.scenario, word, f"{self.seconds:.1f}", first[:90]]


def play(setup: Setup, python: str, options: argparse.Namespace) -> list[Row]:
    """Play the scenarios of a set-up that runs, and print each one's outcome."""
    description = {
        "nodes": setup.nodes,
        "writers": setup.writers,
        "elects": setup.elects,
        "settings": setup.settings,
        "name": f"fkguard_{os.getpid()}",
    }
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FKGUARD_", "DJANGO_", "PYTHON", "PYTEST_"))
    }
    process = subprocess.Popen(
        [python, "-W", "ignore", "-m", "tests.clusters.play", *options.scenario],
        cwd=ROOT,
        env=kept
        | {
            "FKGUARD_SETUP": json.dumps(description),
            "DJANGO_SETTINGS_MODULE": "tests.clusters.settings",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    rows = []
    signal.alarm(SECONDS)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            found = json.loads(line)
            row = Row(
                setup.name,
                found["scenario"],
                found["passed"],
                found["outcome"],
                found["seconds"],
            )
            rows.append(row)
            print("  " + "  ".join(row.cells()[1:]), flush=True)
            if not row.passed:
                print(row.outcome, flush=True)
        process.wait()
    finally:
        signal.alarm(0)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if process.returncode and all(row.passed for row in rows):
        text = f"the scenarios ended with {process.returncode}"
        rows.append(Row(setup.name, "-", False, text, 0))
    return rows


def run(kind: type[Setup], python: str, options: argparse.Namespace) -> list[Row]:
    """Start a set-up, play its scenarios and stop it."""
    begun = time.monotonic()
    print(f"\n{kind.name}", flush=True)
    try:
        with kind() as setup:
            seconds = time.monotonic() - begun
            print(f"  {', '.join(setup.nodes)} in {seconds:.1f} s", flush=True)
            if options.keep:
                print(json.dumps(setup.nodes), flush=True)
                input("  Enter stops it. ")
                return []
            return play(setup, python, options)
    except SetupError as error:
        print(f"  {error}", flush=True)
        return [Row(kind.name, "-", False, f"did not start: {error}", 0)]


def table(rows: list[Row]) -> str:
    cells = [["set-up", "scenario", "outcome", "s", ""], *(r.cells() for r in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in cells
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    names = [each.name for each in SETUPS]
    databases = sorted({each.database for each in SETUPS})
    parser.add_argument("--setup", action="append", choices=names)
    parser.add_argument("--database", action="append", choices=databases)
    parser.add_argument(
        "--scenario", action="append", default=[], help="part of a scenario's name"
    )
    parser.add_argument(
        "--keep", action="store_true", help="start it, and play nothing"
    )
    parser.add_argument("--python", help="one that has fkguard and the drivers")
    options = parser.parse_args(arguments)
    # Servers are ended on the way out, whatever the reason.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, signal.default_int_handler)
    chosen = [
        each
        for each in SETUPS
        if each.name in (options.setup or names)
        and each.database in (options.database or databases)
    ]
    rows: list[Row] = []
    try:
        python = options.python or _python()
        for kind in chosen:
            rows += run(kind, python, options)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    if options.keep:
        return 0
    print(f"\n{table(rows)}\n")
    failed = sum(1 for row in rows if not row.passed)
    print(f"{len(rows) - failed} passed, {failed} failed", flush=True)
    return 0 if rows and not failed else 1


def _python() -> str:
    found = environments.interpreters()
    if not found:
        raise SystemExit("No Python from 3.11 to 3.14 with venv and headers.")
    environments.make(
        "clusters",
        found[max(found)],
        *("--editable", ".", "--group", "tests", "--group", "databases"),
    )
    return str(VENVS / "clusters" / "bin" / "python")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
