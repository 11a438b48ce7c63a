"""
Run Django's own tests with fkguard: `make django-suite DB=mysql MODE=auto`.

    django_suite.py [--database NAME]... [--mode MODE]... [--django X.Y] [LABEL...]

The tests come from Django's source distribution, which the package index has. They
run once without fkguard, then with it in INSTALLED_APPS in each mode. What passes
without it has to pass with it, in warn and in auto; in strict each test that stops
is listed with what fkguard refused. The exit status is zero when that is so.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tarfile
from collections import Counter
from pathlib import Path

import environments
from run_legs import (
    DATABASES,
    DJANGOS,
    LOGS,
    NEWEST,
    ROOT,
    VENVS,
    Leg,
    check_server,
    choose_interpreter,
    environment_of,
    processes,
    tail,
)
from servers import Servers, end_on_signals

LABELS = (
    *("schema", "migrations", "migrations2", "constraints", "introspection"),
    *("indexes", "backends", "migrate_signals", "check_framework"),
    "contenttypes_tests",
)
MODES = ("warn", "auto", "strict")
#: Tests that lose a constraint themselves and do not look, so that auto, which has no
#: proven way for it, refuses what they do -> what they lose.
LOSING = {
    "migrations.test_operations.OperationTests.test_add_constraint": (
        "it unapplies one check to a state that lacks two; SQLite rebuilds the table"
    ),
    "schema.tests.SchemaTests.test_relation_to_collation_charfield": (
        "it drops the referenced table before the referencing one"
    ),
    "schema.tests.SchemaTests.test_relation_to_deterministic_collation_charfield": (
        "it drops the referenced table before the referencing one"
    ),
}
#: Outcomes of a test by which it has not passed.
BAD = {"failed", "error", "unexpected success"}
REFUSAL = re.compile(r"fkguard\.E\d+\) [^\n]*|fkguard could not judge[^\n]*")

Outcomes = dict[str, tuple[str, str]]


def fetch(python: str, version: str) -> Path:
    """Return the folder of Django's tests, from its source distribution."""
    folder = VENVS / "django-sources"
    unpacked = folder / f"django-{version}"
    if not unpacked.exists():
        command = [python, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--no-binary", "django", "--dest", str(folder)]
        environments.run([*command, f"django=={version}"])
        (sdist,) = folder.glob(f"[dD]jango-{version}.tar.gz")
        with tarfile.open(sdist) as archive:
            archive.extractall(folder, filter="data")
    tests = unpacked / "tests"
    # runtests.py chooses the apps that are always installed by itself.
    source = (tests / "runtests.py").read_text(encoding="utf-8")
    guarded = source.replace(
        "ALWAYS_INSTALLED_APPS = [", 'ALWAYS_INSTALLED_APPS = [\n    "fkguard",', 1
    )
    if guarded == source:
        raise SystemExit(f"runtests.py of Django {version} has no list of apps.")
    (tests / "runtests_guarded.py").write_text(guarded, encoding="utf-8")
    return tests


def run(
    tests: Path, leg: Leg, servers: Servers, mode: str, labels: list[str]
) -> Outcomes:
    """Run the suite in one mode, "" for without fkguard; return the outcomes."""
    name = f"django-suite-{leg.database}-{leg.django}-{mode or 'without'}"
    log, report = LOGS / f"{name}.log", LOGS / f"{name}.json"
    for old in (log, report):
        old.unlink(missing_ok=True)
    environment = environment_of(leg, servers.environment()) | {
        "FKGUARD_SUITE_REPORT": str(report),
        "FKGUARD_TEST_NAME_SUFFIX": f"{leg.name_suffix}_suite",
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "tests.djangosuite.settings",
        # A log of what it says would fail tests that look at stderr.
        "FKGUARD_MODE": mode or "off",
    }
    script = "runtests_guarded.py" if mode else "runtests.py"
    python = str(VENVS / leg.venv / "bin" / "python")
    command = [python, str(tests / script), "--parallel=1", "--noinput", *labels]
    command += ["--settings=tests.djangosuite.settings"]
    processes.run(command, log, cwd=tests, env=environment, seconds=7200)
    if not report.exists():
        raise SystemExit(f"{name} did not end:\n{tail(log)}")
    outcomes: Outcomes = json.loads(report.read_text(encoding="utf-8"))
    return outcomes


def compare(without: Outcomes, guarded: Outcomes, mode: str) -> list[str]:
    """Print the tests that fkguard changes; return those that it must not."""
    wrong = []
    for name, (outcome, text) in sorted(guarded.items()):
        before = without.get(name, ("not run", ""))[0]
        if outcome not in BAD or before in BAD:
            continue
        found = REFUSAL.findall(text)
        told = "; ".join(dict.fromkeys(found)) or text.strip().splitlines()[-1]
        print(f"  {mode}: {name}: {told}")
        is_refusal = any("fkguard.E" in each for each in found)
        if is_refusal and (mode == "strict" or name in LOSING):
            if name in LOSING:
                print(f"    {LOSING[name]}")
            continue
        wrong.append(name)
    missing = without.keys() - guarded.keys()
    for name in sorted(missing):
        print(f"  {mode}: {name}: did not run")
    return [*wrong, *sorted(missing)]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--database", action="append", choices=DATABASES)
    parser.add_argument("--mode", action="append", choices=MODES)
    parser.add_argument("--django", choices=list(DJANGOS), default=NEWEST)
    parser.add_argument("labels", nargs="*")
    options = parser.parse_args(arguments)
    found = environments.interpreters()
    version = choose_interpreter(options.django, found)
    if version is None:
        raise SystemExit(f"No interpreter for Django {options.django}.")
    python = "{}.{}".format(*version)
    LOGS.mkdir(exist_ok=True)
    servers = Servers()
    end_on_signals()
    wrong = []
    try:
        for database in options.database or ["sqlite"]:
            leg = Leg(options.django, python, found[version], database)
            interpreter = environments.make(
                leg.venv,
                leg.interpreter,
                *(f"Django~={leg.django}.0", "--editable", "."),
                *("--group", "tests", "--group", "databases"),
            )
            exact = environments.output(
                [interpreter, "-c", "import django; print(django.get_version())"]
            )
            tests = fetch(interpreter, exact)
            servers.obtain([database] if database != "sqlite" else [])
            check_server(leg, servers)
            labels = options.labels or list(LABELS)
            without = run(tests, leg, servers, "", labels)
            print(f"Django {exact}, {database}: {summary(without)} without fkguard")
            for mode in options.mode or MODES:
                guarded = run(tests, leg, servers, mode, labels)
                print(f"Django {exact}, {database}: {summary(guarded)} in {mode}")
                wrong += compare(without, guarded, mode)
    finally:
        processes.stop()
        servers.stop()
    print(f"{len(wrong)} tests fail with fkguard that must not." if wrong else "OK")
    return 1 if wrong else 0


def summary(outcomes: Outcomes) -> str:
    counted = Counter(outcome for outcome, _ in outcomes.values())
    return ", ".join(f"{many} {outcome}" for outcome, many in sorted(counted.items()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
