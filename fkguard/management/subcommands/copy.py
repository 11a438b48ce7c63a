"""``manage.py fkguard copy``: rows to another database, references whole."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.utils import Error

if TYPE_CHECKING:
    from fkguard.copying.running import Outcome

HELP = "Copy all rows to another database, with every reference whole."
#: Where the choices are written when no other file is named.
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
        help="Copy an app, or app.Model, and what it references; may be repeated.",
    )
    parser.add_argument(
        "--exclude",
        dest="excluded",
        action="append",
        default=[],
        metavar="LABEL",
        help="Leave an app, or app.Model, out; may be repeated.",
    )
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument(
        "--append", action="store_true", help="Keep the rows that the target has."
    )
    existing.add_argument(
        "--truncate", action="store_true", help="Delete them first, after asking."
    )
    existing.add_argument(
        "--replace",
        nargs="+",
        default=[],
        metavar="TABLE",
        help="Replace the rows of these tables, which migrations have made.",
    )
    existing.add_argument(
        "--resume", action="store_true", help="Go on with an interrupted copy."
    )
    parser.add_argument(
        "--on-orphan",
        choices=("fail", "null", "skip"),
        default="fail",
        help="What becomes of rows that reference nothing: refuse the copy, set the "
        "column to NULL, or leave the row out.",
    )
    parser.add_argument(
        "--assume-different",
        action="store_true",
        help="Copy although fkguard cannot prove that the two databases differ. If "
        "they are one, the only rows are deleted.",
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="Write JSON here.")
    parser.add_argument(
        "--no-input", action="store_true", help="Ask nothing; --truncate deletes."
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
    report: Path | None,
    no_input: bool,
    assume_different: bool,
    **options: Any,
) -> None:
    """Copy, print a table, write the report; 1 with findings, 2 when it cannot."""
    from fkguard.copying.progress import progress
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
    if report is not None:
        # A copy may take hours, and is not to end without what it was asked for.
        write_report(report, "")

    def confirm(question: str) -> bool:
        if no_input:
            return True
        try:
            return input(question) == target
        except EOFError:  # Nobody is there.
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
                assume_different=assume_different,
            ),
            progress=progress(),
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
            # What was copied is told all the same.
            command.stderr.write(str(error))
            report = None
    show(command, outcome, report)


def write_report(path: Path, text: str) -> None:
    """Write the report; raise ``CommandError`` where that cannot be done."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(
            f"The report cannot be written: {path}: {error.strerror}.", returncode=2
        ) from error


def show(command: BaseCommand, outcome: Outcome, report: Path | None) -> None:
    """Print the findings and the table; raise where something does not agree."""
    write = command.stdout.write
    for finding in outcome.findings:
        for line in finding.lines():
            write(line)
    if outcome.proven:
        write(table(outcome))
    if report is not None:
        write(f"Report: {report}")
    if outcome.errors:
        number = len(outcome.errors)
        stand = "finding stands" if number == 1 else "findings stand"
        raise CommandError(
            f"Nothing was copied: {number} {stand} in the way.", returncode=1
        )
    if not outcome.agrees:
        raise CommandError(
            f"{outcome.source!r} and {outcome.target!r} do not agree.", returncode=1
        )
    total = sum(each.target.rows for each in outcome.proven)
    write(
        f"{total:,} rows in {len(outcome.proven)} tables: {outcome.target!r} agrees "
        f"with {outcome.source!r}."
    )


def table(outcome: Outcome) -> str:
    """Return what the comparison has brought, a line for each table."""
    lines = [["table", "rows", "checksum", "foreign keys", "uniques", ""]]
    for each in outcome.proven:
        lines.append(
            [
                each.table,
                f"{each.target.rows:,}",
                each.target.checksum[:12],
                str(each.foreign_keys),
                str(each.uniques),
                "ok" if each.agrees else "DIFFERS",
            ]
        )
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = [
        "  ".join(
            cell.ljust(width) if place in (0, 2, 5) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    for each in outcome.proven:
        text += [f"{each.table}: {problem}" for problem in each.problems]
    return "\n".join(text)
