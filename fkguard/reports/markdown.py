"""Write a report as Markdown for a pull request's comment or a job's summary.

GitHub and GitLab draw the Mermaid flowcharts in it. Names come from a schema, so
nothing of them is taken for Markdown, HTML, a mention or Mermaid's syntax.

https://docs.github.com/get-started/writing-on-github
https://docs.gitlab.com/user/markdown/
https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from .documents import Document, Grid, Item, Section
from .drawings import (
    ADDED,
    CHANGED,
    CONCERNED,
    FAILED,
    MISSING,
    PLAIN,
    Diagram,
    Drawing,
    DrawnTable,
    Element,
)
from .entries import BACKWARDS, ERROR, INFO, WARNING, Details, Entry
from .plain import where_of

LABELS = {ERROR: "❌ Error", WARNING: "⚠️ Warning", INFO: "ℹ️ Info"}  # noqa: RUF001

#: GitHub cuts a comment at 65,536 characters, and refuses a longer one.
LIMIT = 60_000

#: Readable on a light and on a dark page.
_CLASSES = {
    CONCERNED: "stroke:#1f6feb,stroke-width:2px",
    MISSING: "stroke:#d1242f,stroke-width:2px,stroke-dasharray:5 4",
    CHANGED: "stroke:#bf8700,stroke-width:2px",
    ADDED: "stroke:#1a7f37,stroke-width:2px",
    FAILED: "stroke:#d1242f,stroke-width:3px",
}


def write(document: Document) -> str:
    """Return the report; findings that would make it too long are counted."""
    parts = [f"## fkguard {document.command}: {text(document.summary)}"]
    if facts := ", ".join(f"{text(n)}: {text(v)}" for n, v in document.facts):
        parts.append(facts)
    for problem in document.problems:
        where = problem.file or problem.label or "The project"
        line = f":{problem.line}" if problem.file and problem.line else ""
        parts.append(
            f"**Not analyzed:** {code(where + line)}  \n{text(problem.message)}"
        )
    length = sum(map(len, parts))
    left_out = 0
    for section in document.sections:
        for is_finding, part in _section(section):
            if is_finding and length + len(part) > LIMIT:
                left_out += 1
                continue
            parts.append(part)
            length += len(part) + 2
    if left_out:
        noun = "finding is" if left_out == 1 else "findings are"
        parts.append(f"{left_out} more {noun} left out; `--format html` has them all.")
    return "\n\n".join(parts)


def _section(section: Section) -> Iterator[tuple[bool, str]]:
    """Yield the parts of a section, and whether a part is a finding."""
    yield False, f"### {text(section.title)}"
    if section.summary:
        yield False, text(section.summary)
    for group in section.groups:
        yield False, f"#### {text(group.title or 'The project')}"
        for item in group.items:
            yield True, "\n\n".join(_item(item))
    for grid in section.grids:
        yield False, _grid(grid)
    if section.notes:
        yield False, "\n".join(f"- {text(each)}" for each in section.notes)


def _item(item: Item) -> Iterator[str]:
    if item.title:
        yield f"**{code(item.title)}**"
        yield from _diagrams(item.diagrams)
    for entry in item.entries:
        yield from _finding(entry, item)
    if item.shared is not None:
        yield _fix(item.shared)


def _fix(details: Details) -> str:
    # What verify suggests is a command, what lint suggests are operations.
    is_command = details.fix.startswith("python ")
    language = "console" if is_command else "python"
    return f"{text(details.remedy)}\n\n{fenced(details.fix, language)}"


def _finding(entry: Entry, item: Item) -> Iterator[str]:
    details = entry.details
    is_link = entry.url.startswith("https://")
    name = f"[`{entry.code}`]({entry.url})" if is_link else f"`{entry.code}`"
    where = code(where_of(entry)) if entry.file or entry.migration else ""
    operation = f"operation {entry.operation}" if entry.operation else ""
    direction = "when unapplied" if entry.direction == BACKWARDS else ""
    place = ", ".join(filter(None, (where, operation, direction)))
    yield f"{LABELS[entry.level]} {name} {place}".rstrip() + (
        f"  \n**{text(entry.message)}**"
    )
    for reason in details.reasons or filter(None, entry.hint.splitlines()):
        yield text(reason)
    if not item.diagrams:
        yield from _diagrams(details.diagrams)
    if details.fix and item.shared is None:
        yield _fix(details)


def _grid(grid: Grid) -> str:
    def line(cells: Iterable[str]) -> str:
        return f"| {' | '.join(cells)} |"

    rules = ("---:" if n in grid.numbers else "---" for n in range(len(grid.header)))
    rows = [
        line(
            text(cell) + (" ❌" if number in grid.wrong and not place else "")
            for place, cell in enumerate(row)
        )
        for number, row in enumerate(grid.rows)
    ]
    title = f"**{text(grid.title)}**\n\n"
    return title + "\n".join([line(map(text, grid.header)), line(rules), *rows])


def _diagrams(diagrams: Sequence[tuple[str, Diagram]]) -> Iterator[str]:
    for database, diagram in diagrams:
        on = f" on {database}" if len(diagrams) > 1 else ""
        title = f"{diagram.before.title} → {diagram.after.title}{on}"
        yield (
            f"<details><summary>{escape(' '.join(title.split()))}</summary>\n\n"
            f"{fenced(mermaid(diagram), 'mermaid')}\n\n</details>"
        )


# Mermaid


def mermaid(diagram: Diagram) -> str:
    """Return a diagram as a Mermaid flowchart."""
    lines = ["flowchart LR"]
    for prefix, drawing in (("b", diagram.before), ("a", diagram.after)):
        lines += [f"  {each}" for each in _subgraph(prefix, drawing)]
    lines.append("  b ~~~ a")
    lines += [f"  classDef {name} {css}" for name, css in _CLASSES.items()]
    return "\n".join(lines)


def _subgraph(prefix: str, drawing: Drawing) -> Iterator[str]:
    yield f'subgraph {prefix}["{label(drawing.title)}"]'
    yield "  direction TB"
    ids = {each.name: f"{prefix}{n}" for n, each in enumerate(drawing.tables)}
    for table in drawing.tables:
        yield from _table(ids, table)
    yield "end"


def _table(ids: dict[str, str], table: DrawnTable) -> Iterator[str]:
    node = ids[table.name]
    columns = [
        " ".join(filter(None, (each.text, each.detail, _noted(each))))
        for each in table.columns
    ]
    if table.hidden_columns:
        columns.append(f"and {table.hidden_columns} more")
    title = f"{table.title}{f' ({table.note})' if table.note else ''}"
    text_ = "<br>".join([f"<b>{label(title)}</b>", *map(label, columns)])
    yield f'  {node}["{text_}"]{_class(table.style)}'
    for number, each in enumerate(table.constraints):
        if each.style == PLAIN and each.to_table not in ids:
            continue
        lines = [each.text, each.detail, _noted(each)]
        key = f"{node}c{number}"
        words = "<br>".join(label(line) for line in lines if line)
        yield f'  {key}(["{words}"]){_class(each.style)}'
        dashes = "-.-" if each.style == MISSING else "---"
        yield f"  {node} {dashes} {key}"
        if each.to_table in ids:
            arrow = "-.-x" if each.style in {MISSING, FAILED} else "-->"
            yield f"  {key} {arrow} {ids[each.to_table]}"


def _noted(element: Element) -> str:
    return f"({element.note})" if element.note else ""


def _class(style: str) -> str:
    return f":::{style}" if style != PLAIN else ""


def label(value: str) -> str:
    """Return text for a Mermaid label: only letters, digits and spaces as they are."""
    return re.sub(r"[^\w ]", lambda match: f"#{ord(match[0])};", value)


# Markdown


def text(value: str) -> str:
    """Return text in which only pairs of backticks are Markdown."""
    parts = re.split(r"`([^`]+)`", re.sub(r"\s+", " ", value))
    return "".join(
        code(part) if number % 2 else _escaped(part)
        for number, part in enumerate(parts)
    )


def _escaped(value: str) -> str:
    """Return text in which nothing is Markdown, HTML, a mention or a reference."""
    value = re.sub(r"([\\`*\[\]#|~]|(?<![^\W_])_|_(?![^\W_]))", r"\\\1", value)
    # At the beginning of a line, a list's item.
    value = re.sub(r"^(\d*)(?=[-+.)])", r"\1\\", value)
    value = escape(value, quote=False)
    # With a zero-width space, it mentions no user and no issue.
    return re.sub(r"(@|#(?=\d))", "\\1\u200b", value)


def code(value: str) -> str:
    """Return a code span that holds any text."""
    value = re.sub(r"\s+", " ", value)
    longest = max(map(len, re.findall("`+", value)), default=0)
    ticks = "`" * (longest + 1)
    space = " " if value.startswith("`") or value.endswith("`") else ""
    return f"{ticks}{space}{value}{space}{ticks}"


def fenced(value: str, language: str) -> str:
    """Return a code block that holds any text."""
    longest = max(map(len, re.findall("`+", value)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{value}\n{ticks}"
