"""Decide of which kind each test is, and so in which legs it runs.

A test's own mark ``kind`` decides, then its path, then what it can reach: a test with a
database is about a server, and so is one whose module asks which database this run
has. What is left has the same outcome on every database. A test that can reach what
its kind has not fails: pytest-django refuses the database, `Processes` processes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

#: Each kind and what it has, as ``--kind`` takes it.
KINDS = {
    "unit": "neither a database nor a process",
    "project": "a process, or a project on disk",
    "smoke": "the few of `project` that show that the package works",
    "server": "the database of this run",
    "warn": "the database of this run, in a mode that changes nothing",
    "twin": "the database of this run, in scenarios that lose nothing",
    "run": "several runs at once, and the apps that watch them",
    "lint": "the linter's verdicts, held against the database of this run",
    "fuzz": "random histories",
    "kill": "processes that are killed",
    "demo": "the demonstration",
    "copy": "copies between two databases",
}

#: What the path says, the first that fits. A folder ends with a slash.
PATHS = {
    "tests/fuzz/test_histories.py": "fuzz",
    "tests/copying/": "copy",
    "tests/test_demo.py": "demo",
    "tests/test_killed.py": "kill",
    "tests/test_invisible.py": "run",
    "tests/test_pooler.py": "run",
    "tests/test_runs.py": "run",
    "tests/lint/test_corpus.py": "lint",
    "tests/lint/test_scenarios.py": "lint",
    "tests/lint/test_selection.py": "project",
    "tests/test_fixes.py": "project",
    "tests/test_forking.py": "project",
    "tests/test_lint_command.py": "project",
    "tests/test_makemigrations.py": "project",
    "tests/test_pytest_plugin.py": "project",
    "tests/test_tutorial.py": "project",
}

#: Names in a test's module that tell which database the run has.
LEG_NAMES = {"FLAVOUR", "LEG", "connection", "connections", "here"}


def kind_of(item: pytest.Item) -> str:
    """Return the one kind of a test."""
    if chosen := item.get_closest_marker("kind"):
        [kind] = chosen.args
        if kind not in KINDS or kind == "smoke":
            raise pytest.UsageError(f"{item.nodeid}: there is no kind {kind!r}.")
        return str(kind)
    path = item.nodeid.partition("::")[0]
    for start, kind in PATHS.items():
        if path == start or (start.endswith("/") and path.startswith(start)):
            return kind
    fixtures: Sequence[str] = getattr(item, "fixturenames", ())
    module: Any = getattr(item, "module", None)
    if (
        "django_db_setup" in fixtures
        or item.get_closest_marker("django_db")
        or not LEG_NAMES.isdisjoint(vars(module))
    ):
        return "server"
    return "unit"


#: The kinds that may start a process without saying so by a mark of their own.
MAY_START = {"project", "run", "kill", "demo", "copy"}


class Processes:
    """Refuses processes to the tests whose kind has none."""

    def __init__(self) -> None:
        self.item: pytest.Item | None = None

    def refuse(self, command: object) -> None:
        """Raise where the test that runs is not to start a process."""
        item = self.item
        if item is None or item.get_closest_marker("kind"):
            return
        if (kind := kind_of(item)) not in MAY_START:
            raise AssertionError(
                f"{item.nodeid} is of the kind {kind!r} and starts {command!r}: mark "
                'it with @pytest.mark.kind("project"), or play it in this process.'
            )


def is_wanted(item: pytest.Item, wanted: Sequence[str]) -> bool:
    """Say whether a run that asked for some kinds is to have a test."""
    if not wanted or kind_of(item) in wanted:
        return True
    return "smoke" in wanted and item.get_closest_marker("smoke") is not None
