"""What ``makemigrations`` wrote, judged as soon as it is there."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections
from django.db.migrations import Migration

from .. import conf
from ..errors import first_line


def tell(command: BaseCommand, changes: Mapping[str, Iterable[Migration]]) -> None:
    """Print the findings of new migrations to standard error.

    Standard output may be read by a program, as with ``--scriptable``. The files
    are written by now: whatever goes wrong here is told, and stops nothing.
    """
    try:
        text = findings(command, changes)
    except Exception as error:  # noqa: BLE001 - see above
        text = f"fkguard could not check the new migrations: {first_line(error)}"
    if text:
        command.stderr.write(text, style_func=lambda words: words)


def findings(command: BaseCommand, changes: Mapping[str, Iterable[Migration]]) -> str:
    """Return what is wrong with new migrations; "" for nothing."""
    labels = [
        f"{app_label}.{migration.name}"
        for app_label, migrations in changes.items()
        for migration in migrations
    ]
    is_dry: Any = getattr(command, "dry_run", False)
    if is_dry or not labels or not conf.lints_makemigrations():
        return ""
    if all(conf.mode(alias) == "off" for alias in connections):
        return ""
    from .. import lint
    from ..reports import plain

    # The files are younger than what the import system remembers of their folder.
    importlib.invalidate_caches()
    report = lint.run(lint.Options(labels=labels))
    if not report.entries and not report.problems:
        return ""
    return f"fkguard findings for the new migrations:\n\n{plain.text(report)}"
