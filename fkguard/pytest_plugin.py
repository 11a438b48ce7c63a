"""``pytest --fkguard-lint``: one test for each migration that is looked at.

pytest imports this module in every run, in projects without Django, too. Nothing
but the options is there until the flag is given.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .reports import Entry, Level, Problem

LEVELS = ("error", "warning", "info")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag, and what goes with it."""
    group = parser.getgroup("fkguard", "constraints that migrations lose")
    group.addoption(
        "--fkguard-lint",
        action="store_true",
        help="Judge the project's migrations, one test for each.",
    )
    group.addoption(
        "--fkguard-fail-level",
        choices=LEVELS,
        default="error",
        help="The mildest finding that fails a test (default: error).",
    )
    group.addoption(
        "--fkguard-baseline",
        metavar="FILE",
        help="A baseline of `manage.py fkguard lint`: what it lists is left out.",
    )
    group.addoption(
        "--fkguard-database-vendor",
        action="append",
        metavar="VENDOR",
        default=[],
        help="Judge for this database rather than the configured one; repeatable.",
    )


# First, so that -k, -m and --deselect have their say about these tests as well.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the tests of the migrations behind those that were collected."""
    if config.getoption("--fkguard-lint"):
        migrations = Migrations.from_parent(session, name="fkguard", nodeid="fkguard")
        items.extend(migrations.collect())


class Migrations(pytest.Collector):
    """The migrations of the project."""

    def collect(self) -> Iterator[pytest.Item]:
        """Judge everything once, and yield one test for each migration."""
        _set_up()
        from . import lint
        from .errors import FkguardError
        from .lint import baseline

        config = self.config
        vendors = config.getoption("--fkguard-database-vendor")
        options = lint.Options(vendors=vendors, root=config.rootpath)
        try:
            report = lint.run(options)
            entries = tuple(report.entries)
            if path := config.getoption("--fkguard-baseline"):
                known = baseline.read(Path(path), path)
                scope = baseline.scope_of(options, report)
                entries, _ = known.filtered(entries, scope)
        except FkguardError as error:
            raise pytest.UsageError(f"--fkguard-lint: {error}") from error
        files = {each.label: each.file for each in report.migrations}
        for entry in entries:
            files.setdefault(entry.label or "baseline", entry.file)
        for problem in report.problems:
            files.setdefault(problem.label, problem.file)
        for label, file in files.items():
            yield MigrationItem.from_parent(
                self,
                name=label,
                file=file,
                entries=[e for e in entries if (e.label or "baseline") == label],
                problems=[e for e in report.problems if e.label == label],
            )


class MigrationItem(pytest.Item):
    """One migration: it fails where a finding is at or above the level."""

    def __init__(
        self,
        *,
        file: str,
        entries: list[Entry],
        problems: list[Problem],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.file = file
        self.entries = entries
        self.problems = problems

    def runtest(self) -> None:
        """Fail with what was found."""
        from .reports import fails, plain

        level: Level = self.config.getoption("--fkguard-fail-level")
        if self.problems or any(fails(each, level) for each in self.entries):
            raise LintFailed(plain.blocks(self.entries, self.problems))
        if self.entries:
            self.add_report_section("call", "fkguard", plain.blocks(self.entries))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:  # type: ignore[override]
        """Return the findings, without the frames of pytest's own code."""
        if isinstance(excinfo.value, LintFailed):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return the file and the line, counted from 0, of the first finding."""
        lines = [each.line for each in self.entries if each.line]
        lines += [each.line for each in self.problems if each.line]
        path = self.config.rootpath / self.file if self.file else self.config.rootpath
        return path, min(lines) - 1 if lines else None, f"fkguard: {self.name}"


class LintFailed(Exception):
    """What was found in a migration."""


def _set_up() -> None:
    """Set Django up where no other plugin did."""
    from django.apps import apps

    if apps.ready:
        return
    if not os.environ.get("DJANGO_SETTINGS_MODULE"):
        raise pytest.UsageError(
            "--fkguard-lint needs a project: set DJANGO_SETTINGS_MODULE, or install "
            "pytest-django and set it there."
        )
    import django

    django.setup()
