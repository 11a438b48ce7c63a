"""``manage.py fkguard``: what the guard is, what it found, and what is owed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import Error

from fkguard import __version__, conf, hazards, patches, sessions
from fkguard.backends import introspection_for
from fkguard.errors import FkguardError
from fkguard.ledger import Ledger


class Command(BaseCommand):
    help = "Explain a hazard, or show the state of the guard."
    requires_system_checks: Any = []

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="subcommand", required=True)
        explain = commands.add_parser("explain", help="Print the page of a hazard.")
        explain.add_argument("hazard", nargs="?", help='An id, "E101", or a slug.')
        status = commands.add_parser(
            "status", help="Show mode, patches, server and what is owed."
        )
        status.add_argument("--database", default=DEFAULT_DB_ALIAS)

    def handle(self, *args: Any, subcommand: str, **options: Any) -> None:
        getattr(self, subcommand)(**options)

    def explain(self, hazard: str | None, **options: Any) -> None:
        """Print the page of a hazard, or the list of them."""
        if hazard is None:
            for each in sorted(hazards.HAZARDS, key=lambda h: h.id):
                self.stdout.write(f"fkguard.{each.id}  {each.slug}  {each.title}")
            return
        found = hazards.named(hazard)
        if found is None:
            raise CommandError(
                f"There is no hazard {hazard!r}. `manage.py fkguard explain` lists "
                "them all."
            )
        self.stdout.write(hazards.page(found))

    def status(self, database: str, **options: Any) -> None:
        """Show mode, patches, server and what is owed."""
        if database not in connections:
            raise CommandError(f"There is no database {database!r} in DATABASES.")
        connection = connections[database]
        try:
            mode = conf.mode(database)
            server = introspection_for(connection).server()
            owed = Ledger(connection).owed()
        except (FkguardError, Error) as error:
            raise CommandError(str(error).splitlines()[0]) from error
        gone = list(patches.missing())
        self.stdout.write(f"fkguard   {__version__}")
        self.stdout.write(f"database  {database}: {server.describe()}")
        self.stdout.write(f"mode      {mode}")
        self.stdout.write(
            f"patches   {len(patches.installed()) - len(gone)} in place"
            + (f", gone: {', '.join(gone)}" if gone else "")
        )
        self.stdout.write(f"owed      {len(owed) or 'nothing'}")
        for each in owed:
            self.stdout.write(f"  {sessions.owed_message(each, database)}")
