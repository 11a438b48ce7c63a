"""The same judgement on migration files, without a database."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, connections

from ..errors import CannotLint
from ..reports import Entry, Problem, Source


@dataclass(frozen=True, kw_only=True)
class Options:
    """What to look at, and for which databases."""

    #: App labels, and migrations as "app.0007_name", of which a prefix will do.
    labels: Sequence[str] = ()
    #: The last so many migrations of each app.
    latest: int | None = None
    #: The last so many of all migrations, in the order in which they run.
    latest_overall: int | None = None
    #: A commit: the migrations that are new or another since the branch left it.
    git_base: str = ""
    #: The migrations that a database has not on record; the one look at a database.
    unapplied: bool = False
    database: str = DEFAULT_DB_ALIAS
    #: "mysql", "mysql:8.4" ...; the configured database where there are none.
    vendors: Sequence[str] = ()
    #: Judge what unapplying would lose, too.
    reverse: bool = False
    #: Look at the migrations of installed packages, too, without being told a label.
    third_party: bool = False
    #: What paths are relative to.
    root: Path = field(default_factory=Path.cwd)

    @property
    def is_whole(self) -> bool:
        """Say whether no option chooses some of the migrations."""
        return not (
            self.labels
            or self.git_base
            or self.unapplied
            or self.latest is not None
            or self.latest_overall is not None
        )


@dataclass(frozen=True, kw_only=True)
class Result:
    """What was found, what could not be read, and what was looked at."""

    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    migrations: list[Source] = field(default_factory=list)


def run(options: Options) -> Result:
    """Read migrations and judge the chosen ones.

    Raises ``CannotLint`` where the options name something that is not there.
    """
    # A thousand modules hold nothing to be freed, and the garbage collector looks
    # for it all the while: a tenth of the time.
    is_collecting = gc.isenabled()
    gc.disable()
    try:
        return _run(options)
    finally:
        if is_collecting:
            gc.enable()


def _run(options: Options) -> Result:
    from . import linter, loading, selection, unused
    from . import paths as locating

    if options.database not in connections:
        raise CannotLint(f"There is no database {options.database!r} in DATABASES.")
    found = loading.load(options.database if options.unapplied else None)
    paths = locating.Paths(options.root)
    chosen = selection.choose(found, options)
    result = Result(
        problems=[
            loading.problem(each, paths)
            for each in found.broken
            if selection.concerns(each, chosen, options, paths)
        ],
        migrations=[
            Source(
                app_label=key[0],
                migration=key[1],
                file=paths.of(found.migrations[key]),
            )
            for key in chosen.keys
        ],
    )
    walk = linter.Linter(found, chosen.keys, options, paths)
    walk.run()
    result.entries.extend(walk.entries)
    if options.is_whole:
        vendors = [each.name for each in walk.databases]
        result.entries.extend(unused.nowhere(found, vendors))
    result.problems.extend(walk.problems)
    return result


__all__ = ["Options", "Result", "run"]
