"""``manage.py fkguard copy``: copy rows to another database."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.utils import Error

if TYPE_CHECKING:
    from fkguard.copying.running import Outcome

HELP = "Copy all rows to another database and verify every foreign key."
#: The default file for the decisions about orphaned rows.
REPORT = "fkguard-copy.json"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--from", dest="source", required=True, metavar="ALIAS", help="Copy from here."
    )
    parser.add_argument(
        "--to", dest="target", required=True, metavar="ALIAS", help="Copy to here."
    )
    parser.add_argument(
        "--app",
        "--model",
        dest="labels",
        action="append",
        default=[],
        metavar="LABEL",
        help="Copy only an app or app.Model, and what it references; may be repeated.",
    )
    parser.add_argument(
        "--exclude",
        dest="excluded",
        action="append",
        default=[],
        metavar="LABEL",
        help="Exclude an app or app.Model; may be repeated.",
    )
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument(
        "--append", action="store_true", help="Keep the rows of the target."
    )
    existing.add_argument(
        "--truncate",
        action="store_true",
        help="Delete the rows of the target first, after a confirmation.",
    )
    existing.add_argument(
        "--replace",
        nargs="+",
        default=[],
        metavar="TABLE",
        help="Replace the rows that migrations have created in these tables.",
    )
    existing.add_argument(
        "--resume", action="store_true", help="Continue an interrupted copy."
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="Examine both databases, report everything that blocks the copy, and "
        "copy nothing.",
    )
    parser.add_argument(
        "--on-orphan",
        choices=("fail", "null", "skip"),
        default="fail",
        help="How to handle orphaned rows: refuse the copy, set the column to NULL, or "
        "skip the row.",
    )
    parser.add_argument(
        "--assume-different",
        action="store_true",
        help="Copy even if fkguard cannot prove that the two databases differ. If "
        "they are the same, its only rows are deleted.",
    )
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="Write a report as JSON to a file."
    )
    parser.add_argument(
        "--format",
        choices=("text", "html", "markdown"),
        default="text",
        help="The format of the output (default: text).",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="Write the output to this file, and its summary to standard output.",
    )
    parser.add_argument(
        "--no-input",
        action="store_true",
        help="Skip all confirmations; --truncate deletes at once.",
    )


def handle(
    command: BaseCommand,
    *,
    source: str,
    target: str,
    labels: list[str],
    excluded: list[str],
    append: bool,
    truncate: bool,
    replace: list[str],
    resume: bool,
    on_orphan: str,
    dry_run: bool,
    report: Path | None,
    no_input: bool,
    assume_different: bool,
    format: str,
    output: Path | None,
    **options: Any,
) -> None:
    """Copy the rows, print the result and write the reports.

    Exits with 1 with findings, and with 2 if the copy could not run.
    """
    from fkguard.copying.progress import Quiet, progress
    from fkguard.copying.running import Copying, Options
    from fkguard.copying.selection import UnknownModel
    from fkguard.errors import FkguardError, first_line

    for alias in (source, target):
        if alias not in connections:
            raise CommandError(
                f"There is no database {alias!r} in DATABASES.", returncode=2
            )
    if source == target:
        raise CommandError("--from and --to are the same database.", returncode=2)
    for path in filter(None, (report, output)):
        # A copy may take hours: fail before it if its result cannot be written.
        write_report(path, "")
    start = time.monotonic()

    def confirm(question: str) -> bool:
        if no_input:
            return True
        try:
            return input(question) == target
        except EOFError:  # There is no terminal.
            return False

    try:
        outcome = Copying(
            connections[source],
            connections[target],
            Options(
                labels=tuple(labels),
                excluded=tuple(excluded),
                on_orphan=on_orphan,
                append=append,
                truncate=truncate,
                replace=frozenset(replace),
                resume=resume,
                dry_run=dry_run,
                assume_different=assume_different,
            ),
            progress=progress() if options["verbosity"] else Quiet(),
            confirm=confirm,
        ).run()
    except (FkguardError, UnknownModel) as error:
        raise CommandError(str(error), returncode=2) from error
    except Error as error:
        raise CommandError(first_line(error), returncode=2) from error
    if report is None and outcome.choices:
        report = Path(REPORT)
    if report is not None:
        text = json.dumps(outcome.as_json(), indent=2, default=str)
        try:
            write_report(report, f"{text}\n")
        except CommandError as error:
            # Print the result of the copy nevertheless.
            command.stderr.write(str(error))
            report = None
    seconds = time.monotonic() - start
    write_output(command, outcome, format, output, seconds)
    if report is not None and (output is not None or format == "text"):
        command.stdout.write(f"Report: {report}")
    finish(command, outcome, is_printed=format != "text" and output is None)


def write_report(path: Path, text: str) -> None:
    """Write a file; raise ``CommandError`` if it cannot be written."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(
            f"The report cannot be written: {path}: {error.strerror}.", returncode=2
        ) from error


def write_output(
    command: BaseCommand,
    outcome: Outcome,
    format: str,
    output: Path | None,
    seconds: float,
) -> None:
    """Write the findings and the comparison to a file or to standard output."""
    if format == "text":
        text = as_text(outcome)
    else:
        from fkguard.copying.document import document
        from fkguard.reports import write_document

        text = write_document(document(outcome, seconds), format).rstrip("\n") + "\n"
    if output is not None:
        write_report(output, text)
    else:
        command.stdout.write(text, ending="")


def as_text(outcome: Outcome) -> str:
    """Return the findings and the table as text."""
    lines = [line for finding in outcome.findings for line in finding.lines()]
    if outcome.proven:
        lines.append(table(outcome))
    return "".join(f"{line}\n" for line in lines)


def finish(command: BaseCommand, outcome: Outcome, *, is_printed: bool) -> None:
    """Print the summary unless the report has it; raise if there are findings."""
    from fkguard.copying.document import summary

    if not outcome.agrees:
        raise CommandError(summary(outcome), returncode=1)
    if not is_printed:
        command.stdout.write(summary(outcome))


def table(outcome: Outcome) -> str:
    """Return the result of the comparison, a line for each table."""
    from fkguard.copying.progress import rate

    header = ("table", "rows", "seconds", "rows/s", "checksum", "foreign keys")
    lines = [[*header, "uniques", ""]]
    for each in outcome.proven:
        lines.append(
            [
                each.table,
                f"{each.target.rows:,}",
                f"{each.seconds:.1f}",
                f"{rate(each.target.rows, each.seconds):,}",
                each.target.checksum[:12],
                str(each.foreign_keys),
                str(each.uniques),
                "ok" if each.agrees else "DIFFERS",
            ]
        )
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = [
        "  ".join(
            cell.ljust(width) if place in (0, 4, 7) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    for each in outcome.proven:
        text += [f"{each.table}: {problem}" for problem in each.problems]
    return "\n".join(text)
