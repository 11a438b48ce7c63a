"""``manage.py fkguard explain``: the page of a hazard."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

HELP = "Print the page of a hazard."


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("hazard", nargs="?", help='An id, "E101", or a slug.')


def handle(command: BaseCommand, *, hazard: str | None, **options: Any) -> None:
    """Print the page of a hazard, or the list of them."""
    from fkguard import hazards

    if hazard is None:
        for each in sorted(hazards.HAZARDS, key=lambda h: h.id):
            command.stdout.write(f"fkguard.{each.id}  {each.slug}  {each.title}")
        return
    found = hazards.named(hazard)
    if found is None:
        raise CommandError(
            f"There is no hazard {hazard!r}. `manage.py fkguard explain` lists them "
            "all."
        )
    command.stdout.write(hazards.page(found))
