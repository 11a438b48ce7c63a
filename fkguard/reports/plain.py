"""Reports for people, and the whole of one as JSON."""

from __future__ import annotations

import json as json_module
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby

from .. import __version__
from .entries import ERROR, LEVELS, Entry, Problem, Report, in_order

#: Takes words and a level, and returns the words in the colour of the level.
Paint = Callable[[str, str], str]


def no_paint(words: str, level: str) -> str:
    """Leave the words as they are."""
    return words


def text(report: Report, paint: Paint = no_paint) -> str:
    """Return the findings by file and line, and a summary as the last line."""
    found = blocks(report.entries, report.problems, paint)
    return "\n\n".join(filter(None, (found, summary(report))))


def blocks(
    entries: Sequence[Entry],
    problems: Sequence[Problem] = (),
    paint: Paint = no_paint,
) -> str:
    """Return the findings by file and line, then what was not judged."""
    parts = [
        "\n".join(_block(where, list(group), paint))
        for where, group in groupby(in_order(entries), key=where_of)
    ]
    for problem in problems:
        where = f"{problem.file or problem.label or 'The project'}"
        line = f":{problem.line}" if problem.line and problem.file else ""
        words = paint(f"  not judged: {problem.message}", ERROR)
        parts.append(f"{where}{line}\n{words}")
    return "\n\n".join(parts)


def where_of(entry: Entry) -> str:
    """Return file and line as editors read them, else the migration."""
    if not entry.file:
        return entry.label or entry.table or "The project"
    return f"{entry.file}:{entry.line}" if entry.line else entry.file


def summary(report: Report) -> str:
    """Return the counts, in one line."""
    parts = [
        _counted(sum(each.level == level for each in report.entries), level)
        for level in LEVELS
    ]
    found = ", ".join(filter(None, parts)) or "nothing found"
    text = f"{_counted(len(report.migrations), 'migration') or 'No migration'}: {found}"
    if report.problems:
        text += f"; {len(report.problems)} not judged"
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


def _block(where: str, entries: list[Entry], paint: Paint) -> Iterator[str]:
    yield where
    for entry in entries:
        head = paint(f"{entry.level}  {entry.code}", entry.level)
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
        yield f"  {head}  {about}{on}".rstrip()
        for line in (*entry.message.splitlines(), *entry.hint.splitlines()):
            yield f"    {line}".rstrip()
        if entry.url and entry.url not in entry.hint:
            yield f"    See {entry.url}"


def _counted(number: int, noun: str) -> str:
    if noun == "info" and number:
        return f"{number} info"
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""
