"""``manage.py fkguard lint``: judge migration files, without a database."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS

HELP = "Say which migrations lose constraints, without a database."


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "labels",
        nargs="*",
        metavar="app[.migration]",
        help="An app, or a migration as app.0007_name, of which a prefix will do.",
    )
    parser.add_argument(
        "--latest",
        type=int,
        metavar="N",
        help="Judge the last N migrations of each app.",
    )
    parser.add_argument(
        "--latest-overall",
        type=int,
        metavar="N",
        help="Judge the last N of all migrations, in the order in which they run.",
    )
    parser.add_argument(
        "--git-base",
        metavar="REF",
        default="",
        help="Judge the migrations added or changed since this branch left REF.",
    )
    parser.add_argument(
        "--unapplied",
        action="store_true",
        help="Judge the migrations that the database has not applied.",
    )
    parser.add_argument(
        "--database",
        default=DEFAULT_DB_ALIAS,
        help="The alias that --unapplied asks, and whose vendor is judged for.",
    )
    parser.add_argument(
        "--database-vendor",
        action="append",
        default=[],
        metavar="VENDOR[:VERSION]",
        help="Judge for postgresql, mysql, mariadb or sqlite; may be repeated.",
    )
    parser.add_argument(
        "--reverse",
        action="store_true",
        help="Say what unapplying would lose, too.",
    )
    parser.add_argument(
        "--third-party",
        action="store_true",
        help="Judge the migrations of installed packages, too.",
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
    database_vendor: list[str],
    reverse: bool,
    third_party: bool,
    **options: Any,
) -> None:
    """Judge migration files and print what was found."""
    from fkguard import lint, reports
    from fkguard.errors import FkguardError

    try:
        result = lint.run(
            lint.Options(
                labels=labels,
                latest=latest,
                latest_overall=latest_overall,
                git_base=git_base,
                unapplied=unapplied,
                database=database,
                vendors=database_vendor,
                reverse=reverse,
                third_party=third_party,
            )
        )
    except FkguardError as error:
        raise CommandError(str(error), returncode=2) from error
    command.stdout.write(reports.write(result, "text"), ending="")
    if status := reports.status(result):
        sys.exit(status)
