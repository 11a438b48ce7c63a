"""``manage.py fkguard``: the subcommands, one file each."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser
from copy import copy as copy_of
from types import ModuleType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

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


def add_common(parser: CommandParser, subparser: ArgumentParser) -> None:
    """Let the options of every Django command stand behind a subcommand, too."""
    for action in parser._actions:
        flags = [f for f in action.option_strings if f not in {"-h", "--help"}]
        if not flags or action.dest == "version":
            continue
        if any(f in subparser._option_string_actions for f in flags):
            continue
        other = copy_of(action)
        other.default = SUPPRESS
        subparser._add_action(other)


class Command(BaseCommand):
    help = "Ask what a migration, or a database, does to constraints."
    requires_system_checks: Any = []

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="subcommand", required=True)
        for module in SUBCOMMANDS:
            name = module.__name__.rpartition(".")[2]
            subparser = commands.add_parser(
                name, help=module.HELP, description=module.HELP
            )
            module.add_arguments(subparser)
            add_common(parser, subparser)
            subparser.set_defaults(handle=module.handle)

    def handle(self, *args: Any, **options: Any) -> None:
        options.pop("subcommand")
        options.pop("handle")(self, **options)
