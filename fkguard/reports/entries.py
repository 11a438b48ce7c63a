"""Findings as values that need no database, no project state and no Django."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from .drawings import Diagram

ERROR: Literal["error"] = "error"
WARNING: Literal["warning"] = "warning"
INFO: Literal["info"] = "info"

#: From the worst down.
LEVELS = (ERROR, WARNING, INFO)

FORWARDS: Literal["forwards"] = "forwards"
BACKWARDS: Literal["backwards"] = "backwards"

Level = Literal["error", "warning", "info"]
Direction = Literal["forwards", "backwards"]


@dataclass(frozen=True, kw_only=True)
class Details:
    """The parts of a finding that a report for people shows separately."""

    #: Why it happens, one reason for each database.
    reasons: tuple[str, ...] = ()
    #: The heading of the fix: "Write instead:".
    remedy: str = ""
    #: Operations or SQL, ready to paste.
    fix: str = ""
    #: The tables before and after, for each database on which they differ.
    diagrams: tuple[tuple[str, Diagram], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One finding, with its place in a file."""

    #: "E101".
    id: str
    #: "unique_member_dropped".
    slug: str
    level: Level
    #: The fact, in one line.
    message: str
    #: Why, and what to write instead; may have several lines.
    hint: str = ""
    #: The hazard's page.
    url: str = ""
    app_label: str = ""
    #: "0007_remove_book_series".
    migration: str = ""
    #: Counted from 1; None for what no single operation does.
    operation: int | None = None
    #: A POSIX path relative to the root of the project; "" where there is none.
    file: str = ""
    #: The first line of the operation.
    line: int | None = None
    #: The databases on which it is so: "postgresql", "mysql:8.4".
    vendors: tuple[str, ...] = ()
    table: str = ""
    #: What an acknowledgement calls the constraint.
    constraint: str = ""
    direction: Direction = FORWARDS
    #: For reports to look at; not a part of the finding's identity or of its JSON.
    details: Details = field(default_factory=Details, compare=False, repr=False)

    @property
    def code(self) -> str:
        """Return the id as Django's check framework shows it."""
        return f"fkguard.{self.id}"

    @property
    def label(self) -> str:
        """Return ``app_label.migration``."""
        return ".".join(filter(None, (self.app_label, self.migration)))

    @property
    def fingerprint(self) -> str:
        """Return what stays the same when lines, operations and words move.

        Databases are left out, too: the same loss on one more of them is not
        another finding.
        """
        parts = (
            self.id,
            self.app_label,
            self.migration,
            self.table,
            self.constraint,
            self.direction,
        )
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]

    def as_dict(self) -> dict[str, Any]:
        """Return the entry for JSON, with its fingerprint."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        del values["details"]
        return {
            **values,
            "vendors": list(self.vendors),
            "fingerprint": self.fingerprint,
        }


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that could not be read, and so was not judged."""

    message: str
    app_label: str = ""
    migration: str = ""
    file: str = ""
    line: int | None = None

    @property
    def label(self) -> str:
        """Return ``app_label.migration``, or the part of it that is known."""
        return ".".join(filter(None, (self.app_label, self.migration)))


@dataclass(frozen=True, kw_only=True)
class Source:
    """A migration that was looked at."""

    app_label: str
    migration: str
    file: str = ""

    @property
    def label(self) -> str:
        """Return ``app_label.migration``."""
        return f"{self.app_label}.{self.migration}"


class Report(Protocol):
    """What the formats are written from; ``lint.Result`` is one."""

    @property
    def entries(self) -> Sequence[Entry]:
        """Return the findings."""

    @property
    def problems(self) -> Sequence[Problem]:
        """Return what could not be read."""

    @property
    def migrations(self) -> Sequence[Source]:
        """Return what was looked at."""


@dataclass(frozen=True, kw_only=True)
class Findings:
    """The plain report."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    migrations: tuple[Source, ...] = ()


def in_order(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries by file and line, the worst first."""
    return sorted(
        entries,
        key=lambda each: (
            each.file or each.label,
            each.line or 0,
            each.operation or 0,
            LEVELS.index(each.level),
            each.id,
            each.direction,
            each.table,
            each.constraint,
            each.vendors,
        ),
    )


def fails(entry: Entry, fail_level: Level) -> bool:
    """Say whether an entry is at or above a level."""
    return LEVELS.index(entry.level) <= LEVELS.index(fail_level)


def status(report: Report, fail_level: Level = ERROR) -> int:
    """Return the exit status: 0 clean, 1 findings, 2 could not run.

    What could not be read may hide any finding, so it wins over findings.
    """
    if report.problems:
        return 2
    return int(any(fails(each, fail_level) for each in report.entries))
