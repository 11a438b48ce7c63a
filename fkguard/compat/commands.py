"""Private API of management commands, and of argparse under them."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser
from copy import copy as copy_of

from django.core.management.base import BaseCommand, CommandParser


def is_run_from_command_line(command: BaseCommand) -> bool:
    """Return whether ``manage.py`` runs a command, rather than ``call_command()``.

    ``BaseCommand.run_from_argv()`` sets the attribute. Read on Django 5.2, 6.0, 6.1.
    """
    return bool(getattr(command, "_called_from_command_line", False))


def share_options(parser: CommandParser, subparser: ArgumentParser) -> None:
    """Let the options of every Django command stand behind a subcommand, too.

    The private lists of ``argparse.ArgumentParser`` on Python 3.11 to 3.14.
    """
    for action in parser._actions:
        flags = [f for f in action.option_strings if f not in {"-h", "--help"}]
        if not flags or action.dest == "version":
            continue
        if any(f in subparser._option_string_actions for f in flags):
            continue
        other = copy_of(action)
        other.default = SUPPRESS
        subparser._add_action(other)
