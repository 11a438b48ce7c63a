"""Findings as text, JSON, SARIF, annotations and test reports; the exit status."""

from __future__ import annotations

from collections.abc import Callable

from .entries import (
    BACKWARDS,
    ERROR,
    FORWARDS,
    INFO,
    LEVELS,
    WARNING,
    Direction,
    Entry,
    Findings,
    Level,
    Problem,
    Report,
    Source,
    fails,
    in_order,
    status,
)

Writer = Callable[[Report, Level], str]


def _writers() -> dict[str, Writer]:
    # Of the formats one is asked for, so each is imported by its name alone.
    from . import forges, junit, plain, sarif

    return {
        "text": lambda report, fail_level: plain.text(report),
        "json": lambda report, fail_level: plain.json(report),
        "sarif": lambda report, fail_level: sarif.write(report),
        "github": lambda report, fail_level: forges.github(report),
        "gitlab": lambda report, fail_level: forges.gitlab(report),
        "junit": junit.write,
    }


#: What ``--format`` may be.
FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit")


def write(report: Report, format: str, *, fail_level: Level = ERROR) -> str:
    """Return the report in a format, with a line break at its end."""
    text = _writers()[format](report, fail_level)
    return text if not text or text.endswith("\n") else f"{text}\n"


__all__ = [
    "BACKWARDS",
    "ERROR",
    "FORMATS",
    "FORWARDS",
    "INFO",
    "LEVELS",
    "WARNING",
    "Direction",
    "Entry",
    "Findings",
    "Level",
    "Problem",
    "Report",
    "Source",
    "fails",
    "in_order",
    "status",
    "write",
]
