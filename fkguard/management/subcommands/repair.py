"""``manage.py fkguard repair``: close what `verify` found."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, connections

from .verify import aliases, could_not, known_labels

if TYPE_CHECKING:
    from fkguard.repair import Plan

HELP = "Print the statements that create missing constraints; with --apply, run them."


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("app_label", nargs="*", help="Only repair these apps.")
    parser.add_argument(
        "--database", default=DEFAULT_DB_ALIAS, help='An alias of DATABASES, or "all".'
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--plan",
        action="store_true",
        help="Print the statements and the rows that block them (default).",
    )
    what.add_argument("--apply", action="store_true", help="Run the statements.")
    parser.add_argument(
        "--no-input",
        "--noinput",
        action="store_false",
        dest="interactive",
        help="Do not ask for confirmation before --apply.",
    )


def handle(
    command: BaseCommand,
    *,
    app_label: list[str],
    database: str,
    apply: bool,
    interactive: bool,
    **options: Any,
) -> None:
    """Plan, and apply; exit 0 where nothing is left, 1 where something is, 2 else."""
    labels = known_labels(app_label)
    is_done = True
    for alias in aliases(database):
        is_done = repair(command, alias, labels, apply, interactive) and is_done
    if not is_done:
        sys.exit(1)


def repair(
    command: BaseCommand,
    alias: str,
    labels: list[str],
    is_applied: bool,
    interactive: bool,
) -> bool:
    """Plan or repair one database; say whether nothing is left to be done."""
    from fkguard import repair as work
    from fkguard.guard import claiming

    connection = connections[alias]
    try:
        found = work.plan(connection, labels)
    except Exception as error:
        raise could_not("look at", alias, error) from error
    for line in lines(found):
        command.stdout.write(line)
    if not is_applied:
        if found.ready:
            command.stdout.write("\nNothing was run. `--apply` runs it.")
        return not (found.steps or found.left)
    if found.ready:
        if interactive:
            ask(found)
        try:
            with claiming.claimed(connection):
                if planned(found) != planned(work.plan(connection, labels)):
                    raise CommandError(
                        "The database has changed since the plan was made, and nothing "
                        "was run. Run the command again.",
                        returncode=2,
                    )
                work.apply(connection, found, teller(command))
        except work.Stopped as stopped:
            command.stdout.write(
                f"Failed: {stopped}\n{stopped.step.title} is missing. The earlier "
                "statements have been run, and the later ones have not. Correct the "
                "cause and run the command again."
            )
            return False
        except CommandError:
            raise
        except Exception as error:
            raise could_not("repair", alias, error) from error
        command.stdout.write(ending(found))
    return not (found.blocked or found.left)


def ending(found: Plan) -> str:
    """Return the last line of a repair that ran."""
    left = len(found.blocked) + len(found.left)
    if not left:
        return "Done."
    what = "1 is" if left == 1 else f"{left} are"
    return f"Done; {what} left, as shown above."


def planned(found: Plan) -> list[tuple[str, ...]]:
    """Return the statements of a plan, to compare it with a later one."""
    return [tuple(step.statements) for step in found.ready]


def ask(found: Plan) -> None:
    """Ask before anything is changed; raise ``CommandError`` for a no."""
    if not sys.stdin.isatty():
        raise CommandError(
            "This is no terminal to ask on. --no-input runs the statements unasked.",
            returncode=2,
        )
    question = f"Run {found.statements} statements on {found.report.alias!r}? [yes/no] "
    if input(question).strip().lower() != "yes":
        raise CommandError("Nothing was run.", returncode=2)


def teller(command: BaseCommand) -> Any:
    """Return what shows each statement before it runs."""

    def tell(number: int, total: int, statement: str) -> None:
        command.stdout.write(f"{number}/{total} {statement}")
        command.stdout.flush()

    return tell


def lines(found: Plan) -> list[str]:
    """Return a plan for a terminal."""
    server = found.catalogue.server.describe()
    count = len(found.steps)
    text = [f"{found.report.alias} ({server}): {count} to repair."]
    for number, step in enumerate(found.steps, 1):
        text += ["", f"{number}. {step.title}"]
        if step.is_blocked:
            text.append(f"   blocked by: {step.obstacle}")
            text += [f"     {each}" for each in step.sample]
            if step.sample:
                text.append("   correct these rows first; fkguard changes none")
        elif step.preflight:
            text.append(f"   rows: {step.preflight}")
        if step.locks:
            text.append(f"   locks: {step.locks}")
        text += [f"   {statement};" for statement in step.statements]
    if found.left:
        text += ["", "Not changed:"]
        text += [f"  {message} ({reason}.)" for message, reason in found.left]
    return text
