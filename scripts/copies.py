"""
Copy a wagtail site to the servers and use it, and kill copies: `make copies`.

    copies.py [--database NAME]... [--kills N] [--seed N] [--no-site] [--no-pairs]
              [--python PATH]

The site is an SQLite file that wagtail's own models have filled. It is copied to each
server, and the project runs on the copy: pages, admin, permissions, search, new rows.
Then N copies of the tests' project are killed at random moments on each server, and
resumed: rows and checksums have to be the same every time. At last, dirty rows are
copied from each server to each other one, and every value is compared.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from itertools import permutations
from pathlib import Path

import environments
from servers import SERVERS, Servers, end_on_signals

ROOT = Path(__file__).resolve().parent.parent
DATABASES = ["mysql", "mariadb", "postgresql"]
#: How many times twenty rows each table of the tests' project has.
FACTOR = 20


class Processes:
    """Runs the processes of one server."""

    def __init__(self, python: str, environment: dict[str, str]) -> None:
        self.python = python
        self.environment = environment

    def run(self, *arguments: str, given: str = "", code: int = 0) -> str:
        done = subprocess.run(
            [self.python, "-W", "ignore", "-m", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != code:
            raise SystemExit(
                f"{' '.join(arguments)} ended with {done.returncode}:\n"
                f"{done.stdout}{done.stderr}"
            )
        return done.stdout

    def copy(self, source: str, target: str, *arguments: str, code: int = 0) -> str:
        return self.run(
            *("django", "fkguard", "copy", "--from", source, "--to", target),
            *arguments,
            code=code,
        )


def site(python: str, database: str, folder: Path, environment: dict[str, str]) -> None:
    """Fill the site once; copy it to a server, and use it there."""
    file, looks = folder / "site.sqlite3", folder / "site.json"
    environment |= {
        "DJANGO_SETTINGS_MODULE": "tests.copying.site.settings",
        "FKGUARD_BENCH_GUARDED": "1",
        "FKGUARD_MODE": "warn",
        "FKGUARD_SITE_MEDIA": str(folder / "media"),
        "FKGUARD_BENCH_DATABASE": "sqlite",
        "FKGUARD_BENCH_NAME": str(file),
    }
    processes = Processes(python, environment)
    if not file.exists():
        processes.run("django", "migrate", "--verbosity=0")
        looks.write_text(processes.run("tests.copying.site.play", "fill"))
    environment |= {
        "FKGUARD_BENCH_DATABASE": database,
        "FKGUARD_BENCH_NAME": f"fkguard_site_{os.getpid()}",
        "FKGUARD_SITE_OLD": str(file),
    }
    # Wagtail's models of the search are others on PostgreSQL; the index is made anew.
    left_out = (
        ["--exclude", "wagtailsearch.IndexEntry"]
        if database.startswith("postgresql")
        else []
    )
    try:
        processes.run("tests.copying.site.play", "create")
        processes.run("django", "migrate", "--verbosity=0")
        # Its migrations make pages, which are not those of the source any more: the
        # copy refuses, and says which tables to name.
        refused = processes.copy("old", "default", *left_out, code=1)
        named = re.search(r"--replace ([\w ]+)\.", refused)
        assert named, refused
        printed = processes.copy(
            *("old", "default", *left_out, "--replace", *named[1].split())
        )
        print(f"  {printed.splitlines()[-1]}", flush=True)
        used = processes.run("tests.copying.site.play", "use", given=looks.read_text())
        print(f"  {used.strip()}", flush=True)
    finally:
        processes.run("tests.copying.site.play", "drop")


def kills(
    python: str, database: str, folder: Path, environment: dict[str, str], *how: str
) -> None:
    """Kill copies of the tests' project."""
    file = folder / "stacks.sqlite3"
    environment |= {
        "DJANGO_SETTINGS_MODULE": "tests.copying.settings",
        "FKGUARD_MODE": "strict",
        "FKGUARD_TEST_DATABASE": database,
        "FKGUARD_TEST_NAME_SUFFIX": f"_kills_{os.getpid()}",
        "FKGUARD_COPY_SOURCE": str(file),
    }
    processes = Processes(python, environment)
    if not file.exists():
        processes.run("django", "migrate", "--verbosity=0")
        processes.run("tests.copying.fill", str(FACTOR))
    try:
        processes.run("tests.copying.kills", "create")
        processes.run("django", "migrate", "--verbosity=0", "--database=new")
        done = json.loads(processes.run("tests.copying.kills", *how))
    finally:
        processes.run("tests.copying.kills", "drop")
    print(
        f"  {done['kills']} copies were killed (seed {done['seed']}) and resumed, "
        "and every checksum was the same; tables that were done at the time:\n"
        f"  {' '.join(done['tables done'])}",
        flush=True,
    )


def pair(
    python: str, source: str, target: str, folder: Path, environment: dict[str, str]
) -> None:
    """Copy dirty rows from one server to another."""
    empty = folder / "dirty.sqlite3"
    file = folder / "planted.sqlite3"
    environment |= {
        "DJANGO_SETTINGS_MODULE": "tests.copying.settings",
        "FKGUARD_MODE": "strict",
        "FKGUARD_TEST_DATABASE": target,
        "FKGUARD_TEST_NAME_SUFFIX": f"_pairs_{os.getpid()}",
        "FKGUARD_COPY_SOURCE": str(empty),
        "FKGUARD_COPY_OLD": source,
    }
    processes = Processes(python, environment)
    if not empty.exists():
        processes.run("django", "migrate", "--verbosity=0")
        processes.run("tests.copying.fill", "2")
    shutil.copy(empty, file)
    environment["FKGUARD_COPY_SOURCE"] = str(file)
    done = json.loads(processes.run("tests.copying.pairs"))
    print(
        f"  {source} -> {target}: {done['rows']:,} rows with {done['carried']} dirty "
        f"ones are the same, {done['refused']} others were refused",
        flush=True,
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--database", action="append", choices=list(SERVERS))
    parser.add_argument("--kills", type=int, default=50, help="0: none")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--no-site", action="store_true")
    parser.add_argument("--no-pairs", action="store_true")
    parser.add_argument("--python", help="one that has the group `bench` installed")
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
    end_on_signals()
    try:
        servers.obtain(databases)
        with tempfile.TemporaryDirectory() as name:
            environment = {
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("FKGUARD_", "DJANGO_", "PYTHON"))
            } | servers.environment()
            for database in databases:
                print(f"\n{database}", flush=True)
                if not options.no_site:
                    site(python, database, Path(name), dict(environment))
                if options.kills:
                    how = [str(options.kills)]
                    if options.seed is not None:
                        how.append(str(options.seed))
                    kills(python, database, Path(name), dict(environment), *how)
            if not options.no_pairs and len(databases) > 1:
                print("\nserver to server", flush=True)
                for source, target in permutations(databases, 2):
                    pair(python, source, target, Path(name), dict(environment))
    finally:
        servers.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
