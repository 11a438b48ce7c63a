"""``manage.py fkguard verify``: declared constraints against actual ones."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core import checks
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, connections

if TYPE_CHECKING:
    from fkguard.terminal import Screen
    from fkguard.verify import Verification

HELP = "Compare the declared constraints with those of the database."
ALL = "all"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("app_label", nargs="*", help="Only check these apps.")
    parser.add_argument(
        "--database",
        default=DEFAULT_DB_ALIAS,
        help='An alias of DATABASES, or "all".',
    )
    parser.add_argument(
        "--format", choices=["text", "json", "html", "markdown"], default="text"
    )
    parser.add_argument(
        "--output",
        metavar="FILE",
        help="Write the report to this file, and its summary to standard output.",
    )


def handle(
    command: BaseCommand,
    *,
    app_label: list[str],
    database: str,
    format: str,
    output: str | None = None,
    **options: Any,
) -> None:
    """Print the differences.

    Exits with 0 without findings, 1 with findings, and 2 where a database could
    not be read.
    """
    labels = known_labels(app_label)
    found = [look(alias, labels) for alias in aliases(database)]
    from fkguard import terminal

    screen = terminal.screen(
        command, command.stdout, verbosity=options.get("verbosity", 1)
    )
    text = written(found, format, terminal.PLAIN if output else screen)
    if output:
        from fkguard.verify import document

        write_file(Path(output), text)
        text = f"{document(found).summary}\n"
    command.stdout.write(text, ending="")
    if not all(each.is_clean for each in found):
        sys.exit(1)


def written(found: list[Verification], format: str, screen: Screen) -> str:
    """Return the reports in a format, with a line break at the end."""
    if format == "json":
        values = {"databases": [as_json(each) for each in found]}
        return json.dumps(values, indent=2, default=str) + "\n"
    if format == "text":
        return "\n".join(f"{as_text(each, screen)}\n" for each in found)
    from fkguard.reports import write_document
    from fkguard.verify import document

    return write_document(document(found), format).rstrip("\n") + "\n"


def write_file(path: Path, text: str) -> None:
    """Write a report; raise ``CommandError`` where the file cannot be written."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CommandError(
            f"{path.as_posix()} cannot be written: {reason}.", returncode=2
        ) from error


def known_labels(labels: list[str]) -> list[str]:
    """Return app labels as they are; raise ``CommandError`` for one that is none."""
    for label in labels:
        try:
            apps.get_app_config(label)
        except LookupError as error:
            raise CommandError(str(error), returncode=2) from error
    return labels


def aliases(database: str) -> list[str]:
    """Return the aliases that an option means."""
    if database == ALL and ALL not in connections:
        return list(connections)
    if database not in connections:
        raise CommandError(
            f"There is no database {database!r} in DATABASES.", returncode=2
        )
    return [database]


def look(alias: str, labels: list[str]) -> Verification:
    """Verify one database; raise ``CommandError`` where it cannot be looked at."""
    from fkguard.verify import verify

    try:
        return verify(connections[alias], labels)
    except Exception as error:
        raise could_not("look at", alias, error) from error


def could_not(what: str, alias: str, error: Exception) -> CommandError:
    """Return the error of a command, with the first line of its cause."""
    from fkguard.errors import first_line

    password = str(connections[alias].settings_dict.get("PASSWORD") or "")
    cause = first_line(error)
    if password:
        cause = cause.replace(password, "***")
    return CommandError(
        f"fkguard could not {what} the database {alias!r}: {cause}", returncode=2
    )


def as_text(report: Verification, screen: Screen) -> str:
    """Return a report for a terminal, its summary as the last line."""
    from fkguard import terminal

    server = report.catalogue.server.describe()
    found = [terminal.of_message(each) for each in report.messages()]
    summary = (
        f"{report.alias} ({server}): "
        f"{terminal.counted(report.constraints, 'declared constraint')} of "
        f"{terminal.counted(len(report.expected), 'table')}: "
        f"{terminal.counts(each.level for each in found) or 'nothing found'}."
    )
    notes = "\n".join(
        line
        for note in report.notes
        for line in terminal.wrapped(f"Note: {note}", screen.width)
    )
    last = summary if found else screen.paint(summary, "success")
    return "\n\n".join(filter(None, (terminal.blocks(found, screen), notes, last)))


def as_json(report: Verification) -> dict[str, Any]:
    """Return a report as values for JSON."""
    findings = []
    for finding in report.findings:
        message, case = finding.as_message(), finding.case
        findings.append(
            {
                "id": message.id,
                "slug": finding.hazard.slug,
                "level": "error" if message.level >= checks.ERROR else "warning",
                "model": case.owner,
                "table": case.consequence.table,
                "constraint": case.constraint.describe(),
                "name": case.constraint.name,
                "columns": list(case.members),
                "message": message.msg,
                "hint": message.hint,
            }
        )
    return {
        "alias": report.alias,
        "server": report.catalogue.server.describe(),
        "tables": len(report.expected),
        "constraints": report.constraints,
        "findings": findings,
        "notes": report.notes,
    }
