"""``manage.py fkguard lint``: judge migration files, without a database."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS

if TYPE_CHECKING:
    from fkguard.lint import Options
    from fkguard.reports import Findings

HELP = "Report migrations that lose constraints, without a database."
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
LEVELS = ("error", "warning", "info")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "labels",
        nargs="*",
        metavar="app[.migration]",
        help="An app, or a migration such as app.0007_name, which can be abbreviated.",
    )
    parser.add_argument(
        "--latest",
        type=_number,
        metavar="N",
        help="Check the last N migrations of each app.",
    )
    parser.add_argument(
        "--latest-overall",
        type=_number,
        metavar="N",
        help="Check the last N of all migrations, in the order in which they run.",
    )
    parser.add_argument(
        "--git-base",
        metavar="REF",
        default="",
        help="Check migrations added or changed since the branch diverged from REF.",
    )
    parser.add_argument(
        "--unapplied",
        action="store_true",
        help="Check the migrations that are not applied on the database.",
    )
    parser.add_argument(
        "--database",
        default=DEFAULT_DB_ALIAS,
        help="The alias for --unapplied, whose vendor the migrations are checked for.",
    )
    parser.add_argument(
        "--database-vendor",
        action="append",
        metavar="VENDOR[:VERSION]",
        help="Check for postgresql, mysql, mariadb or sqlite; may be repeated.",
    )
    parser.add_argument(
        "--reverse",
        action="store_true",
        default=None,
        help="Also report what unapplying the migrations would lose.",
    )
    parser.add_argument(
        "--third-party",
        action="store_true",
        default=None,
        help="Also check the migrations of installed packages.",
    )
    _add_output(parser)


def _number(text: str) -> int:
    """Return how many migrations are asked for; none is no question."""
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise ArgumentTypeError(f"{text!r} must be a positive integer.")
    return number


def _add_output(parser: ArgumentParser) -> None:
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument(
        "--output",
        metavar="FILE",
        help="Write the report to this file, and its last line to standard output.",
    )
    parser.add_argument(
        "--fail-level",
        choices=LEVELS,
        help="Lowest level that makes the command exit with status 1 (default: error).",
    )
    parser.add_argument(
        "--baseline",
        metavar="FILE",
        help="Hide the findings that are listed in this file.",
    )
    parser.add_argument(
        "--write-baseline",
        metavar="FILE",
        help="Write the current findings to this file, and exit.",
    )
    parser.add_argument(
        "--fix",
        action="store_true",
        help="Print a diff with the operations that preserve the constraints.",
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help="With --fix: change the files, and check them again.",
    )


def handle(
    command: BaseCommand,
    *,
    labels: list[str],
    latest: int | None,
    latest_overall: int | None,
    git_base: str,
    unapplied: bool,
    database: str,
    database_vendor: list[str] | None,
    reverse: bool | None,
    third_party: bool | None,
    **options: Any,
) -> None:
    """Analyze migration files and print the findings.

    Options that are not given are read from pyproject.toml.
    """
    from fkguard import lint
    from fkguard.errors import FkguardError
    from fkguard.lint import configuration

    try:
        defaults = configuration.read(Path.cwd())
    except FkguardError as error:
        raise CommandError(str(error), returncode=2) from error

    def chosen_or_default(value: Any, name: str, default: Any) -> Any:
        return defaults.get(name, default) if value is None else value

    options["fail_level"] = chosen_or_default(
        options["fail_level"], "fail_level", "error"
    )
    options["baseline"] = chosen_or_default(options["baseline"], "baseline", None)
    chosen = lint.Options(
        labels=labels,
        latest=latest,
        latest_overall=latest_overall,
        git_base=git_base,
        unapplied=unapplied,
        database=database,
        vendors=chosen_or_default(database_vendor, "database_vendor", ()),
        reverse=chosen_or_default(reverse, "reverse", False),
        third_party=chosen_or_default(third_party, "third_party", False),
    )
    if options["write"] and not options["fix"]:
        raise CommandError("--write goes with --fix.", returncode=2)
    writes_report = options["format"] != "text" or options["output"]
    if options["fix"] and not options["write"] and writes_report:
        raise CommandError(
            "--fix prints a diff: --format and --output need --fix --write.",
            returncode=2,
        )
    try:
        status = _answer(command, chosen, options)
    except FkguardError as error:
        raise CommandError(str(error), returncode=2) from error
    if status:
        sys.exit(status)


def _answer(command: BaseCommand, chosen: Options, options: dict[str, Any]) -> int:
    """Do what the options say with the findings; return the exit status."""
    from fkguard import reports

    if options["write_baseline"]:
        return _write_baseline(command, chosen, Path(options["write_baseline"]))
    known = None
    if options["baseline"]:
        from fkguard.lint import baseline

        known = baseline.read(Path(options["baseline"]), options["baseline"])
    findings, silent = _findings(chosen, known)
    if options["fix"] and (fixed := _fix(command, findings, write=options["write"])):
        if not options["write"]:
            return reports.status(findings, options["fail_level"])
        noun = "file" if fixed == 1 else "files"
        command.stderr.write(f"Wrote {fixed} {noun}.", style_func=str)
        findings, silent = _findings(chosen, known)
    _print(command, findings, options)
    if silent and options["format"] == "text":
        noun = "finding is" if silent == 1 else "findings are"
        command.stdout.write(f"{silent} {noun} in the baseline {options['baseline']}.")
    return reports.status(findings, options["fail_level"])


def _findings(chosen: Options, known: Any) -> tuple[Findings, int]:
    """Return what is found beside the baseline, and how much the baseline holds."""
    from fkguard import lint
    from fkguard.reports import Findings

    result = lint.run(chosen)
    entries, silent = tuple(result.entries), 0
    if known is not None:
        from fkguard.lint import baseline

        scope = baseline.scope_of(chosen, result)
        entries, silent = known.filtered(entries, scope)
    found = Findings(
        entries=entries,
        problems=tuple(result.problems),
        migrations=tuple(result.migrations),
    )
    return found, silent


def _write_baseline(command: BaseCommand, chosen: Options, path: Path) -> int:
    from fkguard import reports
    from fkguard.lint import baseline

    old = baseline.read(path) if path.exists() else None
    findings, _ = _findings(chosen, None)
    text = baseline.written(findings.entries, old)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _cannot_write(path, error) from error
    number = len(baseline.read(path).known)
    noun = "finding" if number == 1 else "findings"
    command.stdout.write(f"{number} {noun} in {path.as_posix()}.")
    if findings.problems:
        command.stderr.write(reports.blocks((), findings.problems), style_func=str)
        return 2
    return 0


def _fix(command: BaseCommand, findings: Findings, *, write: bool) -> int:
    """Print or write what mends the findings; return how many files change."""
    from fkguard.lint import loading
    from fkguard.lint.fix import recipes
    from fkguard.planning.files import file_of, is_third_party

    found = loading.load()
    proposed = recipes.propose(
        findings.entries,
        [found.migrations[key] for key in found.order],
        lambda each: "" if is_third_party(each) else file_of(each),
    )
    for entry, reason in proposed.left:
        command.stderr.write(
            f"No fix for {entry.code} in {entry.label}: {reason}.", style_func=str
        )
    if write:
        try:
            proposed.write()
        except OSError as error:
            raise _cannot_write(Path(error.filename or ""), error) from error
    else:
        command.stdout.write(proposed.diff(), ending="")
    return len(proposed.files)


def _print(command: BaseCommand, findings: Findings, options: dict[str, Any]) -> None:
    from fkguard import reports, terminal

    format, path = options["format"], options["output"]
    if not path:
        text = reports.write(
            findings,
            format,
            fail_level=options["fail_level"],
            screen=terminal.screen(
                command, command.stdout, verbosity=options["verbosity"]
            ),
        )
        command.stdout.write(text, ending="")
        return
    text = reports.write(findings, format, fail_level=options["fail_level"])
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise _cannot_write(Path(path), error) from error
    command.stdout.write(reports.summary(findings))


def _cannot_write(path: Path, error: OSError) -> CommandError:
    reason = error.strerror or type(error).__name__
    return CommandError(f"{path.as_posix()} cannot be written: {reason}.", returncode=2)
