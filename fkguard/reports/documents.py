"""Reports as values for HTML and Markdown, whichever command they are from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .drawings import Diagram
from .entries import LEVELS, Details, Entry, Level, Problem, Report, in_order
from .plain import summary


@dataclass(frozen=True, kw_only=True)
class Item:
    """The findings of one operation, or of one table, and what to draw."""

    entries: tuple[Entry, ...]
    #: A table of `verify`; "" where each finding has a title of its own.
    title: str = ""
    #: Diagrams for all entries together; each entry has its own otherwise.
    diagrams: tuple[tuple[str, Diagram], ...] = ()

    @property
    def shared(self) -> Details | None:
        """Return the details whose fix is the same for several entries, or None."""
        found = {each.details.fix for each in self.entries}
        is_shared = len(self.entries) > 1 and len(found) == 1 and found != {""}
        return self.entries[0].details if is_shared else None


@dataclass(frozen=True, kw_only=True)
class AppFindings:
    """The findings of one app."""

    #: An app label; "" for findings that belong to no app.
    title: str
    items: tuple[Item, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry for item in self.items for entry in item.entries)


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A table of values, such as the rows that a copy compared."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    #: The columns that hold numbers, counted from 0.
    numbers: frozenset[int] = frozenset()
    #: The rows to mark as wrong, counted from 0.
    wrong: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Section:
    """The findings of one database, or of several databases that share them."""

    title: str
    #: One line: what was compared, and how much of it.
    summary: str = ""
    groups: tuple[AppFindings, ...] = ()
    grids: tuple[Grid, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry for group in self.groups for entry in group.entries)


@dataclass(frozen=True, kw_only=True)
class Document:
    """A report to look at."""

    #: "lint", "verify" or "copy".
    command: str
    #: One sentence with the result.
    summary: str
    sections: tuple[Section, ...] = ()
    problems: tuple[Problem, ...] = ()
    #: Names and values about the run: version, databases.
    facts: tuple[tuple[str, str], ...] = ()
    #: Whether the command succeeded.
    is_clean: bool = field(default=True)

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry for each in self.sections for entry in each.entries)

    def count(self, level: Level) -> int:
        """Return how many findings have a level."""
        return sum(each.level == level for each in self.entries)


def by_app(entries: Iterable[Entry]) -> tuple[AppFindings, ...]:
    """Group findings by app label, each finding an item of its own."""
    ordered = sorted(in_order(tuple(entries)), key=_worst_first)
    apps = dict.fromkeys(each.app_label for each in ordered)
    return tuple(
        AppFindings(
            title=app,
            items=tuple(
                Item(entries=(each,)) for each in ordered if each.app_label == app
            ),
        )
        for app in sorted(apps)
    )


def _worst_first(entry: Entry) -> int:
    return LEVELS.index(entry.level)


def from_report(report: Report) -> Document:
    """Return the document of ``lint``: by database, then by app."""
    databases = dict.fromkeys(
        each.vendors for each in sorted(report.entries, key=_worst_first)
    )
    sections = tuple(
        Section(
            title=_listed(vendors),
            groups=by_app(each for each in report.entries if each.vendors == vendors),
        )
        for vendors in databases
    )
    return Document(
        command="lint",
        summary=summary(report),
        sections=sections,
        problems=tuple(report.problems),
        facts=(("Migrations", str(len(report.migrations))),),
        is_clean=not (report.entries or report.problems),
    )


#: Database vendors as their makers write them.
VENDORS = {
    "mariadb": "MariaDB",
    "mysql": "MySQL",
    "postgresql": "PostgreSQL",
    "sqlite": "SQLite",
}


def display_name(vendor: str) -> str:
    """Return "MySQL 8.4" for "mysql:8.4"."""
    name, _, version = vendor.partition(":")
    return " ".join(filter(None, (VENDORS.get(name, name), version)))


def _listed(vendors: Sequence[str]) -> str:
    names = [display_name(each) for each in vendors]
    if not names:
        return "All databases"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
