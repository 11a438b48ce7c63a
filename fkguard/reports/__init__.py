"""Findings as text, JSON, SARIF, annotations and test reports; the exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..terminal import PLAIN, Screen
from . import plain
from .entries import (
    BACKWARDS,
    ERROR,
    FORWARDS,
    INFO,
    LEVELS,
    WARNING,
    Details,
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
from .plain import blocks, summary

if TYPE_CHECKING:
    from .documents import Document

#: What ``--format`` may be.
FORMATS = (
    "text",
    "json",
    "sarif",
    "github",
    "gitlab",
    "junit",
    "html",
    "markdown",
)


#: The formats that other commands write, too.
DOCUMENT_FORMATS = ("html", "markdown")


def write_document(document: Document, format: str) -> str:
    """Return a document as HTML or Markdown."""
    if format == "html":
        from . import html

        return html.write(document)
    from . import markdown

    return markdown.write(document)


def write(
    report: Report,
    format: str,
    *,
    fail_level: Level = ERROR,
    screen: Screen = PLAIN,
) -> str:
    """Return the report in a format, with a line break at its end.

    Only text depends on the screen.
    """
    # Only the writer of the requested format is imported.
    if format in DOCUMENT_FORMATS:
        from . import documents

        text = write_document(documents.from_report(report), format)
    elif format == "sarif":
        from . import sarif

        text = sarif.write(report)
    elif format == "junit":
        from . import junit

        text = junit.write(report, fail_level)
    elif format in {"github", "gitlab"}:
        from . import code_hosts

        text = (
            code_hosts.github(report)
            if format == "github"
            else code_hosts.gitlab(report)
        )
    else:
        text = plain.json(report) if format == "json" else plain.text(report, screen)
    return text if not text or text.endswith("\n") else f"{text}\n"


__all__ = [
    "BACKWARDS",
    "DOCUMENT_FORMATS",
    "ERROR",
    "FORMATS",
    "FORWARDS",
    "INFO",
    "LEVELS",
    "WARNING",
    "Details",
    "Direction",
    "Entry",
    "Findings",
    "Level",
    "Problem",
    "Report",
    "Source",
    "blocks",
    "fails",
    "in_order",
    "status",
    "summary",
    "write",
    "write_document",
]
