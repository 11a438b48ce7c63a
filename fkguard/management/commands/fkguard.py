"""``manage.py fkguard``: the subcommands, one file each."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from fkguard import compat
from fkguard.management.subcommands import (
    copy,
    explain,
    lint,
    orphans,
    release,
    repair,
    status,
    verify,
)

#: In the order in which ``--help`` lists them.
SUBCOMMANDS: tuple[ModuleType, ...] = (
    status,
    release,
    lint,
    verify,
    repair,
    orphans,
    copy,
    explain,
)


class Command(BaseCommand):
    help = "Inspect and protect database constraints."
    requires_system_checks: Any = []

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="subcommand", required=True)
        for module in SUBCOMMANDS:
            name = module.__name__.rpartition(".")[2]
            subparser = commands.add_parser(
                name, help=module.HELP, description=module.HELP
            )
            module.add_arguments(subparser)
            compat.share_options(parser, subparser)
            subparser.set_defaults(handle=module.handle)

    def handle(self, *args: Any, **options: Any) -> None:
        options.pop("subcommand")
        options.pop("handle")(self, **options)
