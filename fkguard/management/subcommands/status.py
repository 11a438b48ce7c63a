"""``manage.py fkguard status``: mode, patches, server and what is owed."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import Error

HELP = "Show the mode, the patches, the server and the constraints to restore."


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--database", default=DEFAULT_DB_ALIAS)


def handle(command: BaseCommand, *, database: str, **options: Any) -> None:
    """Show the mode, the patches, the server and the constraints to restore."""
    from fkguard import __version__, conf
    from fkguard.backends import backend_for
    from fkguard.errors import FkguardError, first_line
    from fkguard.guard import patches
    from fkguard.recovery import messages
    from fkguard.recovery.ledger import Ledger

    if database not in connections:
        raise CommandError(
            f"There is no database {database!r} in DATABASES.", returncode=2
        )
    connection = connections[database]
    try:
        mode = conf.mode(database)
        server = backend_for(connection).introspection.server()
        outstanding = Ledger(connection).outstanding()
    except (FkguardError, Error) as error:
        raise CommandError(first_line(error)) from error
    gone = list(patches.missing())
    write = command.stdout.write
    write(f"fkguard   {__version__}")
    write(f"database  {database}: {server.describe()}")
    write(f"mode      {mode}")
    write(
        f"patches   {len(patches.installed()) - len(gone)} in place"
        + (f", gone: {', '.join(gone)}" if gone else "")
    )
    write(f"claim     {_claim(connection)}")
    write(f"owed      {len(outstanding.owed) or 'nothing'}")
    for each in outstanding.owed:
        write(f"  {messages.owed_message(each, database)}")
    for progress in outstanding.progress.values():
        write(
            f"begun     {progress.label}: {progress.done} of "
            f"{len(progress.operations)} operations are done; migrate continues there"
        )


def _claim(connection: BaseDatabaseWrapper) -> str:
    """Return who holds the claim of a database, or why that is not known."""
    from fkguard.errors import FkguardError, first_line
    from fkguard.recovery.claim import claim_for

    try:
        claim = claim_for(connection)
        holder = claim.holder() if claim is not None else None
    except (FkguardError, Error) as error:
        # An account that may not read the table, which needs no claim either.
        return f"unknown: {first_line(error)}"
    return holder.describe() if holder is not None else "none"
