"""``manage.py fkguard orphans``: rows that reference nothing."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import Error

if TYPE_CHECKING:
    from fkguard.verify.orphans import KeyOrphans

HELP = "List rows whose foreign key references a row that does not exist."


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "target",
        nargs="?",
        metavar="app.Model[.field]",
        help="A model, or one of its fields (default: all models).",
    )
    parser.add_argument("--database", default=DEFAULT_DB_ALIAS)
    parser.add_argument("--format", choices=("text", "json"), default="text")


def handle(
    command: BaseCommand,
    *,
    target: str | None,
    database: str,
    format: str,
    **options: Any,
) -> None:
    """List orphans; exit with 1 where there are any, with 2 where nobody could look."""
    from fkguard.errors import FkguardError, first_line
    from fkguard.verify import orphans

    if database not in connections:
        raise CommandError(
            f"There is no database {database!r} in DATABASES.", returncode=2
        )
    connection = connections[database]
    try:
        survey = orphans.survey(connection, *orphans.chosen(target))
        found = list(orphans.look(connection, survey.relations))
    except (FkguardError, LookupError, Error) as error:
        raise CommandError(first_line(error), returncode=2) from error
    if format == "json":
        command.stdout.write(_as_json(database, found, survey.left_out))
    else:
        for line in _lines(found, survey.left_out):
            command.stdout.write(line)
    if any(each.orphans.rows for each in found):
        sys.exit(1)
    if any(each.problem for each in found):
        sys.exit(2)


def _lines(found: list[KeyOrphans], left_out: list[tuple[str, str]]) -> list[str]:
    lines = []
    for each in found:
        relation, orphans = each.relation, each.orphans
        mark = "" if relation.db_constraint else ", db_constraint=False"
        what = f"{relation.label} ({relation.describe()}{mark})"
        if each.problem:
            lines.append(f"{what}: could not be compared: {each.problem}")
        elif orphans.rows:
            lines.append(
                f"{what}: {_counted(orphans.rows, 'orphan')} with "
                f"{_counted(orphans.keys, 'key')}"
            )
            lines += [f"  {line}" for line in orphans.lines()]
            if orphans.keys > len(orphans.sample):
                lines.append(f"  and {orphans.keys - len(orphans.sample)} more")
    lines += [f"Left out: {label}: {reason}" for label, reason in left_out]
    total = sum(each.orphans.rows for each in found)
    looked = sum(not each.problem for each in found)
    lines.append(
        f"{_counted(total, 'orphan')} along {_counted(looked, 'foreign key')}."
    )
    return lines


def _counted(number: int, one: str) -> str:
    return f"{number} {one}{'' if number == 1 else 's'}"


def _as_json(
    database: str, found: list[KeyOrphans], left_out: list[tuple[str, str]]
) -> str:
    from fkguard.judgement.rows import shown

    return json.dumps(
        {
            "database": database,
            "orphans": sum(each.orphans.rows for each in found),
            "foreign_keys": [
                {
                    "field": each.relation.label,
                    "table": each.relation.table,
                    "columns": each.relation.foreign_key.columns,
                    "to_table": each.relation.foreign_key.to_table,
                    "to_columns": each.relation.foreign_key.to_columns,
                    "db_constraint": each.relation.db_constraint,
                    "orphans": each.orphans.rows,
                    "keys": each.orphans.keys,
                    "sample": [
                        {
                            "key": [
                                value if isinstance(value, int | str) else shown(value)
                                for value in key
                            ],
                            "rows": rows,
                        }
                        for key, rows in each.orphans.sample
                    ],
                    "problem": each.problem or None,
                }
                for each in found
            ],
            "left_out": [
                {"field": label, "reason": reason} for label, reason in left_out
            ],
        },
        indent=2,
        ensure_ascii=False,
    )
