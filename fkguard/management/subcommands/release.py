"""``manage.py fkguard release``: end the claim of a run."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import Error

HELP = "End the claim of a run of migrate that no longer exists."


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--database", default=DEFAULT_DB_ALIAS)
    parser.add_argument(
        "--no-input",
        "--noinput",
        action="store_false",
        dest="interactive",
        help="Do not ask for confirmation.",
    )


def handle(
    command: BaseCommand, *, database: str, interactive: bool, **options: Any
) -> None:
    """End the claim; raise ``CommandError`` where that is not possible."""
    from fkguard.errors import FkguardError, first_line
    from fkguard.recovery.claim import claim_for
    from fkguard.recovery.holder import Busy

    if database not in connections:
        raise CommandError(
            f"There is no database {database!r} in DATABASES.", returncode=2
        )
    try:
        claim = claim_for(connections[database])
        holder = claim.holder() if claim is not None else None
        if claim is None or holder is None:
            command.stdout.write(f"No run has claimed the database {database!r}.")
            return
        command.stdout.write(f"The database {database!r}: {holder.describe()}.")
        if interactive:
            _ask()
        is_ended = claim.end(holder)
    except Busy as error:
        raise CommandError(
            f"The run is active: {error}. End that process; its claim ends with it."
        ) from error
    except (FkguardError, Error) as error:
        raise CommandError(first_line(error)) from error
    command.stdout.write(
        "Its claim is ended."
        if is_ended
        else "That run has ended by itself; nothing was changed."
    )


def _ask() -> None:
    """Ask before the claim is ended; raise ``CommandError`` for a no."""
    if not sys.stdin.isatty():
        raise CommandError(
            "This is no terminal to ask on. --no-input ends the claim unasked."
        )
    question = (
        "If that process still runs, its migrations and those of the next run may "
        "change the database at the same time. End its claim? [yes/no] "
    )
    if input(question).strip().lower() != "yes":
        raise CommandError("Nothing was changed.")
