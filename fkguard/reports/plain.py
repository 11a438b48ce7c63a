"""Reports for people, and the whole of one as JSON."""

from __future__ import annotations

import json as json_module
from collections.abc import Sequence
from dataclasses import asdict

from .. import __version__, terminal
from ..terminal import PLAIN, Block, Screen, counted, counts
from .entries import ERROR, LEVELS, Entry, Problem, Report, in_order


def text(report: Report, screen: Screen = PLAIN) -> str:
    """Return the findings, the worst first, and a summary as the last line."""
    found = blocks(report.entries, report.problems, screen)
    is_clean = not (report.entries or report.problems)
    last = summary(report)
    return "\n\n".join(
        filter(None, (found, screen.paint(last, "success") if is_clean else last))
    )


def blocks(
    entries: Sequence[Entry],
    problems: Sequence[Problem] = (),
    screen: Screen = PLAIN,
) -> str:
    """Return the findings, the worst first, after what could not be analyzed."""
    found = []
    for problem in problems:
        where = problem.file or problem.label or "The project"
        line = f":{problem.line}" if problem.line and problem.file else ""
        found.append(
            Block(
                place=f"{where}{line}",
                level=ERROR,
                code="not analyzed",
                body=problem.message,
            )
        )
    return terminal.blocks([*found, *map(_block, in_order(entries))], screen)


def where_of(entry: Entry) -> str:
    """Return file and line as editors read them, else the migration."""
    if not entry.file:
        return entry.label or entry.table or "The project"
    return f"{entry.file}:{entry.line}" if entry.line else entry.file


def summary(report: Report) -> str:
    """Return the counts, in one line."""
    found = counts(each.level for each in report.entries) or "nothing found"
    number = len(report.migrations)
    text = f"{counted(number, 'migration') if number else 'No migration'}: {found}"
    if report.problems:
        text += f"; {len(report.problems)} not analyzed"
    return f"{text}."


def json(report: Report) -> str:
    """Return everything, for programs."""
    return json_module.dumps(
        {
            "fkguard": __version__,
            "migrations": [each.label for each in report.migrations],
            "entries": [each.as_dict() for each in in_order(report.entries)],
            "problems": [asdict(each) for each in report.problems],
            "summary": {
                **{
                    level: sum(each.level == level for each in report.entries)
                    for level in LEVELS
                },
                "problems": len(report.problems),
            },
        },
        indent=2,
        ensure_ascii=False,
    )


def _block(entry: Entry) -> Block:
    about = ", ".join(
        filter(
            None,
            (
                entry.slug,
                f"operation {entry.operation}" if entry.operation else "",
                "when unapplied" if entry.direction == "backwards" else "",
            ),
        )
    )
    on = f" [{', '.join(entry.vendors)}]" if entry.vendors else ""
    parts = [entry.message, entry.hint.rstrip()]
    if entry.url and entry.url not in entry.hint:
        parts.append(f"See {entry.url}")
    return Block(
        place=where_of(entry),
        level=entry.level,
        code=entry.code,
        about=f"{about}{on}",
        body="\n".join(filter(None, parts)),
    )
