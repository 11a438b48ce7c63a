"""``manage.py fkguard explain``: the page of a hazard."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

HELP = "Print the documentation of a hazard."


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("hazard", nargs="?", help='An id, "E101", or a slug.')


def handle(command: BaseCommand, *, hazard: str | None, **options: Any) -> None:
    """Print the page of a hazard, or the list of hazards."""
    from fkguard import terminal
    from fkguard.judgement import hazards

    screen = terminal.screen(command, command.stdout)
    if hazard is None:
        for each in sorted(hazards.HAZARDS, key=lambda h: h.id):
            code = screen.paint(f"fkguard.{each.id}", terminal.level_of(each.level))
            command.stdout.write(f"{code}  {each.slug}  {each.title}")
        return
    found = hazards.named(hazard)
    if found is None:
        raise CommandError(
            f"There is no hazard {hazard!r}. `manage.py fkguard explain` lists them "
            "all."
        )
    text = hazards.page(found)
    if screen.width is not None:
        text = terminal.rendered(text, screen)
    command.stdout.write(text)
